using FineTuning.Core.Datasets.Splitting;

namespace FineTuning.Output;

/// <summary>How often a label is in the two parts of a dataset.</summary>
public sealed class DatasetLabel
{
    internal DatasetLabel(LabelCount source)
    {
        Label = source.Label;
        TrainingCount = source.Training;
        ValidationCount = source.Validation;
    }

    /// <summary>The answer; null stands for the examples without one.</summary>
    public string? Label { get; }

    /// <summary>How many examples of the training file have it.</summary>
    public long TrainingCount { get; }

    /// <summary>How many examples of the validation file have it.</summary>
    public long ValidationCount { get; }

    /// <summary>Such as <c>printing (64 + 16)</c>.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Label ?? "(none)"} ({TrainingCount} + {ValidationCount})");
}
