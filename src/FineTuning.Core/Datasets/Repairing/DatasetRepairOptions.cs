namespace FineTuning.Core.Datasets.Repairing;

/// <summary>How to repair a dataset.</summary>
public sealed record DatasetRepairOptions
{
    /// <summary>Whether an existing file is replaced; needed also to repair a file in place.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Whether the new file is written also where there is nothing to mend.</summary>
    public bool AlwaysWrite { get; init; }

    /// <summary>How many changes of one code are kept; more are counted only. At least 0, 100 by default.</summary>
    public int MaxChangesPerCode { get; init; } = 100;

    /// <summary>The longest line in bytes, and the longest example of a document. 64 MB by default.</summary>
    public int MaxLineBytes { get; init; } = 64 * 1024 * 1024;
}
