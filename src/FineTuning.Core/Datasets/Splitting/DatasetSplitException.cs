namespace FineTuning.Core.Datasets.Splitting;

/// <summary>A dataset that cannot be split as asked.</summary>
/// <param name="id"> A stable name of the reason: NotLines, LineTooLong, TooFewExamples, CountTooLarge, NoLabels,
/// TooManyLabels, LabelsTooRare or DuplicatesTooMany.
/// </param>
/// <param name="message">What is wrong, in a sentence.</param>
/// <param name="fix">What to do next, in a sentence.</param>
public sealed class DatasetSplitException(string id, string message, string fix) : Exception(message)
{
    /// <summary>A stable name of the reason.</summary>
    public string Id { get; } = id;

    /// <summary>What to do next, in a sentence.</summary>
    public string Fix { get; } = fix;
}
