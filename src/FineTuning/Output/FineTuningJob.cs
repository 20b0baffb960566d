using System.Runtime.CompilerServices;
using System.Text.Json;
using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;

namespace FineTuning.Output;

/// <summary>A job as it was when it was read.</summary>
public sealed class FineTuningJob : ServiceObject
{
    internal FineTuningJob(JobResource source)
    {
        Id = source.Id;
        Status = source.Status.Value;
        Model = source.Model;
        FineTunedModel = source.FineTunedModel;
        TrainingFile = source.TrainingFile;
        ValidationFile = source.ValidationFile;
        CreatedAt = Display.LocalTime(source.CreatedAt);
        FinishedAt = source.FinishedAt?.LocalDateTime;
        EstimatedFinish = source.EstimatedFinish?.LocalDateTime;
        TrainedTokens = source.TrainedTokens;
        Error = source.Error is { IsEmpty: false } error ? new FineTuningJobError(error) : null;
        Method = source.Method?.Type ?? "supervised";
        Hyperparameters = new FineTuningHyperparameters(
            source.Method?.Options?.Hyperparameters ?? source.Hyperparameters
        );
        Grader = source.Method?.Options?.Grader is { ValueKind: JsonValueKind.Object } grader
            ? GraderObject.Make(grader)
            : null;
        ResultFiles = source.ResultFiles?.ToArray() ?? [];
        Seed = source.Seed;
        Metadata = source.Metadata?.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal) ?? [];
        OrganizationId = source.OrganizationId;
        AdditionalProperties = JsonValues.ToDictionary(source.AdditionalFields);
    }

    /// <summary>Such as <c>ftjob-abc123</c>.</summary>
    public string Id { get; }

    /// <summary>The service's word, such as <c>running</c>.</summary>
    public string Status { get; }

    /// <summary>The base model.</summary>
    public string Model { get; }

    /// <summary>The model it made; null until it succeeded.</summary>
    public string? FineTunedModel { get; }

    /// <summary>Id of the training file.</summary>
    public string? TrainingFile { get; }

    /// <summary>Id of the validation file.</summary>
    public string? ValidationFile { get; }

    /// <summary>When it was created, in local time.</summary>
    public DateTime? CreatedAt { get; }

    /// <summary>When it ended, in local time; null while it runs, and for some cancelled jobs.</summary>
    public DateTime? FinishedAt { get; }

    /// <summary>When the service expects it to end, in local time.</summary>
    public DateTime? EstimatedFinish { get; }

    /// <summary>From creation to end; null while it runs.</summary>
    public TimeSpan? Duration => FinishedAt - CreatedAt;

    /// <summary>Billable tokens.</summary>
    public long? TrainedTokens { get; }

    /// <summary>Why it failed; null if it did not.</summary>
    public FineTuningJobError? Error { get; }

    /// <summary>supervised, dpo or reinforcement.</summary>
    public string Method { get; }

    /// <summary>Its numbers, each a number, the word auto, or null where the method has none.</summary>
    public FineTuningHyperparameters Hyperparameters { get; }

    /// <summary>What scores the samples of reinforcement.</summary>
    public object? Grader { get; }

    /// <summary>Ids of the files with the metrics.</summary>
    public string[] ResultFiles { get; }

    /// <summary>What its randomness starts from.</summary>
    public long? Seed { get; }

    /// <summary>The creator's own pairs.</summary>
    public Dictionary<string, string> Metadata { get; }

    /// <summary>The organization that owns the job.</summary>
    public string? OrganizationId { get; }

    /// <summary>What the service sent beyond these.</summary>
    public IDictionary<string, object?>? AdditionalProperties { get; }

    /// <inheritdoc/>
    public override string ToString() => Id;
}

/// <summary>Why a job failed.</summary>
public sealed class FineTuningJobError
{
    internal FineTuningJobError(JobError source)
    {
        Code = source.Code;
        Message = source.Message;
        Param = source.Param;
    }

    /// <summary>Such as <c>invalid_training_file</c>.</summary>
    public string? Code { get; }

    /// <summary>The service's words.</summary>
    public string? Message { get; }

    /// <summary>The parameter at fault.</summary>
    public string? Param { get; }

    /// <summary>The message with its code.</summary>
    public override string ToString() => Code is null ? Message ?? string.Empty : $"{Message} ({Code})";
}

/// <summary>A job's numbers. Each is a number, the word auto, or null.</summary>
public sealed class FineTuningHyperparameters
{
    private readonly Hyperparameters? _source;

    internal FineTuningHyperparameters(Hyperparameters? source) => _source = source;

    /// <summary>Passes over the training data.</summary>
    public object? EpochCount => Value();

    /// <summary>Examples a step.</summary>
    public object? BatchSize => Value();

    /// <summary>Factor on the service's own rate.</summary>
    public object? LearningRateMultiplier => Value();

    /// <summary>dpo: weight of the penalty.</summary>
    public object? Beta => Value();

    /// <summary>reinforcement: effort of reasoning.</summary>
    public string? ReasoningEffort => (string?)Value();

    /// <summary>reinforcement: factor on the compute.</summary>
    public object? ComputeMultiplier => Value();

    /// <summary>reinforcement: steps between evaluations.</summary>
    public object? EvalInterval => Value();

    /// <summary>reinforcement: samples an evaluation.</summary>
    public object? EvalSamples => Value();

    /// <summary>What is set, in one line.</summary>
    public override string ToString() =>
        string.Join(
            ", ",
            HyperparameterTable
                .All.Select(number => (number.Label, Value: Value(number.Name)))
                .Where(p => p.Value is not null)
                .Select(p => FormattableString.Invariant($"{p.Label} {p.Value}"))
        );

    private object? Value([CallerMemberName] string name = "") =>
        HyperparameterTable.Get(name).Get(_source) switch
        {
            AutoOr<int> { IsAuto: false } whole => whole.Value,
            AutoOr<double> { IsAuto: false } number => number.Value,
            AutoOr<int> or AutoOr<double> => "auto",
            object word => word,
            null => null,
        };
}
