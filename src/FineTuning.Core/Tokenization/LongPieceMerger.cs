using System;

namespace FineTuning.Core.Tokenization;

// Merges long pieces with the same result in n log n: the parts are a linked list, and the merges that can be made are in a heap.
// It takes some thirty bytes of memory for each byte of the piece, which are not kept for the next one if that is much.
internal sealed class LongPieceMerger(Vocabulary vocabulary)
{
    private const int MostKept = 1 << 16;

    // By where a part starts: its token, where the next part and the one before it start, and the token it makes with the next one.
    private int[] _tokens = [];
    private int[] _next = [];
    private int[] _previous = [];
    private int[] _ranks = [];

    // The rank of a merge in the high half, and where its left part starts in the low one: the lowest is the next to make. A merge whose
    // parts are no longer there stays in the heap and is passed over: its rank is not that of its place any more.
    private ulong[] _heap = [];
    private int _heapLength;

    // The tokens of the piece. Good until the next call.
    public ReadOnlySpan<int> Merge(ReadOnlySpan<byte> piece)
    {
        Start(piece);
        while (_heapLength > 0)
        {
            ulong lowest = Pop();
            int left = (int)(uint)lowest, rank = (int)(lowest >> 32);
            if (_ranks[left] == rank)
            {
                Join(left, rank, piece.Length);
            }
        }

        return CollectTokens(piece.Length);
    }

    private void Start(ReadOnlySpan<byte> piece)
    {
        int length = piece.Length;
        Reserve(length);
        for (int i = 0; i < length; i++)
        {
            _tokens[i] = vocabulary.OfByte(piece[i]);
            _next[i] = i + 1;
            _previous[i] = i - 1;
        }

        _heapLength = 0;
        for (int i = 0; i < length; i++)
        {
            int rank = RankAt(i, i + 1, length);
            _ranks[i] = rank;
            if (rank != Vocabulary.NoToken)
            {
                _heap[_heapLength++] = Entry(rank, i);
            }
        }

        for (int i = (_heapLength / 2) - 1; i >= 0; i--)
        {
            SiftDown(i);
        }
    }

    private void Reserve(int length)
    {
        if (_tokens.Length < length || _tokens.Length > MostKept)
        {
            int size = length < MostKept ? Math.Min(length * 2, MostKept) : length;
            (_tokens, _next, _previous, _ranks, _heap) = (new int[size], new int[size], new int[size], new int[size], new ulong[size]);
        }
    }

    // Makes one part, which is the token, of the part that starts at a place and the next one.
    private void Join(int left, int token, int length)
    {
        int right = _next[left], after = _next[right];
        _tokens[left] = token;
        _ranks[right] = Vocabulary.NoToken;
        _next[left] = after;
        SetRank(left, after, length);
        if (after < length)
        {
            _previous[after] = left;
        }

        if (left > 0)
        {
            SetRank(_previous[left], left, length);
        }
    }

    private void SetRank(int left, int right, int length)
    {
        int rank = RankAt(left, right, length);
        _ranks[left] = rank;
        if (rank != Vocabulary.NoToken)
        {
            Push(Entry(rank, left));
        }
    }

    private int RankAt(int left, int right, int length) =>
        right < length ? vocabulary.Pairs.Find(_tokens[left], _tokens[right]) : Vocabulary.NoToken;

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

    private static ulong Entry(int rank, int start) => ((ulong)rank << 32) | (uint)start;

    private void Push(ulong entry)
    {
        if (_heapLength == _heap.Length)
        {
            Array.Resize(ref _heap, _heap.Length * 2);
        }

        int at = _heapLength++;
        while (at > 0 && _heap[(at - 1) / 2] > entry)
        {
            _heap[at] = _heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }

        _heap[at] = entry;
    }

    private ulong Pop()
    {
        ulong lowest = _heap[0];
        _heap[0] = _heap[--_heapLength];
        SiftDown(0);
        return lowest;
    }

    private void SiftDown(int at)
    {
        ulong entry = _heap[at];
        while (true)
        {
            int child = (2 * at) + 1;
            if (child >= _heapLength)
            {
                break;
            }

            if (child + 1 < _heapLength && _heap[child + 1] < _heap[child])
            {
                child++;
            }

            if (_heap[child] >= entry)
            {
                break;
            }

            _heap[at] = _heap[child];
            at = child;
        }

        _heap[at] = entry;
    }
}
