using System;
#if NET
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
#endif

namespace FineTuning.Core.Tokenization;

// Merges the bytes of one piece: of all neighbours that make a token together, those of the lowest rank, of equal ones the leftmost,
// until none do. Not for several threads.
internal sealed class PieceMerger(Vocabulary vocabulary)
{
    // Up to here, looking for the lowest rank, eight at a time, is faster than keeping the ranks in order.
    private const int PositionBits = 8;
    private const int MostScanned = 1 << PositionBits;
    private const int PositionMask = MostScanned - 1;
    private const int NoMerge = int.MaxValue;

    // By where a part starts: its token, where the next part and the one before it start, and the merge with the next: its rank and,
    // below, the start, so that the lowest is the next to make. What was merged into the part before it has no merge.
    private readonly int[] _tokens = new int[MostScanned];
    private readonly int[] _next = new int[MostScanned];
    private readonly int[] _previous = new int[MostScanned];
    private readonly int[] _merges = new int[MostScanned];
    private LongPieceMerger? _long;

    // The tokens of the piece. Good until the next call.
    public ReadOnlySpan<int> Merge(ReadOnlySpan<byte> piece)
    {
        if (piece.Length > MostScanned)
        {
            return (_long ??= new LongPieceMerger(vocabulary)).Merge(piece);
        }

        Start(piece);
        while (true)
        {
            int lowest = Lowest(piece.Length);
            if (lowest == NoMerge)
            {
                return CollectTokens(piece.Length);
            }

            Join(lowest & PositionMask, lowest >> PositionBits, piece.Length);
        }
    }

    private void Start(ReadOnlySpan<byte> piece)
    {
        int length = piece.Length;
        for (int i = 0; i < length; i++)
        {
            _tokens[i] = vocabulary.OfByte(piece[i]);
            _next[i] = i + 1;
            _previous[i] = i - 1;
        }

        for (int i = 0; i < length; i++)
        {
            SetMerge(i, i + 1, length);
        }

#if NET
        // They are looked at eight at a time.
        _merges.AsSpan(length, -length & (Vector256<int>.Count - 1)).Fill(NoMerge);
#endif
    }

    // Makes one part, which is the token, of the part that starts at a place and the next one.
    private void Join(int left, int token, int length)
    {
        int right = _next[left], after = _next[right];
        _tokens[left] = token;
        _merges[right] = NoMerge;
        _next[left] = after;
        SetMerge(left, after, length);
        if (after < length)
        {
            _previous[after] = left;
        }

        if (left > 0)
        {
            SetMerge(_previous[left], left, length);
        }
    }

    private void SetMerge(int left, int right, int length)
    {
        int rank = right < length ? vocabulary.Pairs.Find(_tokens[left], _tokens[right]) : Vocabulary.NoToken;
        _merges[left] = rank == Vocabulary.NoToken ? NoMerge : (rank << PositionBits) | left;
    }

    private int Lowest(int length)
    {
#if NET
        Vector256<int> lowest = Vector256.Create(NoMerge);
        int padded = (length + Vector256<int>.Count - 1) & -Vector256<int>.Count;
        foreach (Vector256<int> eight in MemoryMarshal.Cast<int, Vector256<int>>(_merges.AsSpan(0, padded)))
        {
            lowest = Vector256.Min(lowest, eight);
        }

        Vector128<int> four = Vector128.Min(lowest.GetLower(), lowest.GetUpper());
        Vector128<int> two = Vector128.Min(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return Math.Min(two[0], two[1]);
#else
        int lowest = NoMerge;
        foreach (int merge in _merges.AsSpan(0, length))
        {
            lowest = Math.Min(lowest, merge);
        }

        return lowest;
#endif
    }

    // Moves the tokens together: none is left of its index.
    private ReadOnlySpan<int> CollectTokens(int length)
    {
        int count = 0;
        for (int start = 0; start < length; start = _next[start])
        {
            _tokens[count++] = _tokens[start];
        }

        return _tokens.AsSpan(0, count);
    }
}
