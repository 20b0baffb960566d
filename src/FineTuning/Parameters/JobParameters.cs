using System.Management.Automation;
using System.Text.Json;
using FineTuning.Commands;
using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;
using FineTuning.Operations;

namespace FineTuning.Parameters;

/// <summary>What the parameters of New-FineTuningJob mean together.</summary>
internal sealed class JobParameters(NewFineTuningJobCommand command)
{
    /// <summary>The request for the job. A grader is checked before.</summary>
    /// <exception cref="PSArgumentException">Parameters do not go together, or the grader has errors.</exception>
    public JobCreateRequest Build()
    {
        Dictionary<string, object> given = command.MyInvocation.BoundParameters;
        Hyperparameters numbers = HyperparameterTable.Make(number =>
            given.TryGetValue(number.Name, out object? value) ? (value as PSObject)?.BaseObject ?? value : null
        );
        return new JobCreateRequest
        {
            Model = command.Model,
            TrainingFile = command.TrainingFile!.Value,
            ValidationFile = command.ValidationFile?.Value,
            Suffix = command.Suffix,
            Seed = given.ContainsKey(nameof(command.Seed)) ? command.Seed : null,
            Method = MethodBuilder.Build(command.Method, given.Keys, numbers, ReadGrader()),
            Metadata = MetadataTable.ForCreate(command.Metadata, command.IdempotencyKey),
            Integrations = BuildIntegrations(),
            TrainingType = TrainingTypes.ToWire(command.TrainingType),
        };
    }

    // A job with a grader that cannot work costs its base training and fails, or scores nothing.
    private JsonElement? ReadGrader()
    {
        if (command.Grader is null)
        {
            return null;
        }

        JsonElement grader = GraderArgument.Read(command, command.Grader);
        GraderCheck.Check(grader, command.WriteWarning);
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
