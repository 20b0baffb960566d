using System.Text;
using System.Text.Json;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Training.Data;

/// <summary>
/// One line of a data file while it is read. The checks before training refuse most of what is wrong here; this is for
/// files that reached the trainer another way.
/// </summary>
internal sealed class ExampleLine
{
    private readonly string _param;

    private ExampleLine(int number, ReadOnlyMemory<byte> bytes, JsonElement root, string param)
    {
        Number = number;
        Bytes = bytes;
        Root = root;
        _param = param;
    }

    /// <summary>Counted from 1, blank lines included.</summary>
    public int Number { get; }

    /// <summary>The line as it is in the file; valid while it is parsed.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The line's JSON object; valid while it is parsed.</summary>
    public JsonElement Root { get; }

    /// <summary>Streams what <paramref name="parse"/> makes of the lines of a file; null leaves a line out.</summary>
    /// <exception cref="TrainingException">A line is malformed (the message names its number), or the file cannot be
    /// read.</exception>
    public static IEnumerable<T> Read<T>(
        string path,
        string param,
        Func<ExampleLine, T?> parse,
        CancellationToken cancellationToken
    )
        where T : class
    {
        if (!File.Exists(path))
        {
            throw new TrainingException("The file's content is gone from the server.", param: param);
        }

        foreach ((int number, ReadOnlyMemory<byte> bytes) in LineReader.Read(path, cancellationToken))
        {
            if (Parse(number, bytes, param, parse) is { } example)
            {
                yield return example;
            }
        }
    }

    public TrainingException Malformed(string what, Exception? inner = null) => Malformed(Number, what, _param, inner);

    /// <summary>Appends the messages of a list to <paramref name="turns"/>.</summary>
    /// <param name="messages">The list.</param>
    /// <param name="name">What the line calls it.</param>
    /// <param name="turns">Gets the messages.</param>
    /// <param name="targets"> Gets the places in <paramref name="turns"/> of the assistant's messages to learn: those
    /// with text and without <c>weight: 0</c>. Calls of tools are neither learnt nor seen: the model answers in text
    /// only, and a call learnt as text would come out as an answer.
    /// </param>
    public void ReadMessages(JsonElement messages, string name, List<ChatTurn> turns, List<int>? targets)
    {
        if (messages.ValueKind != JsonValueKind.Array)
        {
            throw Malformed($"has '{name}' that are not an array");
        }

        foreach (JsonElement message in messages.EnumerateArray())
        {
            if (
                message.ValueKind != JsonValueKind.Object
                || !message.TryGetProperty("role", out JsonElement role)
                || role.ValueKind != JsonValueKind.String
            )
            {
                throw Malformed("has a message without a role");
            }

            string? text = message.TryGetProperty("content", out JsonElement content) ? Text(content) : null;
            var turn = new ChatTurn(role.GetString()!, text ?? string.Empty);
            if (turn.Role == "assistant" && text is not null && !IsMasked(message))
            {
                targets?.Add(turns.Count);
            }

            turns.Add(turn);
        }
    }

    private static T? Parse<T>(int number, ReadOnlyMemory<byte> bytes, string param, Func<ExampleLine, T?> parse)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? parse(new ExampleLine(number, bytes, document.RootElement, param))
                : throw Malformed(number, "is not a JSON object", param);
        }
        catch (JsonException e)
        {
            throw Malformed(number, "is not valid JSON", param, e);
        }
        catch (InvalidOperationException e)
        {
            // Text that is no valid Unicode, such as half a surrogate pair.
            throw Malformed(number, "has text that is not valid Unicode", param, e);
        }
    }

    private static TrainingException Malformed(int number, string what, string param, Exception? inner = null) =>
        new($"Line {number} {what}.", param: param, inner: inner);

    private static bool IsMasked(JsonElement message) =>
        message.TryGetProperty("weight", out JsonElement weight)
        && weight.ValueKind == JsonValueKind.Number
        && weight.GetDouble() == 0;

    private string? Text(JsonElement content)
    {
        switch (content.ValueKind)
        {
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.String:
                return content.GetString();
            case JsonValueKind.Array:
                StringBuilder? text = null;
                foreach (JsonElement part in content.EnumerateArray())
                {
                    if (
                        part.ValueKind == JsonValueKind.Object
                        && part.TryGetProperty("text", out JsonElement value)
                        && value.ValueKind == JsonValueKind.String
                    )
                    {
                        (text ??= new StringBuilder()).Append(value.GetString());
                    }
                }

                return text?.ToString();
            default:
                throw Malformed("has a message whose content is neither text nor parts");
        }
    }
}
