using System.Text;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Tokenization;

/// <summary>
/// Counts the tokens of texts, without allocating for most of them. It has working memory of its own (about 200 KB) and
/// is not for several threads at once: each takes one from <see cref="Tokenizer.CreateCounter"/>.
/// </summary>
public sealed class TokenCounter
{
    // Working memory for a longer text is not kept.
    private const int MaxKept = 1 << 20;

    // A longer piece without any break is no text that anyone learns from. Merging it whole would take thirty times its
    // memory, and minutes.
    private const int MaxMerged = 1 << 20;

    // Looking for a stop at each piece would cost more than some pieces do.
    private const int PiecesBetweenLooks = 1024;

    private readonly Vocabulary _vocabulary;
    private readonly PieceSplitter _splitter;
    private readonly PieceMerger _merger;
    private readonly PieceCache _cache = new();
    private byte[] _utf8 = [];

    internal TokenCounter(Vocabulary vocabulary, PieceSplitter splitter)
    {
        (_vocabulary, _splitter) = (vocabulary, splitter);
        _merger = new PieceMerger(vocabulary);
    }

    /// <summary>
    /// Counts the tokens of a text in UTF-8. What is not UTF-8 counts as the U+FFFD that a decoder makes of it. The
    /// name of a special token in the text, such as <c>&lt;|endoftext|&gt;</c>, counts as the text it is.
    /// </summary>
    /// <param name="utf8">The text.</param>
    /// <param name="cancellationToken">Stops the counting of a long text.</param>
    /// <returns>The number of tokens; 0 for an empty text.</returns>
    /// <exception cref="OperationCanceledException">The counting was stopped.</exception>
    /// <remarks>
    /// What has no break for more than a megabyte, such as a million letters without a space, is counted in parts of a
    /// megabyte, which can make a token more or less for each.
    /// </remarks>
    public int Count(ReadOnlySpan<byte> utf8, CancellationToken cancellationToken = default) =>
        CountWellFormed(Utf8Check.IsValid(utf8) ? utf8 : Utf8Sanitizer.Mend(utf8), cancellationToken);

    /// <summary>Counts the tokens of a text. Half a surrogate pair counts as U+FFFD.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The number of tokens; 0 for an empty text.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public int Count(string text)
    {
        if (text is null)
        {
            throw new ArgumentNullException(nameof(text));
        }

        int maxBytes = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (maxBytes > MaxKept)
        {
            return CountWellFormed(Encoding.UTF8.GetBytes(text), default);
        }

        if (_utf8.Length < maxBytes)
        {
            _utf8 = new byte[Math.Min(maxBytes * 2, MaxKept)];
        }

        return CountWellFormed(_utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, 0, text.Length, _utf8, 0)), default);
    }

    private int CountWellFormed(ReadOnlySpan<byte> text, CancellationToken cancellationToken)
    {
        int count = 0,
            pieces = 0;
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = _splitter.EndOfPiece(text, start);
            count +=
                end - start > MaxMerged
                    ? CountInParts(text.Slice(start, end - start), cancellationToken)
                    : CountPiece(text, start, end - start);
            if (++pieces % PiecesBetweenLooks == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        return count;
    }

    private int CountInParts(ReadOnlySpan<byte> piece, CancellationToken cancellationToken)
    {
        int count = 0;
        while (!piece.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int length = Math.Min(piece.Length, MaxMerged);
            while (length < piece.Length && (piece[length] & 0xC0) == 0x80)
            {
                length--;
            }

            count += _merger.Merge(piece.Slice(0, length)).Length;
            piece = piece.Slice(length);
        }

        return count;
    }

    private int CountPiece(ReadOnlySpan<byte> text, int start, int length)
    {
        if (length == 1)
        {
            // Every byte is a token.
            return 1;
        }

        if (length > PieceKey.MaxBytes)
        {
            return _vocabulary.Find(text, start, length) != Vocabulary.NoToken
                ? 1
                : _merger.Merge(text.Slice(start, length)).Length;
        }

        PieceKey key = new(text, start, length);
        int count = _cache.Find(key, length);
        if (count == 0)
        {
            count =
                _vocabulary.Find(text, start, length, key.Hash) != Vocabulary.NoToken
                    ? 1
                    : _merger.Merge(text.Slice(start, length)).Length;
            _cache.Add(key, length, count);
        }

        return count;
    }
}
