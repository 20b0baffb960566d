namespace FineTuning.Server.Training.Data;

/// <summary>
/// Counts feature keys in order of first appearance. Memory is bounded: when there are too many keys, those seen once
/// so far go.
/// </summary>
internal sealed class FeatureCounter(int maxKeys = 1 << 22)
{
    private FeatureVocabulary _index = new(1 << 10);
    private List<ulong> _keys = [];
    private List<int> _counts = [];

    public void Add(ulong key)
    {
        int row = _index.Find(key);
        if (row >= 0)
        {
            _counts[row]++;
            return;
        }

        if (_keys.Count >= maxKeys)
        {
            Forget(1);
        }

        _index.Add(key);
        _keys.Add(key);
        _counts.Add(1);
    }

    /// <summary>
    /// The <paramref name="maxRows"/> most frequent keys (of equals, those seen first), in order of first appearance.
    /// Keys counted less often than <paramref name="minCount"/> asks for are left out. The rows of an earlier
    /// vocabulary stay and come first.
    /// </summary>
    public FeatureVocabulary Build(
        int maxRows,
        Func<ulong, int> minCount,
        FeatureVocabulary? earlier = null,
        CancellationToken cancellationToken = default
    )
    {
        var chosen = new List<int>();
        for (int i = 0; i < _keys.Count; i++)
        {
            if (_counts[i] >= minCount(_keys[i]) && (earlier is null || earlier.Find(_keys[i]) < 0))
            {
                chosen.Add(i);
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        int room = Math.Max(0, maxRows - (earlier?.Count ?? 0));
        if (chosen.Count > room)
        {
            chosen = MostFrequent(chosen, room);
        }

        FeatureVocabulary vocabulary = earlier is null
            ? new FeatureVocabulary(chosen.Count)
            : earlier.Copy(chosen.Count);
        foreach (int i in chosen)
        {
            vocabulary.Add(_keys[i]);
        }

        return vocabulary;
    }

    /// <summary>Without sorting millions of keys: from a histogram follows which counts are in, and how many of the
    /// last one.</summary>
    private List<int> MostFrequent(List<int> chosen, int room)
    {
        var histogram = new Dictionary<int, int>();
        foreach (int i in chosen)
        {
            histogram[_counts[i]] = histogram.GetValueOrDefault(_counts[i]) + 1;
        }

        int least = int.MaxValue;
        foreach ((int count, int keys) in histogram.OrderByDescending(pair => pair.Key))
        {
            least = count;
            if (keys >= room)
            {
                break;
            }

            room -= keys;
        }

        return [.. chosen.Where(i => _counts[i] > least || (_counts[i] == least && room-- > 0))];
    }

    private void Forget(int count)
    {
        var keys = new List<ulong>();
        var counts = new List<int>();
        // All keys may have the same count: then more has to go.
        for (int limit = count; ; limit *= 2)
        {
            keys.Clear();
            counts.Clear();
            for (int i = 0; i < _keys.Count; i++)
            {
                if (_counts[i] > limit)
                {
                    keys.Add(_keys[i]);
                    counts.Add(_counts[i]);
                }
            }

            if (keys.Count <= maxKeys / 2)
            {
                break;
            }
        }

        (_keys, _counts) = (keys, counts);
        _index = new FeatureVocabulary(_keys.Count);
        foreach (ulong key in _keys)
        {
            _index.Add(key);
        }
    }
}
