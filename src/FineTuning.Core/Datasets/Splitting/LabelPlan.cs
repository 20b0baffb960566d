using System.Collections;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Splitting;

/// <summary>
/// Which examples of one label go to validation: those with the smallest keys, until there are as many as wanted. Keys
/// are counted in bins; only of the bin in which the limit falls the keys themselves are needed, so the memory does not
/// grow with the file. Duplicates have the same key and are taken together or not at all: where they are too many, the
/// next ones that fit are taken.
/// </summary>
internal sealed class LabelPlan(string? label)
{
    // Of a hundred million examples some 25,000 are in a bin.
    private const int BinBits = 12;

    private readonly long[] _bins = new long[1 << BinBits];

    // The bins of which not all examples are taken, and the keys of those that are.
    private readonly BitArray _isPartial = new(1 << BinBits);
    private readonly HashSet<Hash128> _taken = [];

    // Bins before this one are settled; those before the second are being looked at.
    private int _end;
    private int _lookedAt;
    private Dictionary<Hash128, long> _keys = [];

    public string? Label { get; } = label;

    public long Total { get; private set; }

    public long Target { get; set; }

    public long Taken { get; private set; }

    public void Count(Hash128 key)
    {
        _bins[Bin(key)]++;
        Total++;
    }

    // Takes whole bins as long as they fit. True if keys have to be looked at: those of the next bin and, if they are
    // no more than given, of further ones.
    public bool Advance(long mostKeys)
    {
        while (_end < _bins.Length && Taken + _bins[_end] <= Target)
        {
            Taken += _bins[_end++];
        }

        _lookedAt = _end;
        if (_end == _bins.Length || Taken == Target)
        {
            return false;
        }

        for (
            long count = _bins[_lookedAt++];
            _lookedAt < _bins.Length && count + _bins[_lookedAt] <= mostKeys;
            _lookedAt++
        )
        {
            count += _bins[_lookedAt];
        }

        return true;
    }

    // Looks at a key, if it is in a bin in question.
    public void Collect(Hash128 key)
    {
        int bin = Bin(key);
        if (bin >= _end && bin < _lookedAt)
        {
            _keys.TryGetValue(key, out long count);
            _keys[key] = count + 1;
        }
    }

    // Takes what fits of the bins in question.
    public void Settle()
    {
        foreach (
            KeyValuePair<Hash128, long> entry in _keys.OrderBy(entry => entry.Key.High).ThenBy(entry => entry.Key.Low)
        )
        {
            if (Taken + entry.Value <= Target)
            {
                Taken += entry.Value;
                _taken.Add(entry.Key);
            }
        }

        for (; _end < _lookedAt; _end++)
        {
            _isPartial[_end] = true;
        }

        _keys = [];
    }

    public bool IsForValidation(Hash128 key)
    {
        int bin = Bin(key);
        return bin < _end && (!_isPartial[bin] || _taken.Contains(key));
    }

    private static int Bin(Hash128 key) => (int)(key.High >> (64 - BinBits));
}
