namespace FineTuning.Core.Grading.Similarity;

/// <summary>METEOR with exact and stem matches (Lavie and Agarwal 2007; the weights of NLTK).</summary>
internal static class Meteor
{
    private const double Alpha = 0.9,
        Beta = 3,
        Gamma = 0.5;

    public static double Score(string input, string reference)
    {
        List<string> words = Lower(input),
            target = Lower(reference);
        int[] places = new int[words.Count];
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = -1;
        }

        HashSet<int> taken = [];
        Match(words, target, places, taken);
        PorterStemmer stemmer = new();
        Match(words.ConvertAll(stemmer.Stem), target.ConvertAll(stemmer.Stem), places, taken);

        (int matches, int chunks) = Count(places);
        if (matches == 0)
        {
            return 0;
        }

        double precision = (double)matches / words.Count,
            recall = (double)matches / target.Count;
        double mean = precision * recall / ((Alpha * precision) + ((1 - Alpha) * recall));
        return (1 - (Gamma * Math.Pow((double)chunks / matches, Beta))) * mean;
    }

    private static List<string> Lower(string text) => Tokens.Words(LowerCase.Of(text));

    // From the last word to the first, each with the last of the equal words that is still free: which words of several
    // equal ones are paired decides the number of chunks.
    private static void Match(List<string> words, List<string> target, int[] places, HashSet<int> taken)
    {
        Dictionary<string, Stack<int>> free = new(StringComparer.Ordinal);
        for (int i = 0; i < target.Count; i++)
        {
            if (!taken.Contains(i))
            {
                if (!free.TryGetValue(target[i], out Stack<int>? stack))
                {
                    free[target[i]] = stack = [];
                }

                stack.Push(i);
            }
        }

        for (int i = words.Count - 1; i >= 0; i--)
        {
            if (places[i] < 0 && free.TryGetValue(words[i], out Stack<int>? stack) && stack.Count > 0)
            {
                places[i] = stack.Pop();
                taken.Add(places[i]);
            }
        }
    }

    /// <summary>Pairs, and runs of pairs that follow each other in both texts.</summary>
    private static (int Matches, int Chunks) Count(int[] places)
    {
        int chunks = 0;
        for (int i = 0; i < places.Length; i++)
        {
            if (places[i] >= 0 && (i == 0 || places[i - 1] < 0 || places[i] != places[i - 1] + 1))
            {
                chunks++;
            }
        }

        return (places.Count(place => place >= 0), chunks);
    }
}
