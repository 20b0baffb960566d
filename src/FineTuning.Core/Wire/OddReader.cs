using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using FineTuning.Core.Json;

namespace FineTuning.Core.Wire;

/// <summary>
/// Reads an object that the plain reader refuses: value by value, each as its property takes it or as it can be turned
/// into that. One that cannot leaves its property empty, is noted, and is kept under its name among the fields that
/// have no property. Slow, and only for what is odd.
/// </summary>
internal static class OddReader
{
    /// <summary>Reads an object.</summary>
    /// <param name="source">Any JSON without halves of characters, see <see cref="SurrogateEscapes"/>.</param>
    /// <param name="type">How to read it.</param>
    /// <param name="odd">Gets what cannot be understood.</param>
    /// <param name="except">A field to leave out.</param>
    /// <returns>Null if it is no object, or lacks what it cannot be without.</returns>
    public static T? Read<T>(JsonElement source, JsonTypeInfo<T> type, OddObject odd, string? except = null)
        where T : Resource
    {
        if (source.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        JsonObject mended = Mend(source, type, string.Empty, odd.Paths, except);
        try
        {
            T result = mended.Deserialize(type)!;
            foreach (string name in odd.Fields)
            {
                result.AdditionalFields ??= new Dictionary<string, JsonElement>(StringComparer.Ordinal);
                result.AdditionalFields[name] = source.GetProperty(name).Clone();
            }

            return result;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonObject Mend(
        JsonElement source,
        JsonTypeInfo type,
        string path,
        List<string> odd,
        string? except = null
    )
    {
        JsonObject result = [];
        foreach (JsonProperty property in source.EnumerateObject())
        {
            string name = property.Name;
            if (name == except)
            {
                continue;
            }

            JsonPropertyInfo? known = type.Properties.FirstOrDefault(p => !p.IsExtensionData && p.Name == name);
            if (known is null)
            {
                result[name] = Node(property.Value);
                continue;
            }

            result.Remove(name);
            if (TryMend(property.Value, known.PropertyType, type, path + name, odd, out JsonNode? value))
            {
                result[name] = value;
            }
            else if (property.Value.ValueKind != JsonValueKind.Null)
            {
                odd.Add(path + name);
            }
        }

        return result;
    }

    private static bool TryMend(
        JsonElement value,
        Type target,
        JsonTypeInfo owner,
        string path,
        List<string> odd,
        out JsonNode? mended
    )
    {
        JsonTypeInfo type = owner.Options.GetTypeInfo(target);
        mended = Node(value);
        if (IsReadable(mended, type))
        {
            return true;
        }

        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object when value.ValueKind == JsonValueKind.Object:
                mended = Mend(value, type, path + ".", odd);
                return IsReadable(mended, type);
            case JsonTypeInfoKind.Enumerable when value.ValueKind == JsonValueKind.Array:
                mended = Items(value, target.GetGenericArguments()[0], type, path, odd);
                return true;
            case JsonTypeInfoKind.Enumerable when value.ValueKind is JsonValueKind.String or JsonValueKind.Object:
                return TryList(value, target, type, path, odd, out mended);
            case JsonTypeInfoKind.Dictionary when value.ValueKind == JsonValueKind.Object:
                mended = Pairs(value, target.GetGenericArguments()[1], type, path, odd);
                return true;
            default:
                return OddValues.TryTurn(value, target, out mended) && IsReadable(mended, type);
        }
    }

    private static JsonArray Items(JsonElement list, Type target, JsonTypeInfo owner, string path, List<string> odd)
    {
        JsonArray result = [];
        int index = 0;
        foreach (JsonElement item in list.EnumerateArray())
        {
            string place = FormattableString.Invariant($"{path}[{index++}]");
            if (TryMend(item, target, owner, place, odd, out JsonNode? mended) && mended is not null)
            {
                result.Add(mended);
            }
            else
            {
                odd.Add(place);
            }
        }

        return result;
    }

    /// <summary>A list that came as its only entry, or inside another list's object.</summary>
    private static bool TryList(
        JsonElement value,
        Type target,
        JsonTypeInfo type,
        string path,
        List<string> odd,
        out JsonNode? mended
    )
    {
        mended = null;
        if (value.ValueKind == JsonValueKind.String && string.IsNullOrWhiteSpace(OddValues.Text(value)))
        {
            return true;
        }

        if (
            value.ValueKind == JsonValueKind.Object
            && value.TryGetProperty("data", out JsonElement data)
            && data.ValueKind == JsonValueKind.Array
        )
        {
            mended = Items(data, target.GetGenericArguments()[0], type, path + ".data", odd);
            return true;
        }

        bool isOne = TryMend(value, target.GetGenericArguments()[0], type, path, odd, out JsonNode? item);
        mended = isOne ? new JsonArray(item) : null;
        return isOne;
    }

    private static JsonObject Pairs(JsonElement map, Type target, JsonTypeInfo owner, string path, List<string> odd)
    {
        JsonObject result = [];
        foreach (JsonProperty pair in map.EnumerateObject())
        {
            string name = pair.Name;
            result.Remove(name);
            if (TryMend(pair.Value, target, owner, $"{path}.{name}", odd, out JsonNode? mended))
            {
                result[name] = mended;
            }
            else
            {
                odd.Add($"{path}.{name}");
            }
        }

        return result;
    }

    private static bool IsReadable(JsonNode? value, JsonTypeInfo type)
    {
        try
        {
            _ = value.Deserialize(type);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // Not taken apart: an object may have a name twice, which a node refuses with an argument error.
    private static JsonNode? Node(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Object => JsonObject.Create(value),
            JsonValueKind.Array => JsonArray.Create(value),
            _ => JsonValue.Create(value),
        };
}
