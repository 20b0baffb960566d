using System.Diagnostics;
using System.Text.Json;
using FineTuning.Core.Client;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Grading;

/// <summary>A grader that the service runs. Its client stays the caller's; one with a gate keeps many gradings at once
/// within a rate limit.</summary>
public sealed class ServiceGrader : ISampleGrader
{
    // Where the service gives details, they say more than the name of the flag that they belong to.
    private static readonly string[] s_details =
    [
        "message",
        "python_grader_runtime_error_details",
        "model_grader_server_error_details",
        "python_grader_server_error_type",
    ];

    private readonly FineTuningClient _client;
    private readonly JsonElement _definition;

    /// <summary>Makes a grader.</summary>
    /// <param name="client">Asks the service.</param>
    /// <param name="definition">The grader, as the service takes it; it is copied.</param>
    public ServiceGrader(FineTuningClient client, JsonElement definition)
    {
        _client = client ?? throw new ArgumentNullException(nameof(client));
        _definition = definition.Clone();
    }

    /// <inheritdoc/>
    public async Task<GradeResult> GradeAsync(
        string modelSample,
        JsonElement? item,
        CancellationToken cancellationToken = default
    )
    {
        var watch = Stopwatch.StartNew();
        GraderRunResource answer = await _client
            .RunGraderAsync(
                new GraderRunRequest
                {
                    Grader = _definition,
                    ModelSample = modelSample,
                    Item = item,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return Read(answer, watch.Elapsed);
    }

    /// <summary>Reads the service's answer.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="elapsed">How long it took, where the answer does not say.</param>
    internal static GradeResult Read(GraderRunResource answer, TimeSpan elapsed) =>
        new()
        {
            Reward = answer.Reward,
            SubRewards = Numbers(answer.SubRewards) ?? Numbers(answer.Metadata?.Scores),
            Errors = ReadErrors(answer.Metadata?.Errors),
            Duration = answer.Metadata?.ExecutionTime is double seconds and >= 0 and < 86_400
                ? TimeSpan.FromSeconds(seconds)
                : elapsed,
            TokenUsage = ReadUsage(answer),
            SampledModel = answer.Metadata?.SampledModelName,
        };

    private static Dictionary<string, double>? Numbers(IReadOnlyDictionary<string, JsonElement>? values)
    {
        Dictionary<string, double> numbers = new(StringComparer.Ordinal);
        foreach (KeyValuePair<string, JsonElement> value in values ?? new Dictionary<string, JsonElement>())
        {
            if (value.Value.ValueKind == JsonValueKind.Number)
            {
                numbers[value.Key] = value.Value.GetDouble();
            }
        }

        return numbers.Count > 0 ? numbers : null;
    }

    private static GradeErrors ReadErrors(IReadOnlyDictionary<string, JsonElement>? errors)
    {
        if (errors is null || !errors.Values.Any(value => value.ValueKind == JsonValueKind.True))
        {
            return GradeErrors.None;
        }

        string[] flags =
        [
            .. errors.Where(error => error.Value.ValueKind == JsonValueKind.True).Select(error => error.Key),
        ];
        return new GradeErrors
        {
            Message =
                s_details.Select(Text).FirstOrDefault(text => !string.IsNullOrWhiteSpace(text))
                ?? $"The service says {string.Join(", ", flags)}.",
            FormulaParseError = Has("formula_parse_error"),
            SampleParseError = Has("sample_parse_error"),
            TruncatedObservationError = Has("truncated_observation_error"),
            UnresponsiveRewardError = Has("unresponsive_reward_error"),
            InvalidVariableError = Has("invalid_variable_error"),
            OtherError = Has("other_error"),
            PythonGraderServerError = Has("python_grader_server_error"),
            PythonGraderServerErrorType = Text("python_grader_server_error_type"),
            PythonGraderRuntimeError = Has("python_grader_runtime_error"),
            PythonGraderRuntimeErrorDetails = Text("python_grader_runtime_error_details"),
            ModelGraderServerError = Has("model_grader_server_error"),
            ModelGraderRefusalError = Has("model_grader_refusal_error"),
            ModelGraderParseError = Has("model_grader_parse_error"),
            ModelGraderServerErrorDetails = Text("model_grader_server_error_details"),
        };

        bool Has(string name) => Array.IndexOf(flags, name) >= 0;

        string? Text(string name) =>
            errors.TryGetValue(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
    }

    private static Dictionary<string, GraderTokens> ReadUsage(GraderRunResource answer)
    {
        Dictionary<string, GraderTokens> usage = new(StringComparer.Ordinal);
        foreach (
            KeyValuePair<string, JsonElement> model in answer.ModelGraderTokenUsagePerModel
                ?? new Dictionary<string, JsonElement>()
        )
        {
            if (model.Value.ValueKind == JsonValueKind.Object)
            {
                usage[model.Key] = new GraderTokens(
                    Count(model.Value, "prompt_tokens"),
                    Count(model.Value, "completion_tokens")
                );
            }
        }

        if (usage.Count == 0 && answer.Metadata is { TokenUsage: > 0 } facts)
        {
            usage[facts.SampledModelName ?? string.Empty] = new GraderTokens(0, facts.TokenUsage.Value);
        }

        return usage;
    }

    private static long Count(JsonElement tokens, string name) =>
        tokens.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt64(out long count)
            ? count
            : 0;
}
