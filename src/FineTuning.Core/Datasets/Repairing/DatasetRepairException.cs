namespace FineTuning.Core.Datasets.Repairing;

/// <summary>A file that cannot be repaired at all.</summary>
/// <param name="id">A stable name of the reason: NotText, LineTooLong or TooManyLines.</param>
/// <param name="message">What is wrong, in a sentence.</param>
/// <param name="fix">What to do next, in a sentence.</param>
public sealed class DatasetRepairException(string id, string message, string fix) : Exception(message)
{
    /// <summary>A stable name of the reason.</summary>
    public string Id { get; } = id;

    /// <summary>What to do next, in a sentence.</summary>
    public string Fix { get; } = fix;
}
