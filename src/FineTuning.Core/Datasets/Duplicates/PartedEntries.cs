using System.Buffers;
using System.Runtime.CompilerServices;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Duplicates;

// Entries in memory, kept apart by part from the start: each part has a chain of slabs. Memory comes in large pieces,
// which go back to the pool: else checking one file after the other would have to wait for the garbage collector to
// have them again.
internal sealed class PartedEntries : IDisposable
{
    public const int SlabEntries = 128;

    private const int None = -1;

    // Below 1 MB, and a whole number of slabs.
    private const int PieceEntries = 32 * 1024;

    private readonly List<Entry[]> _pieces = [];
    private readonly List<int> _nextSlab = [];
    private readonly int[] _firstSlab = new int[Entry.Parts];

    // Where the next entry of the part goes; at the start of a slab, a slab is still to be had.
    private readonly int[] _end = new int[Entry.Parts];
    private int _slabs;

    public PartedEntries() => Clear();

    // With what is left free in the slabs.
    public int Capacity => _slabs * SlabEntries;

    public void Clear()
    {
        _slabs = 0;
        for (int part = 0; part < Entry.Parts; part++)
        {
            _firstSlab[part] = None;
            _end[part] = 0;
        }
    }

    [MethodImpl(Jit.Optimized)]
    public void Add(in Entry entry)
    {
        int part = entry.Part;
        int at = _end[part];
        if (at % SlabEntries == 0)
        {
            at = AddSlab(part, at);
        }

        _pieces[at / PieceEntries][at % PieceEntries] = entry;
        _end[part] = at + 1;
    }

    // The slabs of a part, one after the other: starts with no slab, and returns false after the last.
    public bool Next(int part, ref int? slab, out ReadOnlySpan<Entry> entries)
    {
        int next = slab is { } last ? _nextSlab[last] : _firstSlab[part];
        slab = next;
        if (next == None)
        {
            entries = default;
            return false;
        }

        int start = next * SlabEntries;
        int count = _nextSlab[next] == None ? _end[part] - start : SlabEntries;
        entries = _pieces[start / PieceEntries].AsSpan(start % PieceEntries, count);
        return true;
    }

    public void Dispose()
    {
        Clear();
        _pieces.ForEach(piece => ArrayPool<Entry>.Shared.Return(piece));
        _pieces.Clear();
    }

    private int AddSlab(int part, int end)
    {
        int slab = _slabs++;
        if (slab == _nextSlab.Count)
        {
            _nextSlab.Add(None);
        }

        if (slab * SlabEntries / PieceEntries == _pieces.Count)
        {
            _pieces.Add(ArrayPool<Entry>.Shared.Rent(PieceEntries));
        }

        _nextSlab[slab] = None;
        if (_firstSlab[part] == None)
        {
            _firstSlab[part] = slab;
        }
        else
        {
            _nextSlab[(end / SlabEntries) - 1] = slab;
        }

        return slab * SlabEntries;
    }
}
