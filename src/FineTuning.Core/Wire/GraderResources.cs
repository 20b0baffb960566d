using System.Text.Json;
using System.Text.Json.Serialization;

namespace FineTuning.Core.Wire;

/// <summary>Asks the service to grade one sample.</summary>
public sealed record GraderRunRequest
{
    /// <summary>The grader, as the service takes it.</summary>
    public required JsonElement Grader { get; init; }

    /// <summary>The model's text.</summary>
    public required string ModelSample { get; init; }

    /// <summary>The dataset item that fills the <c>item</c> names of a template.</summary>
    public JsonElement? Item { get; init; }
}

/// <summary>A graded sample.</summary>
public sealed record GraderRunResource : Resource
{
    /// <summary>The score, of the range that the grader has; usually 0 to 1. An answer without one is no score of
    /// 0.</summary>
    [JsonRequired]
    public double Reward { get; init; }

    /// <summary>How it came about.</summary>
    public GraderRunMetadata? Metadata { get; init; }

    /// <summary>The scores of a multi grader's parts.</summary>
    public IReadOnlyDictionary<string, JsonElement>? SubRewards { get; init; }

    /// <summary>Tokens that model graders used, by model.</summary>
    public IReadOnlyDictionary<string, JsonElement>? ModelGraderTokenUsagePerModel { get; init; }
}

/// <summary>How a score came about.</summary>
public sealed record GraderRunMetadata : Resource
{
    /// <summary>The grader's name.</summary>
    public string? Name { get; init; }

    /// <summary>The grader's type.</summary>
    public string? Type { get; init; }

    /// <summary>What went wrong, a flag or a text each.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Errors { get; init; }

    /// <summary>How long grading took, in seconds.</summary>
    public double? ExecutionTime { get; init; }

    /// <summary>Scores by name.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Scores { get; init; }

    /// <summary>Tokens used.</summary>
    public long? TokenUsage { get; init; }

    /// <summary>The model that was asked.</summary>
    public string? SampledModelName { get; init; }
}

/// <summary>Asks the service whether it takes a grader.</summary>
public sealed record GraderValidateRequest
{
    /// <summary>The grader, as the service takes it.</summary>
    public required JsonElement Grader { get; init; }
}

/// <summary>The grader as the service understood it.</summary>
public sealed record GraderValidateResource : Resource
{
    /// <summary>The grader as the service understood it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Grader { get; init; }
}
