using System.Runtime.CompilerServices;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Tokenization;

// What merging a piece starts from: its bytes, but characters of two or three bytes whole where that comes to the same.
//
// Ranks only rise while a piece is merged, because a token's rank is above those of its halves. So the bytes of a
// character are merged before anything whose rank is above the character's own, and what could come before that, and
// take a part of the character away, is a token of a lower rank that crosses one of its ends and has a part of it only.
// Where there is none, nothing else can happen.
internal sealed class FirstParts
{
    private const int MaxCharacterBytes = 3;

    private readonly int[] _ofByte = new int[256];

    // By code point, up to U+FFFF.
    private readonly int[] _ofCharacter = new int[1 << 16];

    // By the last byte of a character and the first byte of the next: the lowest token across that which has not all of
    // both.
    private readonly int[] _across = new int[1 << 16];

    public FirstParts()
    {
        _ofCharacter.AsSpan().Fill(Vocabulary.NoToken);
        _across.AsSpan().Fill(Vocabulary.NoToken);
    }

    // Must be called for all tokens, the lowest first.
    [MethodImpl(Jit.Optimized)]
    public void Add(ReadOnlySpan<byte> bytes, int id)
    {
        if (bytes.Length == 1)
        {
            _ofByte[bytes[0]] = id;
            return;
        }

        // The end of a character, and what comes after it.
        int start = 0;
        while (start < bytes.Length && IsContinuation(bytes[start]))
        {
            start++;
        }

        if (start > 0 && start < bytes.Length)
        {
            AddAcross(bytes[start - 1], bytes[start], id);
        }

        // What comes before the last character, and a start of that.
        int last = bytes.Length - 1;
        while (last > 0 && IsContinuation(bytes[last]))
        {
            last--;
        }

        int length = LengthOf(bytes[last]);
        if (last > 0 && last + length > bytes.Length)
        {
            AddAcross(bytes[last - 1], bytes[last], id);
        }

        if (last == 0 && length == bytes.Length && length is > 1 and <= MaxCharacterBytes)
        {
            _ofCharacter[CodeAt(bytes, 0, length)] = id;
        }
    }

    // Writes the tokens to start from, of which there are at most as many as bytes, and returns their number. The piece
    // must be UTF-8.
    public int Write(ReadOnlySpan<byte> piece, Span<int> tokens)
    {
        int count = 0;
        for (int i = 0; i < piece.Length; )
        {
            int end = i + LengthOf(piece[i]);
            int whole = end - i is > 1 and <= MaxCharacterBytes ? Whole(piece, i, end) : Vocabulary.NoToken;
            if (whole != Vocabulary.NoToken)
            {
                tokens[count++] = whole;
                i = end;
                continue;
            }

            for (; i < end; i++)
            {
                tokens[count++] = _ofByte[piece[i]];
            }
        }

        return count;
    }

    private int Whole(ReadOnlySpan<byte> piece, int start, int end)
    {
        int token = _ofCharacter[CodeAt(piece, start, end - start)];
        bool isCertain =
            (start == 0 || token < _across[(piece[start - 1] << 8) | piece[start]])
            && (end == piece.Length || token < _across[(piece[end - 1] << 8) | piece[end]]);
        return isCertain ? token : Vocabulary.NoToken;
    }

    private void AddAcross(byte before, byte after, int id)
    {
        ref int lowest = ref _across[(before << 8) | after];
        lowest = Math.Min(lowest, id);
    }

    private static int CodeAt(ReadOnlySpan<byte> utf8, int start, int length) =>
        length == 2
            ? ((utf8[start] & 0x1F) << 6) | (utf8[start + 1] & 0x3F)
            : ((utf8[start] & 0x0F) << 12) | ((utf8[start + 1] & 0x3F) << 6) | (utf8[start + 2] & 0x3F);

    private static int LengthOf(byte first) =>
        first < 0xC0 ? 1
        : first < 0xE0 ? 2
        : first < 0xF0 ? 3
        : 4;

    private static bool IsContinuation(byte value) => (value & 0xC0) == 0x80;
}
