using System.Text.Json;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Training.Data;

/// <summary>Reads files of answers to learn: one JSON object a line, with <c>messages</c> or with <c>prompt</c> and
/// <c>completion</c>.</summary>
internal static class TrainingExamples
{
    /// <summary>Streams the lines of a file that have something to learn; the others are left out.</summary>
    /// <exception cref="TrainingException">A line is malformed (the message names its number), or the file cannot be
    /// read.</exception>
    public static IEnumerable<TrainingLine> Read(string path, string param, CancellationToken cancellationToken) =>
        ExampleLine.Read(path, param, Parse, cancellationToken);

    public static TrainingException NothingToLearn(string param) =>
        new(
            "The file has no assistant text to learn from: every assistant message is empty of text (calls of tools "
                + "are not learnt) or has weight 0.",
            param: param
        );

    private static TrainingLine? Parse(ExampleLine line)
    {
        if (line.Root.TryGetProperty("messages", out JsonElement messages))
        {
            var turns = new List<ChatTurn>();
            var targets = new List<int>();
            line.ReadMessages(messages, "messages", turns, targets);
            return targets.Count > 0 ? new TrainingLine(line.Number, turns, targets) : null;
        }

        if (
            line.Root.TryGetProperty("prompt", out JsonElement prompt)
            && line.Root.TryGetProperty("completion", out JsonElement completion)
            && prompt.ValueKind == JsonValueKind.String
            && completion.ValueKind == JsonValueKind.String
        )
        {
            return new TrainingLine(
                line.Number,
                [new ChatTurn("user", prompt.GetString()!), new ChatTurn("assistant", completion.GetString()!)],
                [1]
            );
        }

        throw line.Malformed("has neither 'messages' nor a 'prompt' with a 'completion'");
    }
}
