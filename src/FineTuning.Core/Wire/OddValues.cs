using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FineTuning.Core.Wire;

/// <summary>Turns a value of one kind into the kind that was expected, where no doubt is left what it means.</summary>
internal static class OddValues
{
    /// <summary>Turns a value.</summary>
    /// <param name="value">What came.</param>
    /// <param name="target">What is expected.</param>
    /// <param name="turned">The value as it is expected; null for none.</param>
    /// <returns>False if it cannot be understood.</returns>
    public static bool TryTurn(JsonElement value, Type target, out JsonNode? turned)
    {
        turned = null;
        Type plain = Nullable.GetUnderlyingType(target) ?? target;
        bool isNone =
            value.ValueKind == JsonValueKind.Null
            || (value.ValueKind == JsonValueKind.String && string.IsNullOrWhiteSpace(Text(value)));
        if (plain == typeof(string) || plain == typeof(JobStatus))
        {
            turned = ToText(value);
            return turned is not null;
        }

        if (plain.IsValueType)
        {
            // Only one that may be missing can be empty text.
            turned = isNone ? null : ToNumberOrFlag(value, plain);
            return turned is not null || (isNone && plain != target);
        }

        // PHP writes an object without fields as a list, and others write false or an empty text for none.
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0)
        {
            turned = new JsonObject();
            return true;
        }

        if (isNone || value.ValueKind == JsonValueKind.False)
        {
            return true;
        }

        turned =
            NameOfText(target) is string name && ToText(value) is JsonNode text
                ? new JsonObject { [name] = text }
                : null;
        return turned is not null;
    }

    /// <summary>The text; null if the value is none.</summary>
    public static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Where an object keeps what is sent as a mere text in place of it.</summary>
    private static string? NameOfText(Type target) =>
        target == typeof(JobError) ? "message"
        : target == typeof(JobMethod) || target == typeof(JobIntegration) ? "type"
        : target == typeof(ChatMessageResource) ? "content"
        : target == typeof(FileResource) ? "id"
        : null;

    private static JsonNode? ToText(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => Text(value),
            JsonValueKind.Number => value.GetRawText(),
            // An object in place of its id.
            JsonValueKind.Object when value.TryGetProperty("id", out JsonElement id) => id.ValueKind switch
            {
                JsonValueKind.String => Text(id),
                JsonValueKind.Number => id.GetRawText(),
                _ => null,
            },
            JsonValueKind.Array => Parts(value),
            _ => null,
        };

    /// <summary>A text in parts, with others that are none, such as those of a model's thinking, between
    /// them.</summary>
    private static string? Parts(JsonElement list)
    {
        string? text = null;
        foreach (JsonElement part in list.EnumerateArray())
        {
            if (part.ValueKind == JsonValueKind.String)
            {
                text += Text(part);
            }
            else if (part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out JsonElement words))
            {
                text +=
                    words.ValueKind == JsonValueKind.Object && words.TryGetProperty("value", out JsonElement inner)
                        ? Text(inner)
                        : Text(words);
            }
        }

        return text;
    }

    private static JsonNode? ToNumberOrFlag(JsonElement value, Type target)
    {
        string? word = value.ValueKind == JsonValueKind.String ? Text(value)?.Trim() : value.GetRawText();
        if (target == typeof(bool))
        {
            return word?.ToUpperInvariant() switch
            {
                "TRUE" or "1" => true,
                "FALSE" or "0" => false,
                _ => null,
            };
        }

        if (
            value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number)
            || !double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            || double.IsNaN(number)
            || double.IsInfinity(number)
        )
        {
            return null;
        }

        // Beyond 2^53 a double has no places for the ones.
        return number == Math.Truncate(number) && Math.Abs(number) < 9007199254740992 ? (long)number : number;
    }
}
