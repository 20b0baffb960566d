using FineTuning.Core.Datasets.Splitting;

namespace FineTuning.Output;

/// <summary>A dataset that was split in two.</summary>
public sealed class DatasetSplit
{
    internal DatasetSplit(SplitResult source)
    {
        SourcePath = source.SourcePath;
        TrainingPath = source.TrainingPath;
        ValidationPath = source.ValidationPath;
        TrainingCount = source.TrainingCount;
        ValidationCount = source.ValidationCount;
        Seed = source.Seed;

        // A plain array: the list that a collection expression makes cannot be indexed in PowerShell.
        Labels = source.Labels.Select(label => new DatasetLabel(label)).ToArray();
    }

    /// <summary>The full path of the file that was split.</summary>
    public string SourcePath { get; }

    /// <summary>The full path of the training file.</summary>
    public string TrainingPath { get; }

    /// <summary>The full path of the validation file.</summary>
    public string ValidationPath { get; }

    /// <summary>The examples of the training file.</summary>
    public long TrainingCount { get; }

    /// <summary>The examples of the validation file.</summary>
    public long ValidationCount { get; }

    /// <summary>What decided which example goes where; the same seed gives the same split.</summary>
    public int Seed { get; }

    /// <summary>How often each label is in the two files, the most frequent first; empty without -Stratify.</summary>
    public IReadOnlyList<DatasetLabel> Labels { get; }

    /// <summary>The path of the training file.</summary>
    public override string ToString() => TrainingPath;
}
