using System;
using System.Collections.Generic;
using System.Linq;

namespace FineTuning.Server.Training;

/// <summary>
/// Counts feature keys in order of first appearance. Memory is bounded: when there are too many keys, those seen once so far go.
/// </summary>
internal sealed class FeatureCounter(int maxKeys = 1 << 22)
{
    private FeatureVocabulary _index = new(1 << 10);
    private List<ulong> _keys = [];
    private List<int> _counts = [];

    public void Add(ulong key)
    {
        var row = _index.Find(key);
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
    /// The <paramref name="maxRows"/> most frequent keys (of equals, those seen first), in order of first appearance. Keys counted less
    /// often than <paramref name="minCount"/> asks for are left out.
    /// </summary>
    public FeatureVocabulary Build(int maxRows, Func<ulong, int> minCount)
    {
        var chosen = Enumerable.Range(0, _keys.Count).Where(i => _counts[i] >= minCount(_keys[i])).ToArray();
        if (chosen.Length > maxRows)
        {
            // OrderBy is stable, so equals stay in order of appearance.
            chosen = [.. chosen.OrderByDescending(i => _counts[i]).Take(maxRows)];
            Array.Sort(chosen);
        }

        var vocabulary = new FeatureVocabulary(chosen.Length);
        foreach (var i in chosen)
        {
            vocabulary.Add(_keys[i]);
        }

        return vocabulary;
    }

    private void Forget(int count)
    {
        var keys = new List<ulong>();
        var counts = new List<int>();
        // All keys may have the same count: then more has to go.
        for (var limit = count; ; limit *= 2)
        {
            keys.Clear();
            counts.Clear();
            for (var i = 0; i < _keys.Count; i++)
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
        foreach (var key in _keys)
        {
            _index.Add(key);
        }
    }
}
