using FineTuning.Core.Grading.Similarity;

namespace FineTuning.Core.Grading;

/// <summary>
/// The metrics of a <c>text_similarity</c> grader. Every score is from 0 (nothing in common) to 1, and depends on the
/// two texts only: not on the culture, not on a model or a corpus. The metrics are those that the service's grader
/// guide names; where it leaves the details open, the metric's most used implementation settles them (docs/grading.md
/// has the differences, and tests compare the scores with theirs):
/// <list type="bullet">
/// <item><c>fuzzy_match</c>: RapidFuzz's <c>fuzz.ratio</c> over 100, which is 2 x (longest common subsequence) /
/// (length of both), in Unicode characters. Case and white space count. Two empty texts score 1.</item>
/// <item><c>bleu</c>: sacrebleu's sentence BLEU over 100: its tokenizer 13a, case counts, runs of 1 to 4 words (as many
/// as the input has), exponential smoothing of runs without a match, brevity penalty.</item>
/// <item><c>gleu</c>: Google BLEU as NLTK's <c>sentence_gleu</c>: words between white space, case counts, runs of 1 to
/// 4 words.</item>
/// <item><c>meteor</c>: NLTK's <c>single_meteor_score</c> of words between white space in lower case, with exact and
/// Porter stem matches. There are no synonyms: WordNet is not shipped, so scores can be lower than where it is. Its
/// penalty for scattered words leaves equal texts of one word at 0.5 and nears 1 with their length only.</item>
/// <item><c>rouge_1</c> to <c>rouge_5</c>, <c>rouge_l</c>: the F1 of the package rouge-score without stemming: words
/// are runs of a-z and 0-9 after lower-casing. Letters of other alphabets divide words, so texts without Latin letters
/// score 0; <c>fuzzy_match</c> suits them.</item>
/// </list>
/// </summary>
public static class TextSimilarity
{
    /// <summary>The most characters (UTF-16) of a text: <c>fuzzy_match</c> and <c>rouge_l</c> take time with the
    /// product of both lengths.</summary>
    public const int MaxLength = 100_000;

    private static readonly Dictionary<string, Func<string, string, double>> s_metrics = new(StringComparer.Ordinal)
    {
        ["fuzzy_match"] = Fuzzy,
        ["bleu"] = WordOverlap.Bleu,
        ["gleu"] = WordOverlap.Gleu,
        ["meteor"] = Meteor.Score,
        ["rouge_1"] = (input, reference) => WordOverlap.Rouge(input, reference, 1),
        ["rouge_2"] = (input, reference) => WordOverlap.Rouge(input, reference, 2),
        ["rouge_3"] = (input, reference) => WordOverlap.Rouge(input, reference, 3),
        ["rouge_4"] = (input, reference) => WordOverlap.Rouge(input, reference, 4),
        ["rouge_5"] = (input, reference) => WordOverlap.Rouge(input, reference, 5),
        ["rouge_l"] = WordOverlap.RougeLongest,
    };

    /// <summary>The names of the metrics, as the service writes them. <c>cosine</c> is not one of them: it needs an
    /// embedding model.</summary>
    public static IReadOnlyCollection<string> Metrics => s_metrics.Keys;

    /// <summary>Compares two texts.</summary>
    /// <param name="metric">One of <see cref="Metrics"/>.</param>
    /// <param name="input">The text to grade, at most <see cref="MaxLength"/> characters.</param>
    /// <param name="reference">The text it should be like, at most <see cref="MaxLength"/> characters.</param>
    /// <returns>0 to 1.</returns>
    /// <exception cref="ArgumentException">The metric is unknown, or a text is too long.</exception>
    public static double Score(string metric, string input, string reference)
    {
        _ = metric ?? throw new ArgumentNullException(nameof(metric));
        _ = input ?? throw new ArgumentNullException(nameof(input));
        _ = reference ?? throw new ArgumentNullException(nameof(reference));
        if (!s_metrics.TryGetValue(metric, out Func<string, string, double>? score))
        {
            throw new ArgumentException(
                $"There is no metric '{metric}'. There are {string.Join(", ", Metrics)}.",
                nameof(metric)
            );
        }

        if (input.Length > MaxLength || reference.Length > MaxLength)
        {
            throw new ArgumentException(FormattableString.Invariant($"A text is longer than {MaxLength} characters."));
        }

        return score(input, reference);
    }

    private static double Fuzzy(string input, string reference)
    {
        List<int> characters = Tokens.Characters(input),
            target = Tokens.Characters(reference);
        int both = characters.Count + target.Count;
        return both == 0 ? 1 : 2.0 * CommonSubsequence.Length(characters, target) / both;
    }
}
