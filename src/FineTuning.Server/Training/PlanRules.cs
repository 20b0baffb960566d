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

    /// <summary>The same for the other methods: they start from a model that knows something.</summary>
    private const int FewestVisitsOfOthers = 1500;

    private const int MostEpochsOfOthers = 10;

    /// <summary>An item is answered several times, so a batch of a few has much to learn from.</summary>
    private const int LargestRewardBatch = 16;

    private const double UsualBeta = 0.1;
    private const double UsualComputeMultiplier = 1;
    private const int UsualEvalSamples = 2;

    /// <summary>Evaluations of a whole run, if the job does not say how often.</summary>
    private const int UsualEvaluations = 20;

    private const int LargestEvalInterval = 50;

    public static TrainingPlan Settle(TrainingRequest request, int exampleCount)
    {
        var isSupervised = request.Method == TrainingMethods.Supervised;
        var isReinforcement = request.Method == TrainingMethods.Reinforcement;
        var epochs = request.EpochCount ?? (isSupervised ? AutoEpochs(exampleCount) : AutoEpochsOfOthers(exampleCount));
        var batch = Math.Min(request.BatchSize ?? (isReinforcement ? AutoRewardBatch(exampleCount) : AutoBatch(exampleCount)), exampleCount);
        var multiplier = request.LearningRateMultiplier ?? 1;
        if (epochs < 1 || batch < 1 || !(multiplier > 0) || double.IsInfinity(multiplier))
        {
            throw new TrainingException(
                "n_epochs and batch_size must be at least 1, and learning_rate_multiplier above 0.", "invalid_hyperparameters", "hyperparameters");
        }

        var stepsPerEpoch = (exampleCount + batch - 1) / batch;
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

    /// <summary>Three; more for few examples (ten for 400), fewer for very many.</summary>
    public static int AutoEpochs(int exampleCount) =>
        exampleCount * (long)UsualEpochs < FewestVisits ? Math.Min(MostEpochs, (FewestVisits + exampleCount - 1) / exampleCount)
            : exampleCount * (long)UsualEpochs > MostVisits ? Math.Max(1, MostVisits / exampleCount)
            : UsualEpochs;

    /// <summary>About 1 % of the examples.</summary>
    public static int AutoBatch(int exampleCount) => (int)Math.Clamp(Math.Round(exampleCount * BatchShare), 1, LargestBatch);

    /// <summary>Three; more for few examples, one for very many.</summary>
    public static int AutoEpochsOfOthers(int exampleCount) =>
        exampleCount * (long)UsualEpochs < FewestVisitsOfOthers
            ? Math.Min(MostEpochsOfOthers, (FewestVisitsOfOthers + exampleCount - 1) / exampleCount)
            : AutoEpochs(exampleCount);

    /// <summary>About 2 % of the items, 4 to 16.</summary>
    public static int AutoRewardBatch(int exampleCount) => (int)Math.Clamp(Math.Round(exampleCount * 2 * BatchShare), 4, LargestRewardBatch);

    /// <summary>About twenty evaluations in all.</summary>
    public static int AutoEvalInterval(int totalSteps) => Math.Clamp(totalSteps / UsualEvaluations, 1, LargestEvalInterval);
}
