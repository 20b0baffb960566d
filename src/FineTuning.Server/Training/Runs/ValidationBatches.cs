using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Training.Runs;

/// <summary>Which validation examples are looked at between the ends of epochs: batches that go round.</summary>
internal static class ValidationBatches
{
    /// <summary>Steps between two looks, where the job does not say.</summary>
    public const int UsualInterval = 10;

    private const int Smallest = 8;
    private const int Largest = 32;

    /// <summary>Examples of one look.</summary>
    public static int Size(TrainingPlan plan, int exampleCount) =>
        Math.Min(Math.Clamp(plan.BatchSize, Smallest, Largest), exampleCount);

    /// <summary>The number of the <paramref name="index"/>th example of a look; <paramref name="turn"/> counts the
    /// looks.</summary>
    public static int Example(int turn, int index, int size, int exampleCount) =>
        (int)((((long)turn * size) + index) % exampleCount);
}
