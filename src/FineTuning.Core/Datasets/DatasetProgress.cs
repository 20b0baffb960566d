namespace FineTuning.Core.Datasets;

/// <summary>How far a check has come.</summary>
/// <param name="BytesRead">The bytes checked so far.</param>
/// <param name="TotalBytes">The size of the dataset in bytes, or null where it cannot be known.</param>
/// <param name="Examples">The examples checked so far.</param>
public sealed record DatasetProgress(long BytesRead, long? TotalBytes, long Examples);
