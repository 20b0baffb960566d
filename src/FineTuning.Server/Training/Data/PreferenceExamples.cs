using System.Text.Json;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Training.Data;

/// <summary>Two outputs to one input.</summary>
/// <param name="Preferred">The input with the output that is to be likelier; its targets are the output's
/// answers.</param>
/// <param name="NonPreferred">The same input with the other output.</param>
internal sealed record PreferencePair(TrainingLine Preferred, TrainingLine NonPreferred);

/// <summary>Reads files of pairs: one JSON object a line, with <c>input</c>, <c>preferred_output</c> and
/// <c>non_preferred_output</c>.</summary>
internal static class PreferenceExamples
{
    /// <summary>Streams the pairs of which both outputs have text to learn; the others are left out.</summary>
    /// <exception cref="TrainingException">A line is malformed (the message names its number), or the file cannot be
    /// read.</exception>
    public static IEnumerable<PreferencePair> Read(string path, string param, CancellationToken cancellationToken) =>
        ExampleLine.Read(path, param, Parse, cancellationToken);

    public static TrainingException NothingToLearn(string param) =>
        new(
            "The file has no pair of outputs that both have assistant text: calls of tools and messages with weight "
                + "0 are not learnt.",
            param: param
        );

    private static PreferencePair? Parse(ExampleLine line)
    {
        if (
            !line.Root.TryGetProperty("input", out JsonElement input)
            || input.ValueKind != JsonValueKind.Object
            || !input.TryGetProperty("messages", out JsonElement messages)
        )
        {
            throw line.Malformed("has no 'input' with 'messages'");
        }

        TrainingLine preferred = ReadOutput(line, messages, "preferred_output");
        TrainingLine other = ReadOutput(line, messages, "non_preferred_output");
        return preferred.Targets.Count > 0 && other.Targets.Count > 0 ? new PreferencePair(preferred, other) : null;
    }

    private static TrainingLine ReadOutput(ExampleLine line, JsonElement input, string name)
    {
        if (!line.Root.TryGetProperty(name, out JsonElement output))
        {
            throw line.Malformed($"has no '{name}'");
        }

        var turns = new List<ChatTurn>();
        var targets = new List<int>();
        // The assistant's messages of the input are given, not learnt.
        line.ReadMessages(input, "input.messages", turns, null);
        line.ReadMessages(output, name, turns, targets);
        return new TrainingLine(line.Number, turns, targets);
    }
}
