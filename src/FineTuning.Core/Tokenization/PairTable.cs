using System;

namespace FineTuning.Core.Tokenization;

// Which two tokens make which other one together. It is enough to know the one pair that a token is made of when its bytes are merged on
// their own: nothing has merged across its ends when two parts make it up, so what they went through is the same.
internal sealed class PairTable
{
    // Tokens of one byte have the ids up to here.
    private const int Bytes = 256;
    private const int IdBits = 18;
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    private readonly int[] _ofBytes = new int[Bytes * Bytes];

    // A slot is the left id, the right id and the id they make, the last one plus 1; 0 is a free slot.
    private readonly ulong[] _slots;
    private readonly int _shift;

    public PairTable(int count)
    {
        if (count >= 1 << IdBits)
        {
            throw new ArgumentOutOfRangeException(nameof(count));
        }

        _ofBytes.AsSpan().Fill(Vocabulary.NoToken);
        int bits = 1;
        while (1 << bits < count * 2)
        {
            bits++;
        }

        _slots = new ulong[1 << bits];
        _shift = 64 - bits;
    }

    public void Add(int left, int right, int id)
    {
        if (left < Bytes && right < Bytes)
        {
            _ofBytes[(left * Bytes) + right] = id;
            return;
        }

        ulong key = Key(left, right);
        int slot = (int)((key * Multiplier) >> _shift);
        while (_slots[slot] != 0)
        {
            slot = (slot + 1) & (_slots.Length - 1);
        }

        _slots[slot] = (key << IdBits) | (uint)(id + 1);
    }

    // The token that two make together, or Vocabulary.NoToken.
    public int Find(int left, int right)
    {
        if ((left | right) < Bytes)
        {
            return _ofBytes[(left * Bytes) + right];
        }

        ulong key = Key(left, right);
        ulong[] slots = _slots;
        int slot = (int)((key * Multiplier) >> _shift);
        while (true)
        {
            ulong found = slots[slot];
            if (found >> IdBits == key)
            {
                return (int)(found & ((1 << IdBits) - 1)) - 1;
            }

            if (found == 0)
            {
                return Vocabulary.NoToken;
            }

            slot = (slot + 1) & (slots.Length - 1);
        }
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << IdBits) | (uint)right;
}
