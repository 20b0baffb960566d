using System.Text;

namespace FineTuning.Server.Training.Data;

/// <summary>
/// Chooses the pieces of an <see cref="OutputTokenizer"/> from the answers of the training data: the most frequent
/// chunks, and the characters of those that were left out. Every token costs time at every step, so their number is
/// bounded.
/// </summary>
internal sealed class OutputTokenizerBuilder(int maxChunks = OutputTokenizerBuilder.DefaultMaxChunks)
{
    public const int DefaultMaxChunks = 8192;
    private const int MaxCharacters = 4096;

    /// <summary>Chunks counted at a time; beyond that, those seen once are forgotten, and may be spelt.</summary>
    private const int MaxCounted = 1 << 20;

    private readonly Dictionary<string, int> _chunks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _characters = new(StringComparer.Ordinal);

    public void Add(string text)
    {
        foreach ((int start, int length) in TextChunks.Split(text))
        {
            Count(_chunks, text.AsSpan(start, length));
        }

        if (_chunks.Count > MaxCounted)
        {
            foreach ((string? chunk, int count) in _chunks.Where(pair => pair.Value == 1).ToArray())
            {
                CountCharacters(chunk, count);
                _chunks.Remove(chunk);
            }
        }
    }

    /// <summary>The tokeniser; the tokens of an earlier one stay and come first.</summary>
    public OutputTokenizer Build(OutputTokenizer? earlier = null, CancellationToken cancellationToken = default)
    {
        // Ordered by text too, so that nothing depends on how the dictionary keeps them.
        List<KeyValuePair<string, int>> ordered = Ordered(_chunks, cancellationToken);
        foreach ((string? chunk, int count) in ordered.Skip(maxChunks))
        {
            CountCharacters(chunk, count);
        }

        List<string> pieces = earlier?.Pieces.ToList() ?? [];
        var known = pieces.ToHashSet(StringComparer.Ordinal);
        int room = maxChunks + MaxCharacters - pieces.Count;
        IEnumerable<KeyValuePair<string, int>> candidates = ordered
            .Take(maxChunks)
            .Concat(Ordered(_characters, cancellationToken).Take(MaxCharacters));
        pieces.AddRange(candidates.Select(pair => pair.Key).Where(known.Add).Take(room));
        return new OutputTokenizer(pieces);
    }

    private static List<KeyValuePair<string, int>> Ordered(
        Dictionary<string, int> counts,
        CancellationToken cancellationToken
    )
    {
        var pairs = counts.ToList();
        try
        {
            pairs.Sort(
                (left, right) =>
                {
                    // A million of them take seconds, and a cancel must not wait for that.
                    cancellationToken.ThrowIfCancellationRequested();
                    int byCount = right.Value.CompareTo(left.Value);
                    return byCount != 0 ? byCount : string.CompareOrdinal(left.Key, right.Key);
                }
            );
        }
        catch (InvalidOperationException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }

        return pairs;
    }

    private void CountCharacters(string chunk, int count)
    {
        foreach (Rune rune in chunk.EnumerateRunes())
        {
            Count(_characters, rune.ToString(), count);
        }
    }

    private static void Count(Dictionary<string, int> counts, ReadOnlySpan<char> text, int count = 1)
    {
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = counts.GetAlternateLookup<
            ReadOnlySpan<char>
        >();
        lookup[text] = lookup.TryGetValue(text, out int before) ? before + count : count;
    }
}
