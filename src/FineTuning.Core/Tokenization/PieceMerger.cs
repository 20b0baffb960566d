using System;

namespace FineTuning.Core.Tokenization;

// Merges the bytes of one piece: of all neighbours that make a token together, those of the lowest rank, of equal ones the leftmost,
// until none do. Not for several threads.
internal sealed class PieceMerger(Vocabulary vocabulary)
{
    // Up to here, looking for the lowest rank is faster than keeping the ranks in order.
    private const int MostScanned = 80;

    private readonly int[] _starts = new int[MostScanned + 1];
    private readonly int[] _ranks = new int[MostScanned];
    private LongPieceMerger? _long;

    // Where each token of the piece starts in it. Good until the next call.
    public ReadOnlySpan<int> Merge(ReadOnlySpan<byte> piece)
    {
        if (piece.Length > MostScanned)
        {
            return (_long ??= new LongPieceMerger(vocabulary)).Merge(piece);
        }

        Span<int> starts = _starts.AsSpan(0, piece.Length + 1);
        Span<int> ranks = _ranks.AsSpan(0, piece.Length);
        for (int i = 0; i < piece.Length; i++)
        {
            starts[i] = i;
            ranks[i] = i + 1 < piece.Length ? vocabulary.Find(piece, i, 2) : Vocabulary.NoToken;
        }

        starts[piece.Length] = piece.Length;
        while (true)
        {
            int lowest = IndexOfLowest(ranks);
            if (ranks[lowest] == Vocabulary.NoToken)
            {
                return starts.Slice(0, ranks.Length);
            }

            starts.Slice(lowest + 2).CopyTo(starts.Slice(lowest + 1));
            ranks.Slice(lowest + 2).CopyTo(ranks.Slice(lowest + 1));
            starts = starts.Slice(0, starts.Length - 1);
            ranks = ranks.Slice(0, ranks.Length - 1);
            ranks[lowest] = RankAt(piece, starts, lowest);
            if (lowest > 0)
            {
                ranks[lowest - 1] = RankAt(piece, starts, lowest - 1);
            }
        }
    }

    // The token that the part at an index makes with the next one.
    private int RankAt(ReadOnlySpan<byte> piece, ReadOnlySpan<int> starts, int index) => index + 2 < starts.Length
        ? vocabulary.Find(piece, starts[index], starts[index + 2] - starts[index])
        : Vocabulary.NoToken;

    private static int IndexOfLowest(ReadOnlySpan<int> ranks)
    {
        int lowest = 0, rank = ranks[0];
        for (int i = 1; i < ranks.Length; i++)
        {
            if (ranks[i] < rank)
            {
                (lowest, rank) = (i, ranks[i]);
            }
        }

        return lowest;
    }
}
