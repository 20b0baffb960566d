namespace FineTuning.Core.Datasets.Measuring;

// How often each value came. There are far fewer different token counts than examples, so the exact distribution of any
// file fits.
internal sealed class ValueCounts
{
    private const int MaxBins = 12;

    private readonly Dictionary<long, long> _counts = [];

    public long Total { get; private set; }

    public void Add(long value, long count = 1)
    {
        _counts.TryGetValue(value, out long before);
        _counts[value] = before + count;
        Total += count;
    }

    public void Add(ValueCounts other)
    {
        foreach (KeyValuePair<long, long> pair in other._counts)
        {
            Add(pair.Key, pair.Value);
        }
    }

    public void Clear()
    {
        _counts.Clear();
        Total = 0;
    }

    public Distribution ToDistribution()
    {
        if (Total == 0)
        {
            return new Distribution { Histogram = [] };
        }

        KeyValuePair<long, long>[] sorted = [.. _counts.OrderBy(pair => pair.Key)];
        long smallest = sorted[0].Key,
            largest = sorted[sorted.Length - 1].Key;
        return new Distribution
        {
            Minimum = smallest,
            Median = Quantile(sorted, 0.5),
            Mean = sorted.Sum(pair => (double)pair.Key * pair.Value) / Total,
            P95 = Quantile(sorted, 0.95),
            Maximum = largest,
            Histogram = Bins(sorted, smallest, largest),
        };
    }

    private double Quantile(KeyValuePair<long, long>[] sorted, double share)
    {
        double place = share * (Total - 1);
        long below = ValueAt(sorted, (long)Math.Floor(place));
        long above = ValueAt(sorted, (long)Math.Ceiling(place));
        return below + ((above - below) * (place - Math.Floor(place)));
    }

    private static long ValueAt(KeyValuePair<long, long>[] sorted, long place)
    {
        long seen = 0;
        foreach (KeyValuePair<long, long> pair in sorted)
        {
            seen += pair.Value;
            if (place < seen)
            {
                return pair.Key;
            }
        }

        return sorted[sorted.Length - 1].Key;
    }

    private static HistogramBin[] Bins(KeyValuePair<long, long>[] sorted, long smallest, long largest)
    {
        long width = NiceWidth(largest - smallest + 1);
        long first = smallest / width;
        long[] counts = new long[(largest / width) - first + 1];
        foreach (KeyValuePair<long, long> pair in sorted)
        {
            counts[(pair.Key / width) - first] += pair.Value;
        }

        return
        [
            .. counts.Select((count, i) => new HistogramBin((first + i) * width, ((first + i + 1) * width) - 1, count)),
        ];
    }

    // 1, 2 or 5 times a power of ten, so that people can read the ranges. Ranges start at a multiple, which can take
    // one more.
    private static long NiceWidth(long range)
    {
        for (long power = 1; ; power *= 10)
        {
            foreach (long factor in (ReadOnlySpan<long>)[1, 2, 5])
            {
                if ((range + (factor * power) - 1) / (factor * power) < MaxBins)
                {
                    return factor * power;
                }
            }
        }
    }
}
