using FineTuning.Core.Wire;

namespace FineTuning.Server.Training.Contracts;

/// <summary>The settled parameters of a run.</summary>
/// <param name="Hyperparameters">The numbers of the method, none of them 'auto'; those that all methods have are always
/// there.</param>
/// <param name="ExampleCount">Examples that are trained on.</param>
/// <param name="TotalSteps">Steps of the whole run.</param>
public sealed record TrainingPlan(Hyperparameters Hyperparameters, int ExampleCount, int TotalSteps)
{
    /// <summary>A plan of the numbers that all methods have.</summary>
    /// <param name="epochCount">Passes over the training data.</param>
    /// <param name="batchSize">Examples a step.</param>
    /// <param name="learningRateMultiplier">Factor on the trainer's own base rate.</param>
    /// <param name="exampleCount">Examples that are trained on.</param>
    /// <param name="totalSteps">Steps of the whole run.</param>
    public TrainingPlan(int epochCount, int batchSize, double learningRateMultiplier, int exampleCount, int totalSteps)
        : this(
            new Hyperparameters
            {
                EpochCount = epochCount,
                BatchSize = batchSize,
                LearningRateMultiplier = learningRateMultiplier,
            },
            exampleCount,
            totalSteps
        ) { }

    /// <summary>Passes over the training data.</summary>
    public int EpochCount => Hyperparameters.EpochCount!.Value.Value!.Value;

    /// <summary>Examples a step.</summary>
    public int BatchSize => Hyperparameters.BatchSize!.Value.Value!.Value;

    /// <summary>Factor on the trainer's own base rate.</summary>
    public double LearningRateMultiplier => Hyperparameters.LearningRateMultiplier!.Value.Value!.Value;
}
