namespace FineTuning.Core.Datasets.Measuring;

/// <summary>One range of a histogram.</summary>
/// <param name="From">The smallest value that belongs to it.</param>
/// <param name="To">The largest value that belongs to it.</param>
/// <param name="Count">How many examples are in it.</param>
public sealed record HistogramBin(long From, long To, long Count)
{
    /// <summary>Returns the range and its count.</summary>
    public override string ToString() => FormattableString.Invariant($"{From}-{To}: {Count}");
}
