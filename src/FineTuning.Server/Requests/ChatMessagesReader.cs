using System.Globalization;
using System.Text.Json;
using FineTuning.Core.Json;
using FineTuning.Server.Http;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Requests;

/// <summary>Reads the messages of a conversation.</summary>
internal static class ChatMessagesReader
{
    // More than enough for models that look at some hundred words; counting the tokens of more would only cost time.
    private const int MaxMessages = 2048,
        MaxCharacters = 1_000_000;
    private static readonly string[] s_roles = ["system", "assistant", "user", "function", "tool", "developer"];

    private static readonly string[] s_parts = ["text", "refusal"];

    private static readonly string[] s_fields =
    [
        "role",
        "content",
        "name",
        "refusal",
        "annotations",
        "audio",
        "tool_calls",
        "tool_call_id",
        "function_call",
    ];

    public static IReadOnlyList<ChatTurn> Read(JsonField messages)
    {
        ChatTurn[] turns = [.. messages.Required().AsItems(1, MaxMessages, "an array of objects").Select(ReadOne)];
        int length = turns.Sum(turn => turn.Content.Length);
        return length <= MaxCharacters
            ? turns
            : throw ApiErrors.BadRequest(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The messages have {length} characters together, but this model's maximum context length is "
                        + $"{MaxCharacters}. Shorten the messages."
                ),
                "messages",
                "context_length_exceeded"
            );
    }

    private static ChatTurn ReadOne(JsonField message)
    {
        message.AsObject();
        message.CheckNames(s_fields);
        string role = message["role"].Required().AsChoice(s_roles)!;
        JsonField content = message["content"];
        if (content.IsGiven)
        {
            return new ChatTurn(role, Text(content));
        }

        // An assistant may have called a tool and said nothing.
        return role == "assistant" && (message["tool_calls"].IsGiven || message["function_call"].IsGiven)
            ? new ChatTurn(role, string.Empty)
            : throw ApiErrors.BadRequest(
                $"Invalid value for '{content.Path}': expected a string, got null.",
                content.Path,
                "invalid_type"
            );
    }

    private static string Text(JsonField content) =>
        content.Value is { ValueKind: JsonValueKind.String }
            ? content.AsText(int.MaxValue, mayBeEmpty: true)!
            : string.Concat(content.AsItems(1, int.MaxValue, "a string or an array of text parts").Select(Part));

    private static string Part(JsonField part)
    {
        part.AsObject();
        JsonField kind = part["type"].Required();
        string type = kind.AsText(int.MaxValue, mayBeEmpty: true)!;
        if (type is "image_url" or "input_audio" or "file")
        {
            throw ApiErrors.BadRequest(
                $"Invalid content type. '{type}' is not supported: the models of this local server read text only.",
                kind.Path,
                "unsupported_content_type"
            );
        }

        return part[kind.AsChoice(s_parts)!].Required().AsText(int.MaxValue, mayBeEmpty: true)!;
    }
}
