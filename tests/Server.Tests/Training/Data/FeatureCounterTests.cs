using FineTuning.Server.Training.Data;
using FineTuning.Server.Training.Network;
using Xunit;

namespace FineTuning.Server.Tests.Training.Data;

public sealed class FeatureCounterTests
{
    [Fact]
    public void TheMostFrequentKeysGetRowsInOrderOfAppearance()
    {
        var counter = new FeatureCounter();
        foreach (ulong key in (ulong[])[70, 10, 50, 10, 50, 30, 30, 30, 90])
        {
            counter.Add(key);
        }

        FeatureVocabulary three = counter.Build(3, _ => 1);
        Assert.Equal([-1, 0, 1, 2, -1], ((ulong[])[70, 10, 50, 30, 90]).Select(three.Find));
        FeatureVocabulary twice = counter.Build(100, key => key == 90 ? 1 : 3);
        Assert.Equal([0, 1], ((ulong[])[30, 90]).Select(twice.Find));
        Assert.Equal(2, twice.Count);
    }

    [Fact]
    public void MemoryIsBoundedAndFrequentKeysStay()
    {
        var counter = new FeatureCounter(maxKeys: 1000);
        for (ulong i = 0UL; i < 100_000; i++)
        {
            counter.Add(SplitMix64.Mix(i));
            counter.Add(i % 5);
        }

        FeatureVocabulary vocabulary = counter.Build(int.MaxValue, _ => 1);
        Assert.InRange(vocabulary.Count, 5, 1000);
        Assert.Equal(Enumerable.Range(0, 5), Enumerable.Range(0, 5).Select(i => vocabulary.Find((ulong)i)).Order());
    }
}
