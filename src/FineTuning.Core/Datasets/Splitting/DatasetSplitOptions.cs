namespace FineTuning.Core.Datasets.Splitting;

/// <summary>How to split a dataset.</summary>
public sealed record DatasetSplitOptions
{
    /// <summary>The seed that is used where none is given, so that a split can be repeated.</summary>
    public const int DefaultSeed = 42;

    /// <summary>The share of the examples that goes to validation, more than 0 and less than 1. 0.2 by
    /// default.</summary>
    public double ValidationFraction { get; init; } = 0.2;

    /// <summary>How many examples go to validation, at least 1; null takes the share.</summary>
    public long? ValidationCount { get; init; }

    /// <summary>Decides which examples go where. The same seed and the same examples give the same split.</summary>
    public int Seed { get; init; } = DefaultSeed;

    /// <summary>Whether both files keep the proportions of the answers, which must be labels.</summary>
    public bool Stratify { get; init; }

    /// <summary>
    /// With <see cref="Stratify"/>: the field of the example that holds the label. Null takes the last answer of the
    /// assistant, the completion or the preferred output, and of an example for a grader its only field.
    /// </summary>
    public string? LabelField { get; init; }

    /// <summary>How many different labels there may be; more are answers, not labels. 1,000 by default.</summary>
    public int MaxLabels { get; init; } = 1000;

    /// <summary>Whether existing files are replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>The longest line in bytes. 64 MB by default.</summary>
    public int MaxLineBytes { get; init; } = 64 * 1024 * 1024;
}
