using FineTuning.Core.Datasets.Measuring;
using FineTuning.Core.Wire;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Methods;

namespace FineTuning.Server.Training.Runs;

/// <summary>What 'auto' means for the built-in trainer. Epochs and batch size are Core's, where a dataset is measured
/// without a server; what only one method has is that method's.</summary>
internal static class PlanRules
{
    public static TrainingPlan Settle(TrainingRequest request, int exampleCount)
    {
        Hyperparameters asked = request.Hyperparameters;
        bool isSupervised = request.Method == TrainingMethods.Supervised;
        bool isReinforcement = request.Method == TrainingMethods.Reinforcement;
        int epochs =
            asked.EpochCount?.Value
            ?? (
                isSupervised
                    ? AutoHyperparameters.LocalEpochCount(exampleCount)
                    : AutoHyperparameters.LocalEpochCountOfOtherMethods(exampleCount)
            );
        int batch = Math.Min(
            exampleCount,
            asked.BatchSize?.Value
                ?? (
                    isReinforcement
                        ? AutoHyperparameters.LocalRewardBatchSize(exampleCount)
                        : AutoHyperparameters.LocalBatchSize(exampleCount)
                )
        );
        double multiplier = asked.LearningRateMultiplier?.Value ?? 1;
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
        return plan with { Hyperparameters = TrainingMethods.Settle(request.Method, asked, plan) };
    }
}
