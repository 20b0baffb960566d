#if NET
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
#endif

namespace FineTuning.Core.Tokenization;

// Merges the parts of one piece: of all neighbours that make a token together, those of the lowest rank, of equal ones
// the leftmost, until none do. Not for several threads.
internal sealed class PieceMerger(Vocabulary vocabulary)
{
    // Up to here, looking for the lowest rank, eight at a time, is faster than keeping the ranks in order.
    private const int IndexBits = 8;
    private const int MaxScanned = 1 << IndexBits;
    private const int IndexMask = MaxScanned - 1;
    private const int NoMerge = int.MaxValue;

    // Of each part: its token, the next part and the one before it, and the merge with the next: its rank and, below,
    // the index of the part, so that the lowest is the next to make. What was merged into the part before it has no
    // merge.
    private readonly int[] _tokens = new int[MaxScanned];
    private readonly int[] _next = new int[MaxScanned];
    private readonly int[] _previous = new int[MaxScanned];
    private readonly int[] _merges = new int[MaxScanned];
    private LongPieceMerger? _long;

    // The tokens of a piece of UTF-8. Good until the next call.
    public ReadOnlySpan<int> Merge(ReadOnlySpan<byte> piece)
    {
        if (piece.Length > MaxScanned)
        {
            return (_long ??= new LongPieceMerger(vocabulary)).Merge(piece);
        }

        int count = vocabulary.FirstParts.Write(piece, _tokens);
        Start(count);
        while (true)
        {
            int lowest = Lowest(count);
            if (lowest == NoMerge)
            {
                return CollectTokens(count);
            }

            Join(lowest & IndexMask, lowest >> IndexBits, count);
        }
    }

    private void Start(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _next[i] = i + 1;
            _previous[i] = i - 1;
            SetMerge(i, i + 1, count);
        }

#if NET
        // They are looked at eight at a time.
        _merges.AsSpan(count, -count & (Vector256<int>.Count - 1)).Fill(NoMerge);
#endif
    }

    // Makes one part, which is the token, of a part and the next one.
    private void Join(int left, int token, int count)
    {
        int right = _next[left],
            after = _next[right];
        _tokens[left] = token;
        _merges[right] = NoMerge;
        _next[left] = after;
        SetMerge(left, after, count);
        if (after < count)
        {
            _previous[after] = left;
        }

        if (left > 0)
        {
            SetMerge(_previous[left], left, count);
        }
    }

    private void SetMerge(int left, int right, int count)
    {
        int rank = right < count ? vocabulary.Pairs.Find(_tokens[left], _tokens[right]) : Vocabulary.NoToken;
        _merges[left] = rank == Vocabulary.NoToken ? NoMerge : (rank << IndexBits) | left;
    }

    private int Lowest(int count)
    {
#if NET
        var lowest = Vector256.Create(NoMerge);
        int padded = (count + Vector256<int>.Count - 1) & -Vector256<int>.Count;
        foreach (Vector256<int> eight in MemoryMarshal.Cast<int, Vector256<int>>(_merges.AsSpan(0, padded)))
        {
            lowest = Vector256.Min(lowest, eight);
        }

        var four = Vector128.Min(lowest.GetLower(), lowest.GetUpper());
        var two = Vector128.Min(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return Math.Min(two[0], two[1]);
#else
        int lowest = NoMerge;
        foreach (int merge in _merges.AsSpan(0, count))
        {
            lowest = Math.Min(lowest, merge);
        }

        return lowest;
#endif
    }

    // Moves the tokens together: none is left of its index.
    private ReadOnlySpan<int> CollectTokens(int count)
    {
        int collected = 0;
        for (int i = 0; i < count; i = _next[i])
        {
            _tokens[collected++] = _tokens[i];
        }

        return _tokens.AsSpan(0, collected);
    }
}
