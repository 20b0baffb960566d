using System.Text.Json;
using System.Text.Json.Serialization;

namespace FineTuning.Core.Wire;

/// <summary>A fine-tuning job as the service sends it. Source: schema FineTuningJob of OpenAI's OpenAPI
/// document.</summary>
public sealed record JobResource : Resource
{
    /// <summary>Always <c>fine_tuning.job</c>.</summary>
    [JsonPropertyName("object")]
    public string Kind
    {
        get;
        init => field = value ?? "fine_tuning.job";
    } = "fine_tuning.job";

    /// <summary>Such as <c>ftjob-abc123</c>.</summary>
    public string Id
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>The base model.</summary>
    public string Model
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>When it was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended; null while it runs, and for some cancelled jobs.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>When the service expects it to end; can be missing, and can lie in the past.</summary>
    public DateTimeOffset? EstimatedFinish { get; init; }

    /// <summary>The model it made, such as <c>ft:gpt-4o-mini:org:suffix:id</c>; null until it succeeded.</summary>
    public string? FineTunedModel { get; init; }

    /// <summary>The organization that owns the job.</summary>
    public string? OrganizationId { get; init; }

    /// <summary>Ids of the files with the metrics.</summary>
    public IReadOnlyList<string>? ResultFiles { get; init; }

    /// <summary>Where it stands.</summary>
    public JobStatus Status { get; init; }

    /// <summary>Whether it has ended: by its status, or, where that is a word that is not known here, by the time at
    /// which it finished.</summary>
    [JsonIgnore]
    public bool HasEnded => Status.IsFinished || (FinishedAt is not null && !Status.IsKnown);

    /// <summary>Id of the training file.</summary>
    public string? TrainingFile { get; init; }

    /// <summary>Id of the validation file.</summary>
    public string? ValidationFile { get; init; }

    /// <summary>Sent for supervised jobs only; <see cref="Method"/> has them for every method.</summary>
    public Hyperparameters? Hyperparameters { get; init; }

    /// <summary>Billable tokens; null until it ended.</summary>
    public long? TrainedTokens { get; init; }

    /// <summary>Why it failed. Some services send an empty object for no error: see <see
    /// cref="JobError.IsEmpty"/>.</summary>
    public JobError? Error { get; init; }

    /// <summary>What the run's randomness starts from.</summary>
    public long? Seed { get; init; }

    /// <summary>Services that are told of the metrics.</summary>
    public IReadOnlyList<JobIntegration>? Integrations { get; init; }

    /// <summary>Up to 16 pairs of the creator's own.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>How it trains.</summary>
    public JobMethod? Method { get; init; }
}

/// <summary>Why a job failed.</summary>
public sealed record JobError : Resource
{
    /// <summary>Such as <c>invalid_training_file</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    /// <summary>The service's words.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Message { get; init; }

    /// <summary>The parameter at fault, such as <c>training_file</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Param { get; init; }

    /// <summary>Whether this is the empty object that stands for no error.</summary>
    [JsonIgnore]
    public bool IsEmpty => Code is null && Message is null && Param is null;
}

/// <summary>How a job trains, with the parameters of that method.</summary>
public sealed record JobMethod : Resource
{
    /// <summary>supervised, dpo or reinforcement; the list is open.</summary>
    public string Type
    {
        get;
        init => field = value ?? "supervised";
    } = "supervised";

    /// <summary>Parameters of the supervised method.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MethodOptions? Supervised { get; init; }

    /// <summary>Parameters of direct preference optimisation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MethodOptions? Dpo { get; init; }

    /// <summary>Parameters of reinforcement, with its grader.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MethodOptions? Reinforcement { get; init; }

    /// <summary>The options of <see cref="Type"/>, if they were sent.</summary>
    [JsonIgnore]
    public MethodOptions? Options =>
        Type switch
        {
            "supervised" => Supervised,
            "dpo" => Dpo,
            "reinforcement" => Reinforcement,
            _ => null,
        };

    /// <summary>Makes a method of its name and options.</summary>
    /// <param name="type">supervised, dpo or reinforcement.</param>
    /// <param name="options">Its options; null leaves them to the service.</param>
    /// <exception cref="ArgumentException">The method is none of the three.</exception>
    public static JobMethod Create(string type, MethodOptions? options) =>
        type switch
        {
            "supervised" => new JobMethod { Type = type, Supervised = options },
            "dpo" => new JobMethod { Type = type, Dpo = options },
            "reinforcement" => new JobMethod { Type = type, Reinforcement = options },
            _ => throw new ArgumentException(
                $"'{type}' is not one of supervised, dpo and reinforcement.",
                nameof(type)
            ),
        };
}

/// <summary>What a method takes.</summary>
public sealed record MethodOptions : Resource
{
    /// <summary>The hyperparameters of the method.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Hyperparameters? Hyperparameters { get; init; }

    /// <summary>What scores the samples; reinforcement only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Grader { get; init; }
}

/// <summary>The numbers of all three methods; what a method does not have stays null and is not sent.</summary>
public sealed record Hyperparameters : Resource
{
    /// <summary>Passes over the training data, 1 to 50.</summary>
    [JsonPropertyName("n_epochs")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AutoOr<int>? EpochCount { get; init; }

    /// <summary>Examples a step, 1 to 256.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AutoOr<int>? BatchSize { get; init; }

    /// <summary>Factor on the service's own rate, above 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AutoOr<double>? LearningRateMultiplier { get; init; }

    /// <summary>dpo: weight of the penalty between the new and the reference model, above 0 to 2.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AutoOr<double>? Beta { get; init; }

    /// <summary>reinforcement: default, low, medium or high.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReasoningEffort { get; init; }

    /// <summary>reinforcement: factor on the compute spent exploring, above 0.00001 to 10.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AutoOr<double>? ComputeMultiplier { get; init; }

    /// <summary>reinforcement: steps between evaluations, at least 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AutoOr<int>? EvalInterval { get; init; }

    /// <summary>reinforcement: samples an evaluation, at least 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AutoOr<int>? EvalSamples { get; init; }
}

/// <summary>A service that is told of a job's metrics.</summary>
public sealed record JobIntegration : Resource
{
    /// <summary>Always <c>wandb</c> so far.</summary>
    public string Type
    {
        get;
        init => field = value ?? "wandb";
    } = "wandb";

    /// <summary>Settings for Weights and Biases.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WandbIntegration? Wandb { get; init; }
}

/// <summary>Where Weights and Biases files a run.</summary>
public sealed record WandbIntegration : Resource
{
    /// <summary>The project's name at the integration's service.</summary>
    public string Project
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>The run's display name; the job's id if null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>The user or team.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Entity { get; init; }

    /// <summary>Tags of the run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Tags { get; init; }
}
