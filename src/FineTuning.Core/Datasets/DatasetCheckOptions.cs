namespace FineTuning.Core.Datasets;

/// <summary>What to check in a dataset, and how.</summary>
public sealed record DatasetCheckOptions
{
    /// <summary>
    /// The training method: <c>supervised</c>, <c>dpo</c> or <c>reinforcement</c>. Null finds the format from the data.
    /// </summary>
    public string? Method { get; init; }

    /// <summary>The format every line must have. Null (or <see cref="DatasetFormat.Unknown"/>) finds it from the data
    /// and the method.</summary>
    public DatasetFormat? Format { get; init; }

    /// <summary>
    /// The base model, or a model that was fine-tuned from it: an example of a kind that it does not take is an error,
    /// one longer than it learns from a warning. Null, or a model that is not known, takes every kind, and warns of
    /// what no known model takes whole.
    /// </summary>
    public string? Model { get; init; }

    /// <summary>How many problems of one code are kept; more are counted only. At least 0, 100 by default.</summary>
    public int MaxProblemsPerCode { get; init; } = 100;

    /// <summary>Whether to look for exact duplicates, and for examples that training and validation file share. On by
    /// default.</summary>
    public bool CheckDuplicates { get; init; } = true;

    /// <summary>Whether to look for fields for a grader that some examples of a reinforcement dataset lack. On by
    /// default; of no use where a grader itself is compared with the dataset, which says what is needed.</summary>
    public bool CheckItemFields { get; init; } = true;

    /// <summary>Whether to look for text that looks like an API key or an e-mail address. Off by default.</summary>
    public bool CheckSecrets { get; init; }

    /// <summary>The longest line in bytes; a longer one is an error and is not held in memory. 64 MB by
    /// default.</summary>
    public int MaxLineBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The fewest examples the service takes: 10 for a training file. 0 switches the check off; use 1 for a
    /// validation file.</summary>
    public int MinimumExamples { get; init; } = DatasetLimits.MinTrainingExamples;
}
