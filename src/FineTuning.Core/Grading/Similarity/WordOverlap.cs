namespace FineTuning.Core.Grading.Similarity;

/// <summary>The metrics that count common runs of words: BLEU, GLEU, ROUGE.</summary>
internal static class WordOverlap
{
    private const int MaxRunLength = 4;

    public static double Bleu(string input, string reference)
    {
        NGrams ngrams = new();
        int[] words = ngrams.Number(Tokens.Bleu(input)),
            target = ngrams.Number(Tokens.Bleu(reference));
        Dictionary<int, int>[] runs = ngrams.Count(words, MaxRunLength),
            targetRuns = ngrams.Count(target, MaxRunLength);
        double logarithms = 0,
            smoothing = 1;
        int orders = 0;
        bool anyMatch = false;
        for (int length = 1; length <= MaxRunLength && NGrams.Total(words.Length, length) > 0; length++)
        {
            int matches = NGrams.Common(runs[length - 1], targetRuns[length - 1]);
            double total = NGrams.Total(words.Length, length);
            anyMatch |= matches > 0;
            smoothing = matches > 0 ? smoothing : smoothing * 2;
            logarithms += Math.Log(matches > 0 ? matches / total : 1 / (smoothing * total));
            orders = length;
        }

        if (!anyMatch)
        {
            return 0;
        }

        double brevity = words.Length < target.Length ? Math.Exp(1 - ((double)target.Length / words.Length)) : 1;
        return brevity * Math.Exp(logarithms / orders);
    }

    public static double Gleu(string input, string reference)
    {
        NGrams ngrams = new();
        int[] words = ngrams.Number(Tokens.Words(input)),
            target = ngrams.Number(Tokens.Words(reference));
        Dictionary<int, int>[] runs = ngrams.Count(words, MaxRunLength),
            targetRuns = ngrams.Count(target, MaxRunLength);
        int matches = 0,
            total = 0,
            targetTotal = 0;
        for (int length = 1; length <= MaxRunLength; length++)
        {
            matches += NGrams.Common(runs[length - 1], targetRuns[length - 1]);
            total += NGrams.Total(words.Length, length);
            targetTotal += NGrams.Total(target.Length, length);
        }

        int larger = Math.Max(total, targetTotal);
        return larger == 0 ? 0 : (double)matches / larger;
    }

    public static double Rouge(string input, string reference, int length)
    {
        NGrams ngrams = new();
        int[] words = ngrams.Number(Tokens.Rouge(input)),
            target = ngrams.Number(Tokens.Rouge(reference));
        int matches = NGrams.Common(ngrams.Count(words, length)[length - 1], ngrams.Count(target, length)[length - 1]);
        return Balance(matches, NGrams.Total(words.Length, length), NGrams.Total(target.Length, length));
    }

    public static double RougeLongest(string input, string reference)
    {
        NGrams ngrams = new();
        int[] words = ngrams.Number(Tokens.Rouge(input)),
            target = ngrams.Number(Tokens.Rouge(reference));
        return Balance(CommonSubsequence.Length(words, target), words.Length, target.Length);
    }

    // The harmonic mean of matches/made and matches/wanted.
    private static double Balance(int matches, int made, int wanted) =>
        matches == 0 ? 0 : 2.0 * matches / (made + wanted);
}
