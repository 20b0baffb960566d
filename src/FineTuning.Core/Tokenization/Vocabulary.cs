using System.Runtime.CompilerServices;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Tokenization;

// The tokens of an encoding by their bytes. Never changes, so threads share it.
internal sealed class Vocabulary
{
    // A slot of the table is the number of a token, from 1 on, in the low bits, and some bits of its hash above. 0 is a
    // free slot.
    private const int NumberBits = 18;
    private const uint NumberMask = (1 << NumberBits) - 1;

    private readonly byte[] _bytes;
    private readonly int[] _starts;
    private readonly uint[] _slots;
    private readonly int _shift;
    private readonly int _longest;

    // The bytes of all tokens one after another, and where each starts; one start more tells the end.
    [MethodImpl(Jit.Optimized)]
    public Vocabulary(byte[] bytes, int[] starts, PairTable pairs)
    {
        (_bytes, _starts, Pairs) = (bytes, starts, pairs);
        int bits = 1;
        while (1 << bits < Count * 2)
        {
            bits++;
        }

        _slots = new uint[1 << bits];
        _shift = 64 - bits;
        for (int id = 0; id < Count; id++)
        {
            Add(id);
            _longest = Math.Max(_longest, starts[id + 1] - starts[id]);
        }
    }

    // Where no token has the bytes; higher than every token, so that the lower of two is the one to merge.
    public const int NoToken = int.MaxValue;

    public PairTable Pairs { get; }

    public FirstParts FirstParts { get; } = new();

    public int Count => _starts.Length - 1;

    public ReadOnlySpan<byte> BytesOf(int id) => _bytes.AsSpan(_starts[id], _starts[id + 1] - _starts[id]);

    // The token of these bytes of a text, or NoToken.
    public int Find(ReadOnlySpan<byte> text, int start, int length) =>
        length > _longest ? NoToken : Find(text, start, length, new PieceKey(text, start, length).Hash);

    // The same where the hash is known already. There must be no more bytes than the longest token has.
    public int Find(ReadOnlySpan<byte> text, int start, int length, ulong hash)
    {
        uint[] slots = _slots;
        int slot = (int)(hash >> _shift);
        while (true)
        {
            uint found = slots[slot];
            if (found == 0)
            {
                return NoToken;
            }

            if ((found & ~NumberMask) == ((uint)hash & ~NumberMask))
            {
                int id = (int)(found & NumberMask) - 1;
                if (BytesOf(id).SequenceEqual(text.Slice(start, length)))
                {
                    return id;
                }
            }

            slot = (slot + 1) & (slots.Length - 1);
        }
    }

    [MethodImpl(Jit.Optimized)]
    private void Add(int id)
    {
        int start = _starts[id],
            length = _starts[id + 1] - start;
        ulong hash = new PieceKey(_bytes, start, length).Hash;
        int slot = (int)(hash >> _shift);
        while (_slots[slot] != 0)
        {
            slot = (slot + 1) & (_slots.Length - 1);
        }

        _slots[slot] = ((uint)hash & ~NumberMask) | (uint)(id + 1);
        FirstParts.Add(BytesOf(id), id);
    }
}
