using System.Text.Json;

namespace FineTuning.ExampleTrainer;

/// <summary>
/// The model of this example: it counts which words of a prompt came with which answer (naive Bayes), and answers with
/// the likeliest of the answers it has seen. Put yours here.
/// </summary>
internal sealed class AnswerModel
{
    private const double Smoothing = 0.1;

    /// <summary>By answer. Enumerated in the order of learning, also after loading, so that sums come out the same to
    /// the last bit.</summary>
    public Dictionary<string, Counts> Answers { get; init; } = [];

    public static AnswerModel Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<AnswerModel>(File.ReadAllText(path))
                ?? throw new InvalidDataException($"'{path}' is no model.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}' is no model: {e.Message}", e);
        }
    }

    public void Save(string path) => Whole.Write(path, JsonSerializer.Serialize(this));

    public void Learn(Example example, double weight)
    {
        if (!Answers.TryGetValue(example.Answer, out Counts? counts))
        {
            Answers[example.Answer] = counts = new Counts();
        }

        counts.Examples += weight;
        foreach (string word in WordsOf(example.Prompt))
        {
            counts.Words[word] = counts.Words.GetValueOrDefault(word) + weight;
        }
    }

    /// <summary>The probability of each known answer, and of none of them, which comes last.</summary>
    public List<(string? Answer, double Probability)> Probabilities(string prompt)
    {
        string[] words = WordsOf(prompt);
        double all = Answers.Values.Sum(counts => counts.Examples);
        List<(string? Answer, double Score)> scores = [];
        foreach ((string answer, Counts counts) in Answers)
        {
            double score = Math.Log(counts.Examples / (all + 1));
            foreach (string word in words)
            {
                score += Math.Log(
                    (counts.Words.GetValueOrDefault(word) + Smoothing) / (counts.Examples + (2 * Smoothing))
                );
            }

            scores.Add((answer, score));
        }

        scores.Add((null, Math.Log(1 / (all + 1)) + (words.Length * Math.Log(Smoothing))));
        double highest = scores.Max(entry => entry.Score);
        double sum = scores.Sum(entry => Math.Exp(entry.Score - highest));
        return [.. scores.Select(entry => (entry.Answer, Math.Exp(entry.Score - highest) / sum))];
    }

    /// <summary>The probability of an answer; of one that was never seen, a little of the rest.</summary>
    public static double Of(List<(string? Answer, double Probability)> probabilities, string answer)
    {
        (string? found, double probability) = probabilities.Find(entry => entry.Answer == answer);
        return Math.Max(found is null ? probabilities[^1].Probability * 0.001 : probability, 1e-12);
    }

    /// <summary>This example counts words. A real model says how many tokens it trained on.</summary>
    public static int TokensOf(string text) => WordsOf(text).Length + 1;

    private static string[] WordsOf(string text) =>
        text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    internal sealed class Counts
    {
        public double Examples { get; set; }

        public Dictionary<string, double> Words { get; init; } = [];
    }
}
