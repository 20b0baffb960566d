using System;
using System.Collections.Generic;
using System.Text;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Tokenization;

/// <summary>
/// Counts the tokens of texts, without allocating for most of them. It has working memory of its own (about 200 KB) and is not for
/// several threads at once: each takes one from <see cref="Tokenizer.CreateCounter"/>.
/// </summary>
public sealed class TokenCounter
{
    // Working memory for a longer text is not kept.
    private const int MostKept = 1 << 20;

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
    /// Counts the tokens of a text in UTF-8. What is not UTF-8 counts as the U+FFFD that a decoder makes of it. The name of a special
    /// token in the text, such as <c>&lt;|endoftext|&gt;</c>, counts as the text it is.
    /// </summary>
    /// <param name="utf8">The text.</param>
    /// <returns>The number of tokens; 0 for an empty text.</returns>
    public int Count(ReadOnlySpan<byte> utf8) => CountWellFormed(Utf8Check.IsValid(utf8) ? utf8 : Utf8Mender.Mend(utf8));

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

        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (most > MostKept)
        {
            return CountWellFormed(Encoding.UTF8.GetBytes(text));
        }

        if (_utf8.Length < most)
        {
            _utf8 = new byte[Math.Min(most * 2, MostKept)];
        }

        return CountWellFormed(_utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, 0, text.Length, _utf8, 0)));
    }

    private int CountWellFormed(ReadOnlySpan<byte> text)
    {
        int count = 0;
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = _splitter.EndOfPiece(text, start);
            count += CountPiece(text, start, end - start);
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

        if (length > PieceKey.MostBytes)
        {
            return _vocabulary.Find(text, start, length) != Vocabulary.NoToken ? 1 : _merger.Merge(text.Slice(start, length)).Length;
        }

        PieceKey key = new(text, start, length);
        int count = _cache.Find(key, length);
        if (count == 0)
        {
            count = _vocabulary.Find(text, start, length, key.Hash) != Vocabulary.NoToken
                ? 1
                : _merger.Merge(text.Slice(start, length)).Length;
            _cache.Add(key, length, count);
        }

        return count;
    }
}
