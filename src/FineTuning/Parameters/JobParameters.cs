using System.Management.Automation;
using System.Text.Json;
using FineTuning.Commands;
using FineTuning.Core.Wire;
using FineTuning.Errors;

namespace FineTuning.Parameters;

/// <summary>What the parameters of New-FineTuningJob mean together.</summary>
internal sealed class JobParameters(NewFineTuningJobCommand command)
{
    /// <summary>The request for the job. A grader is checked before.</summary>
    /// <exception cref="PSArgumentException">Parameters do not go together, or the grader has errors.</exception>
    public JobCreateRequest Build()
    {
        ICollection<string> given = command.MyInvocation.BoundParameters.Keys;
        var numbers = new Hyperparameters
        {
            EpochCount = Given(nameof(command.EpochCount), command.EpochCount),
            BatchSize = Given(nameof(command.BatchSize), command.BatchSize),
            LearningRateMultiplier = Given(nameof(command.LearningRateMultiplier), command.LearningRateMultiplier),
            Beta = Given(nameof(command.Beta), command.Beta),
            ReasoningEffort = command.ReasoningEffort,
            ComputeMultiplier = Given(nameof(command.ComputeMultiplier), command.ComputeMultiplier),
            EvalInterval = Given(nameof(command.EvalInterval), command.EvalInterval),
            EvalSamples = Given(nameof(command.EvalSamples), command.EvalSamples),
        };
        return new JobCreateRequest
        {
            Model = command.Model,
            TrainingFile = command.TrainingFile!.Value,
            ValidationFile = command.ValidationFile?.Value,
            Suffix = command.Suffix,
            Seed = Given(nameof(command.Seed), command.Seed),
            Method = MethodBuilder.Build(command.Method, given, numbers, ReadGrader()),
            Metadata = MetadataTable.ForCreate(command.Metadata, command.IdempotencyKey),
            Integrations = BuildIntegrations(),
            TrainingType = TrainingTypes.ToWire(command.TrainingType),
        };

        T? Given<T>(string name, T value)
            where T : struct => given.Contains(name) ? value : null;
    }

    // A job with a grader that cannot work costs its base training and fails, or scores nothing.
    private JsonElement? ReadGrader()
    {
        if (command.Grader is null)
        {
            return null;
        }

        JsonElement grader = GraderArgument.Read(command, command.Grader);
        GraderErrors.Check(grader, command.WriteWarning);
        return grader;
    }

    private List<JobIntegration>? BuildIntegrations()
    {
        if (command.WandbProject is null)
        {
            return command.WandbName is null && command.WandbEntity is null && command.WandbTag is null
                ? null
                : throw new PSArgumentException("-WandbName, -WandbEntity and -WandbTag need a -WandbProject.");
        }

        return
        [
            new JobIntegration
            {
                Wandb = new WandbIntegration
                {
                    Project = command.WandbProject,
                    Name = command.WandbName,
                    Entity = command.WandbEntity,
                    Tags = command.WandbTag,
                },
            },
        ];
    }
}
