using System;

namespace FineTuning.Core.Datasets.Scanning;

// The hashes of the examples seen, each with the line it was first on. In parts that grow one by one, so that growing never
// needs twice the memory, and so that a part can later go to disk.
internal sealed class DuplicateIndex
{
    private const int PartBits = 6;
    private readonly Part[] _parts = new Part[1 << PartBits];

    // Returns the line on which the example was first, or 0 if it is new, and remembers it.
    public long AddOrFind(Hash128 hash, long line)
    {
        ref Part part = ref _parts[(int)(hash.High >> (64 - PartBits))];
        part.Reserve();
        return part.Find(hash, add: Math.Min(line, uint.MaxValue));
    }

    // Returns the line on which the example is, or 0.
    public long Find(Hash128 hash) => _parts[(int)(hash.High >> (64 - PartBits))].Find(hash, add: 0);

    private struct Part
    {
        private ulong[]? _high;
        private ulong[] _low;
        private uint[] _lines;
        private int _count;

        public long Find(Hash128 hash, long add)
        {
            if (_high is null)
            {
                return 0;
            }

            int mask = _lines.Length - 1;
            int slot = (int)hash.Low & mask;
            while (_lines[slot] != 0)
            {
                if (_high[slot] == hash.High && _low[slot] == hash.Low)
                {
                    return _lines[slot];
                }

                slot = (slot + 1) & mask;
            }

            if (add > 0)
            {
                _high[slot] = hash.High;
                _low[slot] = hash.Low;
                _lines[slot] = (uint)add;
                _count++;
            }

            return 0;
        }

        public void Reserve()
        {
            if (_high is null)
            {
                Allocate(64);
                return;
            }

            // Open addressing slows down where it is nearly full.
            if (_count < _lines.Length / 4 * 3)
            {
                return;
            }

            ulong[] high = _high;
            ulong[] low = _low;
            uint[] lines = _lines;
            Allocate(lines.Length * 2);
            for (int i = 0; i < lines.Length; i++)
            {
                if (lines[i] != 0)
                {
                    Find(new Hash128(high[i], low[i]), lines[i]);
                }
            }
        }

        private void Allocate(int size)
        {
            _high = new ulong[size];
            _low = new ulong[size];
            _lines = new uint[size];
            _count = 0;
        }
    }
}
