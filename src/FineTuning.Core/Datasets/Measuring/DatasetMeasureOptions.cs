namespace FineTuning.Core.Datasets.Measuring;

/// <summary>What to measure a dataset for.</summary>
public sealed record DatasetMeasureOptions
{
    /// <summary>The model to train. One that is not known is measured with o200k_base and without limits.</summary>
    public required string Model { get; init; }

    /// <summary>Passes over the data, 1 to 50; null is 'auto'.</summary>
    public int? EpochCount { get; init; }

    /// <summary>Examples a step, at least 1; null is 'auto'.</summary>
    public int? BatchSize { get; init; }

    /// <summary>The price to estimate with, or null.</summary>
    public TrainingPrice? Price { get; init; }

    /// <summary>The longest line in bytes; a longer one is skipped. 64 MB by default.</summary>
    public int MaxLineBytes { get; init; } = 64 * 1024 * 1024;
}
