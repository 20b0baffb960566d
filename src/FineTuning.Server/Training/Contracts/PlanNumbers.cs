using FineTuning.Core.Wire;

namespace FineTuning.Server.Training.Contracts;

/// <summary>The numbers of requests and plans as hyperparameters, which the table of them can go through.</summary>
internal static class PlanNumbers
{
    /// <summary>What was asked for; 'auto' is null.</summary>
    public static Hyperparameters Of(TrainingRequest request) =>
        new()
        {
            EpochCount = OrNull(request.EpochCount),
            BatchSize = OrNull(request.BatchSize),
            LearningRateMultiplier = OrNull(request.LearningRateMultiplier),
            Beta = OrNull(request.Beta),
            ReasoningEffort = request.ReasoningEffort,
            ComputeMultiplier = OrNull(request.ComputeMultiplier),
            EvalInterval = OrNull(request.EvalInterval),
            EvalSamples = OrNull(request.EvalSamples),
        };

    /// <summary>What was settled; what the method does not have is null.</summary>
    public static Hyperparameters Of(TrainingPlan plan) =>
        new()
        {
            EpochCount = plan.EpochCount,
            BatchSize = plan.BatchSize,
            LearningRateMultiplier = plan.LearningRateMultiplier,
            Beta = OrNull(plan.Beta),
            ComputeMultiplier = OrNull(plan.ComputeMultiplier),
            EvalInterval = OrNull(plan.EvalInterval),
            EvalSamples = OrNull(plan.EvalSamples),
        };

    /// <summary>The plan of settled numbers.</summary>
    /// <param name="settled">The numbers, none of them 'auto'; the first three are needed.</param>
    /// <param name="exampleCount">Examples that are trained on.</param>
    /// <param name="totalSteps">Steps of the whole run.</param>
    public static TrainingPlan ToPlan(Hyperparameters settled, int exampleCount, int totalSteps) =>
        new(
            settled.EpochCount!.Value.Value!.Value,
            settled.BatchSize!.Value.Value!.Value,
            settled.LearningRateMultiplier!.Value.Value!.Value,
            exampleCount,
            totalSteps
        )
        {
            Beta = settled.Beta?.Value,
            ComputeMultiplier = settled.ComputeMultiplier?.Value,
            EvalInterval = settled.EvalInterval?.Value,
            EvalSamples = settled.EvalSamples?.Value,
        };

    private static AutoOr<T>? OrNull<T>(T? number)
        where T : struct, IFormattable => number is { } value ? value : null;
}
