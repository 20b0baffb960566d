using System.Text.Json.Serialization;

namespace FineTuning.Server.Hosting;

/// <summary>What only the server reads or writes; the API's own shapes are Core's.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, double>))]
[JsonSerializable(typeof(RunInfo))]
[JsonSerializable(typeof(HealthInfo))]
[JsonSerializable(typeof(RequestLogPage))]
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
    string Version,
    string Dialect
);

/// <summary>The answer of /_server/health.</summary>
internal sealed record HealthInfo(string Status, string Version, int JobsRunning, int JobsQueued);

/// <summary>The answer of /_server/stop.</summary>
internal sealed record StopInfo(string Status);

/// <summary>The answer of /_server/requests, oldest first.</summary>
internal sealed record RequestLogPage(string Object, IReadOnlyList<RequestLogEntry> Data);

/// <summary>A request that was answered, or that ended without an answer: then its status is 499 if the client went, 0
/// if a fault did it.</summary>
internal sealed record RequestLogEntry(
    string Method,
    string Path,
    int Status,
    System.DateTimeOffset Time,
    double DurationMs,
    string RequestId
)
{
    /// <summary>What was asked for; null for a path that is no operation.</summary>
    public string? Operation { get; init; }

    /// <summary>The id of the fault rule that hit it.</summary>
    public string? Fault { get; init; }

    /// <summary>The length that the request announced for its body; null if it announced none.</summary>
    public long? RequestBytes { get; init; }

    /// <summary>A few headers that are no secrets; of keys only that they were there.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }
}
