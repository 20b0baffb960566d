using System.Text.Json.Serialization;
using FineTuning.Core.Grading;

namespace FineTuning.Server.Grading;

/// <summary>The answer of graders/run, field by field as the service writes it.</summary>
internal sealed record GraderRun(
    double Reward,
    GraderRunFacts Metadata,
    IReadOnlyDictionary<string, double> SubRewards,
    IReadOnlyDictionary<string, GraderRunTokens> ModelGraderTokenUsagePerModel
)
{
    public static GraderRun Of(LocalGrader grader, GradeResult result)
    {
        IReadOnlyDictionary<string, double> parts = result.SubRewards ?? new Dictionary<string, double>();
        return new GraderRun(
            result.Reward,
            new GraderRunFacts(
                grader.Name,
                grader.Type,
                GraderRunErrors.Of(result.Errors),
                result.Duration.TotalSeconds,
                parts,
                result.TokenUsage.Count == 0 ? null : result.TokenUsage.Values.Sum(tokens => tokens.Total),
                result.SampledModel
            ),
            parts,
            result.TokenUsage.ToDictionary(
                usage => usage.Key,
                usage => new GraderRunTokens(usage.Value.Prompt, usage.Value.Completion)
            )
        );
    }
}

/// <summary>How the score came about; seconds, and tokens of all models together.</summary>
internal sealed record GraderRunFacts(
    string Name,
    string Type,
    GraderRunErrors Errors,
    double ExecutionTime,
    IReadOnlyDictionary<string, double> Scores,
    long? TokenUsage,
    string? SampledModelName
);

/// <summary>Tokens of one model.</summary>
internal sealed record GraderRunTokens(long PromptTokens, long CompletionTokens)
{
    public long TotalTokens => PromptTokens + CompletionTokens;

    public long CachedTokens => 0;
}

/// <summary>What went wrong; all flags are always there.</summary>
internal sealed record GraderRunErrors(
    bool FormulaParseError,
    bool SampleParseError,
    bool TruncatedObservationError,
    bool UnresponsiveRewardError,
    bool InvalidVariableError,
    bool OtherError,
    bool PythonGraderServerError,
    string? PythonGraderServerErrorType,
    bool PythonGraderRuntimeError,
    string? PythonGraderRuntimeErrorDetails,
    bool ModelGraderServerError,
    bool ModelGraderRefusalError,
    bool ModelGraderParseError,
    string? ModelGraderServerErrorDetails
)
{
    /// <summary>Not one of the service's fields: what went wrong in words, where something did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Message { get; init; }

    public static GraderRunErrors Of(GradeErrors errors) =>
        new(
            errors.FormulaParseError,
            errors.SampleParseError,
            errors.TruncatedObservationError,
            errors.UnresponsiveRewardError,
            errors.InvalidVariableError,
            errors.OtherError,
            errors.PythonGraderServerError,
            errors.PythonGraderServerErrorType,
            errors.PythonGraderRuntimeError,
            errors.PythonGraderRuntimeErrorDetails,
            errors.ModelGraderServerError,
            errors.ModelGraderRefusalError,
            errors.ModelGraderParseError,
            errors.ModelGraderServerErrorDetails
        )
        {
            Message = errors.Message,
        };
}

/// <summary>How the answer is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(GraderRun))]
internal sealed partial class GraderJson : JsonSerializerContext;
