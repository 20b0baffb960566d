using System.Runtime.CompilerServices;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Duplicates;

// The first line of each hash of one part, in both files. Lines are looked up part by part so that this stays in the
// processor's cache.
internal sealed class FirstLines
{
    private const int SmallestSize = 1024;

    private Slot[] _slots = new Slot[SmallestSize];
    private int _count;

    public void Clear()
    {
        Array.Clear(_slots, 0, _slots.Length);
        _count = 0;
    }

    // Returns the first line in the first and in the second file that has the hash of the entry, 0 for none before it,
    // and remembers it.
    [MethodImpl(Jit.Optimized)]
    public (long InFirst, long InSecond) FindOrAdd(in Entry entry)
    {
        // Open addressing slows down where it is nearly full.
        if (_count >= _slots.Length / 4 * 3)
        {
            Grow();
        }

        ref Slot slot = ref Find(_slots, entry.Low, entry.High);
        (long, long) found = (slot.InFirst, slot.InSecond);
        if (!slot.IsUsed)
        {
            slot.Low = entry.Low;
            slot.High = entry.High;
            _count++;
        }

        if (entry.File == 0)
        {
            slot.InFirst = slot.InFirst == 0 ? entry.Line : slot.InFirst;
        }
        else
        {
            slot.InSecond = slot.InSecond == 0 ? entry.Line : slot.InSecond;
        }

        return found;
    }

    [MethodImpl(Jit.Optimized)]
    private static ref Slot Find(Slot[] slots, ulong low, ulong high)
    {
        int mask = slots.Length - 1;
        int i = (int)low & mask;
        while (slots[i].IsUsed && (slots[i].Low != low || slots[i].High != high))
        {
            i = (i + 1) & mask;
        }

        return ref slots[i];
    }

    private void Grow()
    {
        var larger = new Slot[_slots.Length * 2];
        foreach (Slot slot in _slots)
        {
            if (slot.IsUsed)
            {
                Find(larger, slot.Low, slot.High) = slot;
            }
        }

        _slots = larger;
    }

    private struct Slot
    {
        public ulong Low;
        public ulong High;
        public long InFirst;
        public long InSecond;

        // Lines are counted from 1.
        public readonly bool IsUsed => (InFirst | InSecond) != 0;
    }
}
