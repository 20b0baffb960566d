using System;

namespace FineTuning.Core.Tokenization;

// Merges long pieces with the same result in n log n: the parts are a linked list, and the merges that can be made are in a heap.
// It takes some thirty bytes of memory for each byte of the piece, which are not kept for the next one if that is much.
internal sealed class LongPieceMerger(Vocabulary vocabulary)
{
    private const int MostKept = 1 << 16;

    private int[] _next = [];
    private int[] _previous = [];
    private int[] _ranks = [];

    // The rank of a merge in the high half, and where its left part starts in the low one: the lowest is the next to make. A merge whose
    // parts are no longer there stays in the heap and is passed over: its rank is not that of its place any more.
    private ulong[] _heap = [];
    private int _heapLength;

    // Where each token of the piece starts in it. Good until the next call.
    public ReadOnlySpan<int> Merge(ReadOnlySpan<byte> piece)
    {
        Start(piece);
        while (_heapLength > 0)
        {
            ulong lowest = Pop();
            int left = (int)(uint)lowest, rank = (int)(lowest >> 32);
            if (_ranks[left] == rank)
            {
                Join(piece, left);
            }
        }

        return CollectStarts(piece.Length);
    }

    private void Start(ReadOnlySpan<byte> piece)
    {
        int length = piece.Length;
        if (_next.Length < length || _next.Length > MostKept)
        {
            int size = length < MostKept ? Math.Min(length * 2, MostKept) : length;
            (_next, _previous, _ranks, _heap) = (new int[size], new int[size], new int[size], new ulong[size]);
        }

        _heapLength = 0;
        for (int i = 0; i < length; i++)
        {
            _next[i] = i + 1;
            _previous[i] = i - 1;
            int rank = i + 1 < length ? vocabulary.Find(piece, i, 2) : Vocabulary.NoToken;
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

    // Makes one part of the part that starts at a place and the next one.
    private void Join(ReadOnlySpan<byte> piece, int left)
    {
        int right = _next[left], after = _next[right];
        _ranks[right] = Vocabulary.NoToken;
        _next[left] = after;
        if (after < piece.Length)
        {
            _previous[after] = left;
        }

        Rank(piece, left);
        if (left > 0)
        {
            Rank(piece, _previous[left]);
        }
    }

    private void Rank(ReadOnlySpan<byte> piece, int left)
    {
        int right = _next[left];
        int rank = right < piece.Length ? vocabulary.Find(piece, left, _next[right] - left) : Vocabulary.NoToken;
        _ranks[left] = rank;
        if (rank != Vocabulary.NoToken)
        {
            Push(Entry(rank, left));
        }
    }

    // The list of links becomes the list of starts: a start is never left of its index.
    private ReadOnlySpan<int> CollectStarts(int length)
    {
        int count = 0;
        for (int start = 0; start < length;)
        {
            int next = _next[start];
            _next[count++] = start;
            start = next;
        }

        return _next.AsSpan(0, count);
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
