using System.Numerics;
using System.Runtime.InteropServices;

namespace FineTuning.Server.Training.Data;

/// <summary>Numbers feature keys from 0 in the order they are added: the rows of a table of weights. Reading is
/// thread-safe.</summary>
internal sealed class FeatureVocabulary
{
    private readonly List<ulong> _keys;
    private int[] _slots;

    public FeatureVocabulary(int capacity)
    {
        _keys = new List<ulong>(capacity);
        _slots = NewSlots(capacity);
    }

    /// <summary>Number of rows.</summary>
    public int Count => _keys.Count;

    /// <summary>The row of a key, or -1.</summary>
    public int Find(ulong key)
    {
        int[] slots = _slots;
        int mask = slots.Length - 1;
        Span<ulong> keys = CollectionsMarshal.AsSpan(_keys);
        // The keys are mixed hashes already; the lowest bits may be a group.
        for (int slot = (int)(key >> 2) & mask; ; slot = (slot + 1) & mask)
        {
            int row = slots[slot] - 1;
            if (row < 0 || keys[row] == key)
            {
                return row;
            }
        }
    }

    /// <summary>Gives a key that is not yet known the next row.</summary>
    public void Add(ulong key)
    {
        if ((_keys.Count + 1) * 2L > _slots.Length)
        {
            _slots = NewSlots(_slots.Length);
            for (int row = 0; row < _keys.Count; row++)
            {
                Place(_keys[row], row);
            }
        }

        _keys.Add(key);
        Place(key, _keys.Count - 1);
    }

    /// <summary>A vocabulary that begins with the same rows, with room for <paramref name="more"/>.</summary>
    public FeatureVocabulary Copy(int more)
    {
        var copy = new FeatureVocabulary(Count + more);
        foreach (ulong key in _keys)
        {
            copy.Add(key);
        }

        return copy;
    }

    public void Write(BinaryWriter writer) => writer.WriteRun<ulong>(CollectionsMarshal.AsSpan(_keys));

    public static FeatureVocabulary Read(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        var vocabulary = new FeatureVocabulary(count);
        for (int i = 0; i < count; i++)
        {
            vocabulary.Add(reader.ReadUInt64());
        }

        return vocabulary;
    }

    private static int[] NewSlots(int capacity) =>
        new int[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 8) * 2)];

    private void Place(ulong key, int row)
    {
        int mask = _slots.Length - 1;
        int slot = (int)(key >> 2) & mask;
        while (_slots[slot] != 0)
        {
            slot = (slot + 1) & mask;
        }

        _slots[slot] = row + 1;
    }
}
