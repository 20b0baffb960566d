namespace FineTuning.Core.Datasets.Measuring;

/// <summary>How a number, such as the tokens of an example, is spread over a dataset.</summary>
public sealed record Distribution
{
    /// <summary>The smallest value.</summary>
    public long Minimum { get; init; }

    /// <summary>The middle value; between two, their mean.</summary>
    public double Median { get; init; }

    /// <summary>The arithmetic mean.</summary>
    public double Mean { get; init; }

    /// <summary>The value that 95 % of the examples do not exceed, interpolated as NumPy does by default.</summary>
    public double P95 { get; init; }

    /// <summary>The largest value.</summary>
    public long Maximum { get; init; }

    /// <summary>Ranges of equal width with how many examples are in each, without gaps, at most twelve.</summary>
    public required IReadOnlyList<HistogramBin> Histogram { get; init; }

    /// <summary>Returns the five numbers in a line of text.</summary>
    public override string ToString() =>
        FormattableString.Invariant(
            $"min {Minimum:N0}, median {Median:N0}, mean {Mean:N0}, p95 {P95:N0}, max {Maximum:N0}"
        );
}
