namespace FineTuning.Core.Datasets.Splitting;

/// <summary>What came of a split.</summary>
public sealed record SplitResult
{
    /// <summary>The full path of the file that was split.</summary>
    public required string SourcePath { get; init; }

    /// <summary>The full path of the new training file.</summary>
    public required string TrainingPath { get; init; }

    /// <summary>The full path of the new validation file.</summary>
    public required string ValidationPath { get; init; }

    /// <summary>How many examples are in the training file.</summary>
    public long TrainingCount { get; init; }

    /// <summary>How many examples are in the validation file.</summary>
    public long ValidationCount { get; init; }

    /// <summary>The seed that was used.</summary>
    public int Seed { get; init; }

    /// <summary>The labels, the most frequent first; empty if the split did not look at them.</summary>
    public required IReadOnlyList<LabelCount> Labels { get; init; }
}

/// <summary>How often a label is in the two files.</summary>
/// <param name="Label">The label; null stands for the examples without one.</param>
/// <param name="Training">How many examples of the training file have it.</param>
/// <param name="Validation">How many examples of the validation file have it.</param>
public sealed record LabelCount(string? Label, long Training, long Validation);
