using System.Text.Json.Nodes;
using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Training.External;

/// <summary>Asks the program what 'auto' comes to. A run of its own: a job that goes on is not planned again.</summary>
internal sealed class PlanRun(ExternalProgram program, ExternalLimits limits, ILogger log, TrainingRequest request)
    : ProgramRun<TrainingPlan>(program, limits, log, request, "the planning program")
{
    private const int Max = 100_000_000;

    protected override JsonObject FirstMessage() => RequestMessage.Plan(Request);

    protected override ValueTask<TrainingPlan?> TakeAsync(
        ProgramProcess process,
        ProgramMessage message,
        CancellationToken cancellationToken
    )
    {
        if (message.Type != "plan")
        {
            process.LogIgnored(message);
            return default;
        }

        Hyperparameters settled = new();
        foreach (HyperparameterDefinition number in HyperparameterTable.Of(Request.Method))
        {
            if (number.Bounds is { } bounds)
            {
                double value = bounds.IsWhole
                    ? message.Int(number.WireName, 1, Max)
                    : message.Positive(number.WireName);
                settled = number.SetNumber(settled, value);
            }
        }

        return new ValueTask<TrainingPlan?>(
            new TrainingPlan(settled, message.Int("examples", 1, int.MaxValue), message.Int("total_steps", 1, Max))
        );
    }
}
