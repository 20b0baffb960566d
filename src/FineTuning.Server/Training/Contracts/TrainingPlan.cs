namespace FineTuning.Server.Training.Contracts;

/// <summary>The settled parameters of a run.</summary>
public sealed record TrainingPlan(
    int EpochCount,
    int BatchSize,
    double LearningRateMultiplier,
    int ExampleCount,
    int TotalSteps
)
{
    /// <summary>dpo only.</summary>
    public double? Beta { get; init; }

    /// <summary>reinforcement only.</summary>
    public double? ComputeMultiplier { get; init; }

    /// <summary>reinforcement only: steps.</summary>
    public int? EvalInterval { get; init; }

    /// <summary>reinforcement only: samples an item.</summary>
    public int? EvalSamples { get; init; }
}
