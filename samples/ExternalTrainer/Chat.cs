using System.Text.Json.Nodes;

namespace FineTuning.ExampleTrainer;

/// <summary>
/// The order "serve": a model is loaded once, and then answers until the input ends. This one makes an answer at a
/// time, and each so quickly that a "cancel" always comes too late.
/// </summary>
internal static class Chat
{
    public static void Run(string modelPath)
    {
        var model = AnswerModel.Load(modelPath);
        Line.Write(new JsonObject { ["type"] = "ready", ["size_bytes"] = model.Answers.Count * 1000L });
        while (Line.Read() is { } order)
        {
            if ((string?)order["type"] == "generate")
            {
                Answer(model, order);
            }
        }
    }

    public static string Likeliest(List<(string? Answer, double Probability)> probabilities) =>
        probabilities
            .Where(entry => entry.Answer is not null)
            .OrderByDescending(entry => entry.Probability)
            .FirstOrDefault()
            .Answer
        ?? string.Empty;

    private static void Answer(AnswerModel model, JsonObject order)
    {
        JsonArray messages = order["messages"]!.AsArray();
        JsonNode? question = messages.LastOrDefault(message => (string?)message!["role"] == "user");
        string prompt = (string?)question?["content"] ?? string.Empty;
        List<(string? Answer, double Probability)> probabilities = model.Probabilities(prompt);
        double temperature = (double)order["temperature"]!;
        string answer =
            temperature == 0 ? Likeliest(probabilities) : Draw(probabilities, temperature, (int)order["seed"]!);

        // A piece a word, as a real model makes a piece a token.
        string[] words = answer.Split(' ');
        int count = Math.Min(words.Length, (int)order["max_tokens"]!);
        for (int i = 0; i < count; i++)
        {
            Line.Write(
                new JsonObject
                {
                    ["type"] = "text",
                    ["id"] = order["id"]!.DeepClone(),
                    ["text"] = i == 0 ? words[i] : " " + words[i],
                }
            );
        }

        Line.Write(
            new JsonObject
            {
                ["type"] = "end",
                ["id"] = order["id"]!.DeepClone(),
                ["finish_reason"] = count < words.Length ? "length" : "stop",
                ["prompt_tokens"] = messages.Sum(message =>
                    AnswerModel.TokensOf((string?)message!["content"] ?? string.Empty)
                ),
                ["completion_tokens"] = count,
            }
        );
    }

    private static string Draw(List<(string? Answer, double Probability)> probabilities, double temperature, int seed)
    {
        List<(string Answer, double Weight)> known =
        [
            .. probabilities
                .Where(entry => entry.Answer is not null)
                .Select(entry => (entry.Answer!, Math.Pow(entry.Probability, 1 / temperature))),
        ];
        double left = new Random(seed).NextDouble() * known.Sum(entry => entry.Weight);
        foreach ((string answer, double weight) in known)
        {
            left -= weight;
            if (left <= 0)
            {
                return answer;
            }
        }

        return Likeliest(probabilities);
    }
}
