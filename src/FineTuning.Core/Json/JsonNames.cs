using System.Text.Json;

namespace FineTuning.Core.Json;

/// <summary>Names in objects that may have one with half of a character in it, which passes as JSON and fails when it
/// is read.</summary>
internal static class JsonNames
{
    /// <summary>The value of a name, the last one if it is there twice.</summary>
    public static bool TryGet(JsonElement value, string name, out JsonElement found)
    {
        try
        {
            return value.TryGetProperty(name, out found);
        }
        catch (InvalidOperationException)
        {
            found = default;
            foreach (JsonProperty property in value.EnumerateObject())
            {
                found = Read(property) == name ? property.Value : found;
            }

            return found.ValueKind != JsonValueKind.Undefined;
        }
    }

    /// <summary>The names that can be read.</summary>
    public static IEnumerable<string> Of(JsonElement value)
    {
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (Read(property) is { } name)
            {
                yield return name;
            }
        }
    }

    /// <summary>The name; null if it is not valid Unicode.</summary>
    public static string? Read(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
