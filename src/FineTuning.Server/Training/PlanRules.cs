using System;

namespace FineTuning.Server.Training;

/// <summary>What 'auto' means for the built-in trainer.</summary>
internal static class PlanRules
{
    private const int UsualEpochs = 3;
    private const int MostEpochs = 25;

    /// <summary>Visits of examples below which a model that starts from nothing has not learnt enough.</summary>
    private const int FewestVisits = 4000;

    /// <summary>Visits above which more passes gain little.</summary>
    private const int MostVisits = 300_000;

    private const double BatchShare = 0.01;
    private const int LargestBatch = 64;

    public static TrainingPlan Settle(TrainingRequest request, int exampleCount)
    {
        var epochs = request.EpochCount ?? AutoEpochs(exampleCount);
        var batch = Math.Min(request.BatchSize ?? AutoBatch(exampleCount), exampleCount);
        var multiplier = request.LearningRateMultiplier ?? 1;
        if (epochs < 1 || batch < 1 || !(multiplier > 0) || double.IsInfinity(multiplier))
        {
            throw new TrainingException(
                "n_epochs and batch_size must be at least 1, and learning_rate_multiplier above 0.", "invalid_hyperparameters", "hyperparameters");
        }

        var stepsPerEpoch = (exampleCount + batch - 1) / batch;
        return new TrainingPlan(epochs, batch, multiplier, exampleCount, checked(epochs * stepsPerEpoch));
    }

    /// <summary>Three; more for few examples (ten for 400), fewer for very many.</summary>
    public static int AutoEpochs(int exampleCount) =>
        exampleCount * (long)UsualEpochs < FewestVisits ? Math.Min(MostEpochs, (FewestVisits + exampleCount - 1) / exampleCount)
            : exampleCount * (long)UsualEpochs > MostVisits ? Math.Max(1, MostVisits / exampleCount)
            : UsualEpochs;

    /// <summary>About 1 % of the examples.</summary>
    public static int AutoBatch(int exampleCount) => (int)Math.Clamp(Math.Round(exampleCount * BatchShare), 1, LargestBatch);
}
