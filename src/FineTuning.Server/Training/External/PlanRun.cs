using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

namespace FineTuning.Server.Training.External;

/// <summary>Asks the program what 'auto' comes to. A run of its own: a job that goes on is not planned again.</summary>
internal sealed class PlanRun(ExternalProgram program, ExternalLimits limits, ILogger log, TrainingRequest request)
    : ProgramRun<TrainingPlan>(program, limits, log, request, "the planning program")
{
    private const int Most = 100_000_000;

    protected override JsonObject FirstMessage() => RequestMessage.Plan(Request);

    protected override ValueTask<TrainingPlan?> TakeAsync(ProgramProcess process, ProgramMessage message, CancellationToken cancellationToken)
    {
        if (message.Type != "plan")
        {
            process.LogIgnored(message);
            return default;
        }

        var isReinforcement = Request.Method == "reinforcement";
        return new ValueTask<TrainingPlan?>(new TrainingPlan(
            message.Int("n_epochs", 1, Most),
            message.Int("batch_size", 1, Most),
            message.Positive("learning_rate_multiplier"),
            message.Int("examples", 1, int.MaxValue),
            message.Int("total_steps", 1, Most))
        {
            Beta = Request.Method == "dpo" ? message.Positive("beta") : null,
            ComputeMultiplier = isReinforcement ? message.Positive("compute_multiplier") : null,
            EvalInterval = isReinforcement ? message.Int("eval_interval", 1, Most) : null,
            EvalSamples = isReinforcement ? message.Int("eval_samples", 1, Most) : null,
        });
    }
}
