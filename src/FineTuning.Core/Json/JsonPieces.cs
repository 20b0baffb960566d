using System.Text.Json;

namespace FineTuning.Core.Json;

/// <summary>Makes values of JSON, and reads fields that may be missing.</summary>
internal static class JsonPieces
{
    /// <summary>The value that is written.</summary>
    public static JsonElement Build(Action<Utf8JsonWriter> write)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            write(writer);
        }

        using var document = JsonDocument.Parse(buffer.ToArray());
        return document.RootElement.Clone();
    }

    /// <summary>A field's text; null where the object has no such field, or it is none.</summary>
    public static string? Text(JsonElement source, string name) =>
        source.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
