using System.Runtime.CompilerServices;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Tokenization;

// Which two tokens make which other one together. It is enough to know the one pair that a token is made of when its
// bytes are merged on their own: nothing has merged across its ends when two parts make it up, so what they went
// through is the same.
internal sealed class PairTable
{
    // Tokens of one byte have the ids up to here.
    private const int Bytes = 256;
    private const int IdBits = 18;
    private const int IdMask = (1 << IdBits) - 1;
    private const int SizeBits = 5;
    private const uint Multiplier = 0x9E3779B1;

    private readonly int[] _ofBytes = new int[Bytes * Bytes];

    // Where the slots of each left token start and, in the low bits, which power of two their number is; 0 where it is
    // the left one of no token, as with most of them. The slots of one token are near each other, because what comes
    // again in a text are its tokens more than its pairs of them.
    private readonly int[] _tables;

    // A slot is the right token and the one they make, the latter plus 1; 0 is a free slot.
    private readonly ulong[] _slots;

    // The halves of the tokens from 256 on.
    [MethodImpl(Jit.Optimized)]
    public PairTable(ReadOnlySpan<int> lefts, ReadOnlySpan<int> rights)
    {
        _ofBytes.AsSpan().Fill(Vocabulary.NoToken);
        _tables = new int[Bytes + lefts.Length];
        if (_tables.Length >= 1 << IdBits)
        {
            throw new ArgumentOutOfRangeException(nameof(lefts));
        }

        foreach (int left in lefts)
        {
            _tables[left]++;
        }

        _slots = new ulong[PlaceTables()];
        for (int i = 0; i < lefts.Length; i++)
        {
            int left = lefts[i],
                right = rights[i],
                id = Bytes + i;
            if ((left | right) < Bytes)
            {
                _ofBytes[(left * Bytes) + right] = id;
                continue;
            }

            int bits = _tables[left] & ((1 << SizeBits) - 1),
                start = _tables[left] >> SizeBits;
            uint slot = Hash(right, bits);
            while (_slots[start + (int)slot] != 0)
            {
                slot = (slot + 1) & ((1u << bits) - 1);
            }

            _slots[start + (int)slot] = ((ulong)(uint)right << IdBits) | (uint)(id + 1);
        }
    }

    // The token that two make together, or Vocabulary.NoToken.
    public int Find(int left, int right)
    {
        if ((left | right) < Bytes)
        {
            return _ofBytes[(left * Bytes) + right];
        }

        int table = _tables[left];
        if (table == 0)
        {
            return Vocabulary.NoToken;
        }

        int bits = table & ((1 << SizeBits) - 1),
            start = table >> SizeBits;
        ulong[] slots = _slots;
        uint slot = Hash(right, bits);
        while (true)
        {
            ulong found = slots[start + (int)slot];
            if ((uint)(found >> IdBits) == (uint)right && found != 0)
            {
                return (int)(found & IdMask) - 1;
            }

            if (found == 0)
            {
                return Vocabulary.NoToken;
            }

            slot = (slot + 1) & ((1u << bits) - 1);
        }
    }

    // Makes places of the numbers of pairs, so that a quarter of the slots and at least one stay free, and returns how
    // many slots there are.
    [MethodImpl(Jit.Optimized)]
    private int PlaceTables()
    {
        int start = 0;
        for (int left = 0; left < _tables.Length; left++)
        {
            int pairs = _tables[left];
            if (pairs > 0)
            {
                int bits = 1;
                while (3 << bits < pairs * 4)
                {
                    bits++;
                }

                _tables[left] = (start << SizeBits) | bits;
                start += 1 << bits;
            }
        }

        return start;
    }

    private static uint Hash(int right, int bits) => ((uint)right * Multiplier) >> (32 - bits);
}
