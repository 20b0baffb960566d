using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Json;
using System.Threading;

namespace FineTuning.Server.Training;

/// <summary>Reads training files: one JSON object a line, with <c>messages</c> or with <c>prompt</c> and <c>completion</c>.</summary>
internal static class TrainingExamples
{
    /// <summary>Streams the lines of a file that have something to learn; the others are left out.</summary>
    /// <exception cref="TrainingException">A line is malformed (the message names its number), or the file cannot be read.</exception>
    public static IEnumerable<TrainingLine> Read(string path, string param, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw new TrainingException("The file's content is gone from the server.", param: param);
        }

        foreach (var (number, bytes) in LineReader.Read(path, cancellationToken))
        {
            var line = Parse(number, bytes, param);
            if (line.Targets.Count > 0)
            {
                yield return line;
            }
        }
    }

    /// <summary>Turns one line's JSON into turns and targets.</summary>
    public static TrainingLine Parse(int number, ReadOnlyMemory<byte> json, string param)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw Malformed(number, "is not a JSON object", param);
            }

            if (root.TryGetProperty("messages", out var messages))
            {
                return ParseChat(number, messages, param);
            }

            if (root.TryGetProperty("prompt", out var prompt) && root.TryGetProperty("completion", out var completion)
                && prompt.ValueKind == JsonValueKind.String && completion.ValueKind == JsonValueKind.String)
            {
                return new TrainingLine(
                    number, [new ChatTurn("user", prompt.GetString()!), new ChatTurn("assistant", completion.GetString()!)], [1]);
            }

            throw Malformed(number, "has neither 'messages' nor a 'prompt' with a 'completion'", param);
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

    private static TrainingLine ParseChat(int number, JsonElement messages, string param)
    {
        if (messages.ValueKind != JsonValueKind.Array)
        {
            throw Malformed(number, "has 'messages' that are not an array", param);
        }

        var turns = new List<ChatTurn>(messages.GetArrayLength());
        var targets = new List<int>();
        foreach (var message in messages.EnumerateArray())
        {
            if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("role", out var role)
                || role.ValueKind != JsonValueKind.String)
            {
                throw Malformed(number, "has a message without a role", param);
            }

            var text = message.TryGetProperty("content", out var content) ? Text(number, content, param) : null;
            var turn = new ChatTurn(role.GetString()!, text ?? string.Empty);
            if (turn.Role == "assistant" && text is not null && !IsMasked(message))
            {
                targets.Add(turns.Count);
            }

            turns.Add(turn);
        }

        return new TrainingLine(number, turns, targets);
    }

    private static bool IsMasked(JsonElement message) =>
        message.TryGetProperty("weight", out var weight) && weight.ValueKind == JsonValueKind.Number && weight.GetDouble() == 0;

    private static string? Text(int number, JsonElement content, string param)
    {
        switch (content.ValueKind)
        {
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.String:
                return content.GetString();
            case JsonValueKind.Array:
                StringBuilder? text = null;
                foreach (var part in content.EnumerateArray())
                {
                    if (part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out var value)
                        && value.ValueKind == JsonValueKind.String)
                    {
                        (text ??= new StringBuilder()).Append(value.GetString());
                    }
                }

                return text?.ToString();
            default:
                throw Malformed(number, "has a message whose content is neither text nor parts", param);
        }
    }

    private static TrainingException Malformed(int number, string what, string param, Exception? inner = null) =>
        new($"Line {number} {what}.", param: param, inner: inner);
}
