using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using FineTuning.Core.Evaluation;
using FineTuning.Output;
using FineTuning.Parameters;

namespace FineTuning.Operations;

/// <summary>What a model is asked, with what is known of the right answer.</summary>
internal sealed record ModelQuestion
{
    private ModelQuestion(JsonElement messages, string prompt) => (Messages, Prompt) = (messages, prompt);

    /// <summary>The messages of the conversation, as the service takes them.</summary>
    public JsonElement Messages { get; }

    /// <summary>What the user said last.</summary>
    public string Prompt { get; }

    /// <summary>The answer of the example; null if it has none.</summary>
    public string? Reference { get; private init; }

    /// <summary>The example as an object; null for a plain prompt.</summary>
    public object? Item { get; private init; }

    /// <summary>The example for graders; null for a plain prompt.</summary>
    public JsonElement? ItemJson { get; private init; }

    /// <summary>Fields that go along with the question, such as tools.</summary>
    public IReadOnlyDictionary<string, JsonElement> Options { get; private init; } =
        new Dictionary<string, JsonElement>();

    /// <summary>A question in one text.</summary>
    public static ModelQuestion Of(string prompt, string? system) => new(EvaluationExample.Ask(prompt, system), prompt);

    /// <summary>A conversation: messages as hashtables, objects, or JSON text.</summary>
    /// <exception cref="FormatException">It is none; the message is a sentence.</exception>
    public static ModelQuestion Of(object[] messages, string? system)
    {
        JsonElement list =
            messages.Length == 1 && (messages[0] is PSObject wrapped ? wrapped.BaseObject : messages[0]) is string text
                ? ParseList(text)
                : JsonValues.ToElement(messages);
        return FromExample(JsonValues.ToElement(new Hashtable { ["messages"] = list }), null, system) with
        {
            Item = null,
            ItemJson = null,
        };
    }

    /// <summary>What came down the pipeline: a prompt, a line of JSON, or an object with messages or a
    /// prompt.</summary>
    /// <exception cref="FormatException">It is none; the message is a sentence.</exception>
    public static ModelQuestion From(PSObject input, string? system)
    {
        if (input.BaseObject is string or ValueType)
        {
            string text = Convert.ToString(input.BaseObject, CultureInfo.InvariantCulture)!;
            return text.TrimStart().StartsWith("{", StringComparison.Ordinal) && TryParse(text) is JsonElement line
                ? FromExample(line, null, system)
                : Of(text, system);
        }

        return InputRow.From(input) is InputRow row
            ? FromExample(row.ToJson(), input, system)
            : throw new FormatException($"A {input.BaseObject.GetType().Name} is neither a prompt nor an example.");
    }

    /// <summary>An example of a dataset.</summary>
    /// <param name="example">The example.</param>
    /// <param name="source">Where it was read from; null makes an object of it.</param>
    /// <param name="system">What the system says first, if the example says nothing for it.</param>
    /// <exception cref="FormatException">It is none; the message is a sentence.</exception>
    public static ModelQuestion FromExample(JsonElement example, object? source, string? system)
    {
        EvaluationExample read;
        try
        {
            read = EvaluationExample.Read(example);
        }
        catch (FormatException e)
        {
            throw new FormatException($"The example {e.Message}.", e);
        }

        return new ModelQuestion(
            system is null ? read.Messages : EvaluationExample.WithSystem(read.Messages, system),
            read.Prompt
        )
        {
            Reference = read.Reference,
            Item = source ?? JsonValues.ToObject(read.Item),
            ItemJson = read.Item,
            Options = read.Options,
        };
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
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // A prompt may begin like JSON.
            return null;
        }
    }
}
