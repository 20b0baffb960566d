using System.Text.Json;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Training.Data;

/// <summary>A prompt to answer, and what its answers are graded with.</summary>
/// <param name="Turns">The conversation up to the answer.</param>
/// <param name="Json">The whole line, for the grader.</param>
internal sealed record RewardItem(IReadOnlyList<ChatTurn> Turns, byte[] Json);

/// <summary>Reads files of items to answer: one JSON object a line, with <c>messages</c> and fields for the
/// grader.</summary>
internal static class RewardExamples
{
    /// <summary>Streams the items of a file.</summary>
    /// <exception cref="TrainingException">A line is malformed (the message names its number), or the file cannot be
    /// read.</exception>
    public static IEnumerable<RewardItem> Read(string path, string param, CancellationToken cancellationToken) =>
        ExampleLine.Read(path, param, Parse, cancellationToken);

    public static TrainingException NothingToLearn(string param) => new("The file has no item.", param: param);

    private static RewardItem? Parse(ExampleLine line)
    {
        if (!line.Root.TryGetProperty("messages", out JsonElement messages))
        {
            throw line.Malformed("has no 'messages'");
        }

        var turns = new List<ChatTurn>();
        line.ReadMessages(messages, "messages", turns, null);
        return turns.Count > 0 ? new RewardItem(turns, line.Bytes.ToArray()) : throw line.Malformed("has no message");
    }
}
