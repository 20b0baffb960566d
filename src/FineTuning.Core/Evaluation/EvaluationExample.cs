using System.Text;
using System.Text.Json;
using FineTuning.Core.Json;

namespace FineTuning.Core.Evaluation;

/// <summary>
/// One example as a question for a model: the conversation without its last answer, and the whole example with that
/// answer as the item that a grader gets. Reads the formats of all methods: <c>messages</c>, with or without an answer
/// at the end; <c>prompt</c> and <c>completion</c>;
/// <c>input</c> with <c>preferred_output</c>.
/// </summary>
public sealed class EvaluationExample
{
    // What goes along with the question, because it was a part of it in training.
    private static readonly string[] s_passed = ["tools", "parallel_tool_calls", "response_format"];

    private EvaluationExample(
        JsonElement messages,
        JsonElement item,
        string? reference,
        IReadOnlyDictionary<string, JsonElement> options
    )
    {
        Messages = messages;
        Item = item;
        Reference = reference;
        Options = options;
    }

    /// <summary>The conversation that the model goes on with; at least one message.</summary>
    public JsonElement Messages { get; }

    /// <summary>
    /// The example for the grader, with the expected answer as <c>reference</c> and <c>reference_answer</c> where it
    /// has no fields of these names.
    /// </summary>
    public JsonElement Item { get; }

    /// <summary>The expected answer; null if the example has none.</summary>
    public string? Reference { get; }

    /// <summary>Fields of the example that go along with the question, such as <c>tools</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> Options { get; }

    /// <summary>The text of the last message of the user, to show what was asked; empty if it has none.</summary>
    public string Prompt
    {
        get
        {
            string prompt = string.Empty;
            foreach (JsonElement message in Messages.EnumerateArray())
            {
                prompt = JsonPieces.Text(message, "role") == "user" ? Content(message) ?? prompt : prompt;
            }

            return prompt;
        }
    }

    /// <summary>Reads an example.</summary>
    /// <param name="row">An object: a line of a dataset.</param>
    /// <exception cref="FormatException">It is no example; the message says why, as the end of a sentence that begins
    /// with "The example".</exception>
    public static EvaluationExample Read(JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("is no JSON object");
        }

        JsonElement source =
            row.TryGetProperty("input", out JsonElement input) && input.ValueKind == JsonValueKind.Object ? input : row;
        if (source.TryGetProperty("messages", out JsonElement messages))
        {
            return ReadMessages(row, source, messages);
        }

        return JsonPieces.Text(row, "prompt") is string prompt
            ? Make([Message("user", prompt)], row, row, JsonPieces.Text(row, "completion"))
            : throw new FormatException("has neither 'messages' nor 'prompt'");
    }

    /// <summary>A conversation of one question, after what the system says, if anything.</summary>
    public static JsonElement Ask(string prompt, string? system = null) =>
        ToArray(system is null ? [Message("user", prompt)] : [Message("system", system), Message("user", prompt)]);

    /// <summary>The conversation with what the system says first, unless it has such a message already.</summary>
    public static JsonElement WithSystem(JsonElement messages, string system)
    {
        List<JsonElement> all = [.. messages.EnumerateArray()];
        return all.Exists(message => JsonPieces.Text(message, "role") is "system" or "developer")
            ? messages
            : ToArray([Message("system", system), .. all]);
    }

    private static EvaluationExample ReadMessages(JsonElement row, JsonElement source, JsonElement messages)
    {
        if (messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() == 0)
        {
            throw new FormatException("has no list of messages");
        }

        List<JsonElement> asked = [];
        foreach (JsonElement message in messages.EnumerateArray())
        {
            asked.Add(
                message.ValueKind == JsonValueKind.Object
                    ? WithoutWeight(message)
                    : throw new FormatException("has a message that is no object")
            );
        }

        JsonElement last = asked[asked.Count - 1];
        string? reference = null;
        if (JsonPieces.Text(last, "role") == "assistant")
        {
            reference = Content(last);
            asked.RemoveAt(asked.Count - 1);
        }

        if (asked.Count == 0)
        {
            throw new FormatException("has an answer and no question");
        }

        if (
            row.TryGetProperty("preferred_output", out JsonElement preferred)
            && preferred.ValueKind == JsonValueKind.Array
            && preferred.GetArrayLength() > 0
        )
        {
            reference = Content(preferred[preferred.GetArrayLength() - 1]);
        }

        return Make(asked, row, source, reference);
    }

    private static EvaluationExample Make(
        List<JsonElement> messages,
        JsonElement row,
        JsonElement source,
        string? reference
    )
    {
        Dictionary<string, JsonElement> options = new(StringComparer.Ordinal);
        foreach (string name in s_passed)
        {
            if (source.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null)
            {
                options[name] = value.Clone();
            }
        }

        return new EvaluationExample(ToArray(messages), WithReference(row, reference), reference, options);
    }

    private static JsonElement WithReference(JsonElement row, string? reference) =>
        reference is null
            ? row.Clone()
            : JsonPieces.Build(writer =>
            {
                writer.WriteStartObject();
                foreach (JsonProperty property in row.EnumerateObject())
                {
                    property.WriteTo(writer);
                }

                foreach (string name in new[] { "reference", "reference_answer" })
                {
                    if (!row.TryGetProperty(name, out _))
                    {
                        writer.WriteString(name, reference);
                    }
                }

                writer.WriteEndObject();
            });

    // The weight of an answer is for training, and no service takes it in a question.
    private static JsonElement WithoutWeight(JsonElement message) =>
        !message.TryGetProperty("weight", out _)
            ? message
            : JsonPieces.Build(writer =>
            {
                writer.WriteStartObject();
                foreach (JsonProperty property in message.EnumerateObject())
                {
                    if (property.Name != "weight")
                    {
                        property.WriteTo(writer);
                    }
                }

                writer.WriteEndObject();
            });

    private static JsonElement Message(string role, string content) =>
        JsonPieces.Build(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("role", role);
            writer.WriteString("content", content);
            writer.WriteEndObject();
        });

    private static JsonElement ToArray(List<JsonElement> messages) =>
        JsonPieces.Build(writer =>
        {
            writer.WriteStartArray();
            messages.ForEach(message => message.WriteTo(writer));
            writer.WriteEndArray();
        });

    /// <summary>A message's text: as it is, or the text of its parts.</summary>
    private static string? Content(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("content", out JsonElement content))
        {
            return null;
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            return content.ValueKind == JsonValueKind.String ? content.GetString() : null;
        }

        StringBuilder text = new();
        foreach (JsonElement part in content.EnumerateArray())
        {
            text.Append(part.ValueKind == JsonValueKind.Object ? JsonPieces.Text(part, "text") : null);
        }

        return text.ToString();
    }
}
