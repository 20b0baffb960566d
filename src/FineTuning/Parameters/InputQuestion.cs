using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using FineTuning.Core.Evaluation;
using FineTuning.Output;

namespace FineTuning.Parameters;

/// <summary>A question to a model as a user gave it.</summary>
/// <param name="Question">The question.</param>
/// <param name="Item">The example as an object; null for a plain prompt.</param>
internal sealed record InputQuestion(ModelQuestion Question, object? Item)
{
    /// <summary>A question in one text.</summary>
    public static InputQuestion Of(string prompt, string? system) => new(ModelQuestion.Of(prompt, system), null);

    /// <summary>A conversation: messages as hashtables, objects, or JSON text.</summary>
    /// <exception cref="FormatException">It is none; the message is a sentence.</exception>
    public static InputQuestion Of(object[] messages, string? system)
    {
        JsonElement list =
            messages.Length == 1 && (messages[0] is PSObject wrapped ? wrapped.BaseObject : messages[0]) is string text
                ? ParseList(text)
                : JsonValues.ToElement(messages);
        JsonElement example = JsonValues.ToElement(new Hashtable { ["messages"] = list });
        return new(ModelQuestion.FromExample(example, system) with { Item = null }, null);
    }

    /// <summary>What came down the pipeline: a prompt, a line of JSON, or an object with messages or a
    /// prompt.</summary>
    /// <exception cref="FormatException">It is none; the message is a sentence.</exception>
    public static InputQuestion From(PSObject input, string? system)
    {
        if (input.BaseObject is string or ValueType)
        {
            string text = Convert.ToString(input.BaseObject, CultureInfo.InvariantCulture)!;
            return text.TrimStart().StartsWith("{", StringComparison.Ordinal) && TryParse(text) is JsonElement line
                ? FromExample(line, system)
                : Of(text, system);
        }

        return InputRow.From(input) is InputRow row
            ? new(ModelQuestion.FromExample(row.ToJson(), system), input)
            : throw new FormatException($"A {input.BaseObject.GetType().Name} is neither a prompt nor an example.");
    }

    /// <summary>An example of a dataset.</summary>
    /// <exception cref="FormatException">It is none; the message is a sentence.</exception>
    public static InputQuestion FromExample(JsonElement example, string? system)
    {
        var question = ModelQuestion.FromExample(example, system);
        return new(question, JsonValues.ToObject(question.Item));
    }

    private static JsonElement ParseList(string text) =>
        Try(text) is { ValueKind: JsonValueKind.Array } list
            ? list
            : throw new FormatException(
                "The messages are neither objects with role and content nor the text of a JSON list of them."
            );

    private static JsonElement? TryParse(string text) =>
        Try(text) is { ValueKind: JsonValueKind.Object } line ? line : null;

    private static JsonElement? Try(string text)
    {
        try
        {
            return JsonValues.Parse(text);
        }
        catch (JsonException)
        {
            // A prompt may begin like JSON.
            return null;
        }
    }
}
