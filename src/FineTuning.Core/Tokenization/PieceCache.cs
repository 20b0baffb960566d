namespace FineTuning.Core.Tokenization;

// Remembers how many tokens the short pieces are that came last. A text says the same few words again and again, and
// this fits the processor's cache where the vocabulary does not.
internal sealed class PieceCache
{
    private const int Bits = 13;
    private readonly Entry[] _entries = new Entry[1 << Bits];

    // The tokens of a piece of at most PieceKey.MaxBytes bytes, or 0.
    public int Find(in PieceKey key, int length)
    {
        ref Entry entry = ref _entries[(int)(key.Hash >> (64 - Bits))];
        return entry.Low == key.Low && entry.High == key.High && entry.Length == length ? entry.Tokens : 0;
    }

    public void Add(in PieceKey key, int length, int tokens) =>
        _entries[(int)(key.Hash >> (64 - Bits))] = new Entry
        {
            Low = key.Low,
            High = key.High,
            Length = length,
            Tokens = tokens,
        };

    private struct Entry
    {
        public ulong Low;
        public ulong High;
        public int Length;
        public int Tokens;
    }
}
