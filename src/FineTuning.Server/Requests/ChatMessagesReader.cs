using System.Globalization;
using System.Text;
using System.Text.Json;
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

    public static IReadOnlyList<ChatTurn> Read(JsonElement body)
    {
        JsonElement messages = JobRequestReader.Get(body, "messages") ?? throw ApiErrors.Missing("messages");
        if (messages.ValueKind != JsonValueKind.Array)
        {
            throw ApiErrors.WrongType("messages", "an array of objects", JobRequestReader.Describe(messages));
        }

        int count = messages.GetArrayLength();
        if (count == 0)
        {
            throw ApiErrors.BadRequest(
                "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
                "messages",
                "empty_array"
            );
        }

        if (count > MaxMessages)
        {
            throw ApiErrors.BadRequest(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Invalid 'messages': array too long. Expected an array with maximum length {MaxMessages}, but got an array with length {count} instead."
                ),
                "messages",
                "array_above_max_length"
            );
        }

        ChatTurn[] turns =
        [
            .. messages
                .EnumerateArray()
                .Select(
                    (message, index) =>
                        ReadOne(message, string.Create(CultureInfo.InvariantCulture, $"messages[{index}]"))
                ),
        ];
        int length = turns.Sum(turn => turn.Content.Length);
        return length <= MaxCharacters
            ? turns
            : throw ApiErrors.BadRequest(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The messages have {length} characters together, but this model's maximum context length is {MaxCharacters}. Shorten the messages."
                ),
                "messages",
                "context_length_exceeded"
            );
    }

    private static ChatTurn ReadOne(JsonElement message, string path)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            throw ApiErrors.WrongType(path, "an object", JobRequestReader.Describe(message));
        }

        JobRequestReader.CheckNames(message, path + ".", s_fields);
        JsonElement role = JobRequestReader.Get(message, "role") ?? throw ApiErrors.Missing(path + ".role");
        if (role.ValueKind != JsonValueKind.String)
        {
            throw ApiErrors.WrongType(path + ".role", "a string", JobRequestReader.Describe(role));
        }

        string name = role.GetString()!;
        if (!s_roles.Contains(name))
        {
            throw ApiErrors.BadValue(
                path + ".role",
                JobRequestReader.Cut(name),
                "'system', 'assistant', 'user', 'function', 'tool', and 'developer'"
            );
        }

        if (JobRequestReader.Get(message, "content") is { } content)
        {
            return new ChatTurn(name, Text(content, path + ".content"));
        }

        // An assistant may have called a tool and said nothing.
        return
            name == "assistant"
            && (JobRequestReader.Get(message, "tool_calls") ?? JobRequestReader.Get(message, "function_call"))
                is not null
            ? new ChatTurn(name, string.Empty)
            : throw ApiErrors.BadRequest(
                $"Invalid value for '{path}.content': expected a string, got null.",
                path + ".content",
                "invalid_type"
            );
    }

    private static string Text(JsonElement content, string path)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            return content.GetString()!;
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            throw ApiErrors.WrongType(path, "a string or an array of text parts", JobRequestReader.Describe(content));
        }

        StringBuilder text = new();
        int index = 0;
        foreach (JsonElement part in content.EnumerateArray())
        {
            text.Append(Part(part, string.Create(CultureInfo.InvariantCulture, $"{path}[{index++}]")));
        }

        return index > 0
            ? text.ToString()
            : throw ApiErrors.BadRequest(
                $"Invalid '{path}': empty array. Expected an array with minimum length 1, but got an empty array instead.",
                path,
                "empty_array"
            );
    }

    private static string Part(JsonElement part, string path)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            throw ApiErrors.WrongType(path, "an object", JobRequestReader.Describe(part));
        }

        JsonElement kind = JobRequestReader.Get(part, "type") ?? throw ApiErrors.Missing(path + ".type");
        string type =
            kind.ValueKind == JsonValueKind.String
                ? kind.GetString()!
                : throw ApiErrors.WrongType(path + ".type", "a string", JobRequestReader.Describe(kind));
        if (type is "image_url" or "input_audio" or "file")
        {
            throw ApiErrors.BadRequest(
                $"Invalid content type. '{type}' is not supported: the models of this local server read text only.",
                path + ".type",
                "unsupported_content_type"
            );
        }

        string field = type switch
        {
            "text" => "text",
            "refusal" => "refusal",
            _ => throw ApiErrors.BadValue(path + ".type", JobRequestReader.Cut(type), "'text' and 'refusal'"),
        };
        JsonElement text = JobRequestReader.Get(part, field) ?? throw ApiErrors.Missing($"{path}.{field}");
        return text.ValueKind == JsonValueKind.String
            ? text.GetString()!
            : throw ApiErrors.WrongType($"{path}.{field}", "a string", JobRequestReader.Describe(text));
    }
}
