namespace FineTuning.Core.Tokenization;

// Merges long pieces with the same result in n log n: the parts are a linked list, and the merges that can be made are
// in a heap. It takes some thirty bytes of memory for each byte of the piece, which are not kept for the next one if
// that is much.
internal sealed class LongPieceMerger(Vocabulary vocabulary)
{
    private const int MaxKept = 1 << 16;

    // Of each part: its token, the next part and the one before it, and the token it makes with the next one.
    private int[] _tokens = [];
    private int[] _next = [];
    private int[] _previous = [];
    private int[] _ranks = [];

    // The rank of a merge in the high half, and its left part in the low one: the lowest is the next to make. A merge
    // whose parts are no longer there stays in the heap and is passed over: its rank is not that of its place any more.
    private ulong[] _heap = [];
    private int _heapLength;

    // The tokens of a piece of UTF-8. Good until the next call.
    public ReadOnlySpan<int> Merge(ReadOnlySpan<byte> piece)
    {
        int count = Start(piece);
        while (_heapLength > 0)
        {
            ulong lowest = Pop();
            int left = (int)(uint)lowest,
                rank = (int)(lowest >> 32);
            if (_ranks[left] == rank)
            {
                Join(left, rank, count);
            }
        }

        return CollectTokens(count);
    }

    private int Start(ReadOnlySpan<byte> piece)
    {
        Reserve(piece.Length);
        int count = vocabulary.FirstParts.Write(piece, _tokens);
        _heapLength = 0;
        for (int i = 0; i < count; i++)
        {
            _next[i] = i + 1;
            _previous[i] = i - 1;
            int rank = RankAt(i, i + 1, count);
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

        return count;
    }

    private void Reserve(int length)
    {
        if (_tokens.Length < length || _tokens.Length > MaxKept)
        {
            int size = length < MaxKept ? Math.Min(length * 2, MaxKept) : length;
            (_tokens, _next, _previous, _ranks, _heap) = (
                new int[size],
                new int[size],
                new int[size],
                new int[size],
                new ulong[size]
            );
        }
    }

    // Makes one part, which is the token, of a part and the next one.
    private void Join(int left, int token, int count)
    {
        int right = _next[left],
            after = _next[right];
        _tokens[left] = token;
        _ranks[right] = Vocabulary.NoToken;
        _next[left] = after;
        SetRank(left, after, count);
        if (after < count)
        {
            _previous[after] = left;
        }

        if (left > 0)
        {
            SetRank(_previous[left], left, count);
        }
    }

    private void SetRank(int left, int right, int count)
    {
        int rank = RankAt(left, right, count);
        _ranks[left] = rank;
        if (rank != Vocabulary.NoToken)
        {
            Push(Entry(rank, left));
        }
    }

    private int RankAt(int left, int right, int count) =>
        right < count ? vocabulary.Pairs.Find(_tokens[left], _tokens[right]) : Vocabulary.NoToken;

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

    private static ulong Entry(int rank, int left) => ((ulong)rank << 32) | (uint)left;

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
