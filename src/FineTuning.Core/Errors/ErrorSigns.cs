using System.Text.Json;

namespace FineTuning.Core.Errors;

/// <summary>Tells whether an answer of a success is an error.</summary>
internal static class ErrorSigns
{
    /// <summary>The part of an answer that is an error; null if none is. A member that is null, empty or false tells
    /// of no error.</summary>
    public static JsonElement? Find(JsonElement root)
    {
        if (IsError(root))
        {
            return root;
        }

        // Routers of models put the error of an answer that broke off into its choice.
        return
            ErrorWords.Member(root, "choices") is { ValueKind: JsonValueKind.Array } choices
            && choices.GetArrayLength() > 0
            && IsError(choices[0])
            ? choices[0]
            : null;
    }

    private static bool IsError(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object
        && (
            (ErrorWords.Member(root, "error") is JsonElement error && IsSomething(error))
            || (ErrorWords.Member(root, "errors") is JsonElement errors && IsSomething(errors))
            || (ErrorWords.Member(root, "fault") is JsonElement fault && IsSomething(fault))
            || ErrorWords.Member(root, "success") is { ValueKind: JsonValueKind.False }
            || IsNamedError(root)
            || ErrorWords.Read(root) is { Status: not null, Message: not null }
        );

    /// <summary>Whether an object says of itself that it is an error.</summary>
    public static bool IsNamedError(JsonElement root) =>
        ErrorWords.Member(root, "object") is { ValueKind: JsonValueKind.String } kind && kind.ValueEquals("error");

    /// <summary>Whether a member that holds an error holds one.</summary>
    public static bool IsSomething(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => value.EnumerateObject().Any(p => p.Value.ValueKind != JsonValueKind.Null),
            JsonValueKind.Array => value.GetArrayLength() > 0,
            JsonValueKind.String => !string.IsNullOrWhiteSpace(value.GetString()),
            JsonValueKind.True => true,
            _ => false,
        };
}
