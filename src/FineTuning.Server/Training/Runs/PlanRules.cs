using FineTuning.Core.Datasets.Measuring;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Methods;

namespace FineTuning.Server.Training.Runs;

/// <summary>What 'auto' means for the built-in trainer. Epochs and batch size are Core's, where a dataset is measured
/// without a server.</summary>
internal static class PlanRules
{
    private const double UsualBeta = 0.1;
    private const double UsualComputeMultiplier = 1;
    private const int UsualEvalSamples = 2;

    /// <summary>Evaluations of a whole run, if the job does not say how often.</summary>
    private const int UsualEvaluations = 20;

    private const int LargestEvalInterval = 50;

    public static TrainingPlan Settle(TrainingRequest request, int exampleCount)
    {
        bool isSupervised = request.Method == TrainingMethods.Supervised;
        bool isReinforcement = request.Method == TrainingMethods.Reinforcement;
        int epochs =
            request.EpochCount
            ?? (
                isSupervised
                    ? AutoHyperparameters.LocalEpochCount(exampleCount)
                    : AutoHyperparameters.LocalEpochCountOfOtherMethods(exampleCount)
            );
        int batch = Math.Min(
            exampleCount,
            request.BatchSize
                ?? (
                    isReinforcement
                        ? AutoHyperparameters.LocalRewardBatchSize(exampleCount)
                        : AutoHyperparameters.LocalBatchSize(exampleCount)
                )
        );
        double multiplier = request.LearningRateMultiplier ?? 1;
        if (epochs < 1 || batch < 1 || !(multiplier > 0) || double.IsInfinity(multiplier))
        {
            throw new TrainingException(
                "n_epochs and batch_size must be at least 1, and learning_rate_multiplier above 0.",
                "invalid_hyperparameters",
                "hyperparameters"
            );
        }

        int stepsPerEpoch = (exampleCount + batch - 1) / batch;
        var plan = new TrainingPlan(epochs, batch, multiplier, exampleCount, checked(epochs * stepsPerEpoch));
        return request.Method switch
        {
            TrainingMethods.Preference => plan with { Beta = request.Beta ?? UsualBeta },
            TrainingMethods.Reinforcement => plan with
            {
                ComputeMultiplier = request.ComputeMultiplier ?? UsualComputeMultiplier,
                EvalInterval = request.EvalInterval ?? AutoEvalInterval(plan.TotalSteps),
                EvalSamples = request.EvalSamples ?? UsualEvalSamples,
            },
            _ => plan,
        };
    }

    /// <summary>About twenty evaluations in all.</summary>
    public static int AutoEvalInterval(int totalSteps) =>
        Math.Clamp(totalSteps / UsualEvaluations, 1, LargestEvalInterval);
}
