using FineTuning.Core.Datasets.Measuring;
using Xunit;

namespace FineTuning.Core.Tests.Datasets.Measuring;

public class DistributionTests
{
    // The expected values are numpy.quantile's of the same lists, with its default method.
    [Theory]
    [InlineData("7", 7, 7, 7, 7, 7)]
    [InlineData("1 2", 1, 1.5, 1.5, 1.95, 2)]
    [InlineData("5 1 3 2 4", 1, 3, 3, 4.8, 5)]
    [InlineData("10 10 10 10 1000", 10, 10, 208, 802, 1000)]
    public void Has_the_quantiles_of_numpy(
        string values,
        long minimum,
        double median,
        double mean,
        double p95,
        long maximum
    )
    {
        Distribution found = Of(values);

        Assert.Equal(minimum, found.Minimum);
        Assert.Equal(median, found.Median, 9);
        Assert.Equal(mean, found.Mean, 9);
        Assert.Equal(p95, found.P95, 9);
        Assert.Equal(maximum, found.Maximum);
    }

    [Fact]
    public void Of_nothing_is_zero() => Assert.Empty(new ValueCounts().ToDistribution().Histogram);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_histogram_has_every_value_once_in_few_ranges_without_gaps(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 300; round++)
        {
            long top = (long)Math.Pow(10, random.NextDouble() * 9) + 1;
            long[] values = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.NextInt64(top))];
            ValueCounts counts = new();
            foreach (long value in values)
            {
                counts.Add(value);
            }

            var found = counts.ToDistribution();

            Assert.InRange(found.Histogram.Count, 1, 12);
            foreach (HistogramBin bin in found.Histogram)
            {
                Assert.Equal(values.Count(value => value >= bin.From && value <= bin.To), bin.Count);
            }

            Assert.Equal(values.Length, found.Histogram.Sum(bin => bin.Count));
            Assert.All(
                found.Histogram.Zip(found.Histogram.Skip(1)),
                pair => Assert.Equal(pair.First.To + 1, pair.Second.From)
            );
        }
    }

    [Fact]
    public void Counts_of_parts_add_up_to_those_of_the_whole()
    {
        ValueCounts whole = new(),
            left = new(),
            right = new();
        foreach (long value in new long[] { 4, 4, 9, 1 })
        {
            whole.Add(value);
            (value > 4 ? left : right).Add(value);
        }

        left.Add(right);

        Assert.Equal(4, left.Total);
        Assert.Equal(whole.ToDistribution().ToString(), left.ToDistribution().ToString());
    }

    private static Distribution Of(string values)
    {
        ValueCounts counts = new();
        foreach (string value in values.Split(' '))
        {
            counts.Add(long.Parse(value));
        }

        return counts.ToDistribution();
    }
}
