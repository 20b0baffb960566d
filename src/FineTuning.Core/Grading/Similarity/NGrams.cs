namespace FineTuning.Core.Grading.Similarity;

/// <summary>Gives equal words, and equal runs of words, the same number, so that runs of any length are counted in
/// linear time.</summary>
internal sealed class NGrams
{
    private readonly Dictionary<string, int> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<long, int> _runs = [];

    /// <summary>One number a word.</summary>
    public int[] Number(IReadOnlyList<string> words)
    {
        int[] numbers = new int[words.Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!_words.TryGetValue(words[i], out numbers[i]))
            {
                _words[words[i]] = numbers[i] = _words.Count;
            }
        }

        return numbers;
    }

    /// <summary>How often each run of each length occurs.</summary>
    /// <param name="words">Numbers of words.</param>
    /// <param name="maxLength">The most words of a run.</param>
    /// <returns>Counts for 1, 2, ... words.</returns>
    public Dictionary<int, int>[] Count(int[] words, int maxLength)
    {
        var counts = new Dictionary<int, int>[maxLength];
        int[] runs = (int[])words.Clone();
        for (int length = 1; length <= maxLength; length++)
        {
            Dictionary<int, int> count = counts[length - 1] = [];
            for (int i = 0; i + length <= words.Length; i++)
            {
                // A run is the shorter one that starts with it and one more word.
                runs[i] = length == 1 ? words[i] : Run(runs[i], words[i + length - 1], length);
                count.TryGetValue(runs[i], out int known);
                count[runs[i]] = known + 1;
            }
        }

        return counts;
    }

    /// <summary>Occurrences that two texts have in common.</summary>
    public static int Common(Dictionary<int, int> first, Dictionary<int, int> second)
    {
        int common = 0;
        foreach (KeyValuePair<int, int> run in first)
        {
            if (second.TryGetValue(run.Key, out int other))
            {
                common += Math.Min(run.Value, other);
            }
        }

        return common;
    }

    /// <summary>Runs of a length in so many words.</summary>
    public static int Total(int words, int length) => Math.Max(0, words - length + 1);

    private int Run(int start, int word, int length)
    {
        // Numbers of runs of different lengths may be the same, so the length is a part of the key.
        long key = ((long)start << 35) | ((long)word << 3) | (uint)length;
        if (!_runs.TryGetValue(key, out int number))
        {
            _runs[key] = number = _runs.Count;
        }

        return number;
    }
}
