using System.Text.Json;
using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Methods;

namespace FineTuning.Server.Storage;

/// <summary>A job as it is stored.</summary>
internal sealed record JobRecord
{
    public long Seq { get; init; }

    public required string Id { get; init; }

    public required JobStatus Status { get; init; }

    /// <summary>The files were checked: a resumed job need not go through that again.</summary>
    public bool Validated { get; init; }

    public required string Model { get; init; }

    /// <summary>The name its model will have; checkpoints are named after it, so it is made with the job.</summary>
    public required string ModelName { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public required string TrainingFile { get; init; }

    public string? ValidationFile { get; init; }

    public string? Suffix { get; init; }

    public required int Seed { get; init; }

    public required string Method { get; init; }

    /// <summary>As asked for, 'auto' included: what the trainer is given each time.</summary>
    public required Hyperparameters Requested { get; init; }

    /// <summary>What scores the samples of reinforcement; null for the other methods.</summary>
    public JsonElement? Grader { get; init; }

    /// <summary>What 'auto' came to; null until the run starts.</summary>
    public TrainingPlan? Plan { get; init; }

    /// <summary>The trainer that settled <see cref="Plan"/>, and alone can go on.</summary>
    public string? PlannedBy { get; init; }

    public long? TrainedTokens { get; init; }

    public JobError? Error { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public IReadOnlyList<JobIntegration>? Integrations { get; init; }

    /// <summary>Azure's kind of training. It is kept and given back, and means nothing here.</summary>
    public string? TrainingType { get; init; }

    public string? ResultFile { get; init; }

    /// <summary>The trainer's last saved state, relative to the data folder.</summary>
    public string? StatePath { get; init; }

    /// <summary>The step of <see cref="StatePath"/>.</summary>
    public int StateStep { get; init; }

    /// <summary>The job as the service shows it.</summary>
    public JobResource ToResource(DateTimeOffset? estimatedFinish)
    {
        Hyperparameters numbers = HyperparameterTable.Make(number =>
            number.Get(Plan?.Hyperparameters) ?? number.Get(Requested)
        );
        JobResource resource = new()
        {
            Id = Id,
            Model = Model,
            CreatedAt = CreatedAt,
            FinishedAt = FinishedAt,
            EstimatedFinish = Status == JobStatus.Running ? estimatedFinish : null,
            FineTunedModel = Status == JobStatus.Succeeded ? ModelName : null,
            OrganizationId = "org-local",
            ResultFiles = ResultFile is null ? [] : [ResultFile],
            Status = Status,
            TrainingFile = TrainingFile,
            ValidationFile = ValidationFile,
            Hyperparameters = Method == TrainingMethods.Supervised ? numbers : null,
            TrainedTokens = TrainedTokens,
            Error = Error,
            Seed = Seed,
            Integrations = Integrations ?? [],
            Metadata = Metadata,
            Method = JobMethod.Create(Method, new MethodOptions { Hyperparameters = numbers, Grader = Grader }),
        };
        resource.AdditionalFields = new Dictionary<string, JsonElement>
        {
            ["user_provided_suffix"] = JsonSerializer.SerializeToElement(Suffix, ServerJson.Default.String),
        };
        if (TrainingType is not null)
        {
            resource.AdditionalFields["trainingType"] = JsonSerializer.SerializeToElement(
                TrainingType,
                ServerJson.Default.String
            );
        }

        return resource;
    }
}
