using System.Text.Json.Nodes;
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

        bool isReinforcement = Request.Method == "reinforcement";
        return new ValueTask<TrainingPlan?>(
            new TrainingPlan(
                message.Int("n_epochs", 1, Max),
                message.Int("batch_size", 1, Max),
                message.Positive("learning_rate_multiplier"),
                message.Int("examples", 1, int.MaxValue),
                message.Int("total_steps", 1, Max)
            )
            {
                Beta = Request.Method == "dpo" ? message.Positive("beta") : null,
                ComputeMultiplier = isReinforcement ? message.Positive("compute_multiplier") : null,
                EvalInterval = isReinforcement ? message.Int("eval_interval", 1, Max) : null,
                EvalSamples = isReinforcement ? message.Int("eval_samples", 1, Max) : null,
            }
        );
    }
}
