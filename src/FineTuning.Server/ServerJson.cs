using System.Collections.Generic;
using System.Text.Json.Serialization;

namespace FineTuning.Server;

/// <summary>What only the server reads or writes; the API's own shapes are Core's.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(RunInfo))]
[JsonSerializable(typeof(HealthInfo))]
[JsonSerializable(typeof(JournalPage))]
[JsonSerializable(typeof(SettledNumbers))]
[JsonSerializable(typeof(StepData))]
[JsonSerializable(typeof(StopInfo))]
internal sealed partial class ServerJson : JsonSerializerContext;

/// <summary>The content of the run file.</summary>
internal sealed record RunInfo(
    int Pid,
    string Url,
    string Data,
    bool Memory,
    System.DateTimeOffset StartedAt,
    string ControlToken,
    string Version);

/// <summary>The answer of /_server/health.</summary>
internal sealed record HealthInfo(string Status, string Version, int JobsRunning, int JobsQueued);

/// <summary>The answer of /_server/stop.</summary>
internal sealed record StopInfo(string Status);

/// <summary>The answer of /_server/requests, oldest first.</summary>
internal sealed record JournalPage(string Object, IReadOnlyList<JournalEntry> Data);

/// <summary>A request that was answered. Neither headers nor bodies are kept.</summary>
internal sealed record JournalEntry(
    string Method,
    string Path,
    int Status,
    System.DateTimeOffset Time,
    double DurationMs,
    string RequestId);

/// <summary>What 'auto' came to, as it is stored.</summary>
internal sealed record SettledNumbers(int EpochCount, int BatchSize, double LearningRateMultiplier)
{
    public double? Beta { get; init; }

    public double? ComputeMultiplier { get; init; }

    public int? EvalInterval { get; init; }

    public int? EvalSamples { get; init; }
}

/// <summary>The data of a metrics event.</summary>
internal sealed record StepData
{
    public required int Step { get; init; }

    public required int TotalSteps { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? TrainLoss { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? TrainMeanTokenAccuracy { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ValidLoss { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ValidMeanTokenAccuracy { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? FullValidLoss { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? FullValidMeanTokenAccuracy { get; init; }
}
