using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using System.Text.Json;

namespace FineTuning.Output;

/// <summary>Carries values between JSON and PowerShell, so that output is made of plain objects that ConvertTo-Json and
/// Export-Clixml take.</summary>
internal static class JsonValues
{
    // Deeper values than this are not data but cycles.
    private const int MaxDepth = 64;

    public static object? ToObject(JsonElement? element) => element is null ? null : ToObject(element.Value);

    public static object? ToObject(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                return element.GetString();
            case JsonValueKind.Number:
                // Without the casts both would be doubles, and 0 would come back as 0.0.
                return element.TryGetInt64(out long whole) ? (object)whole
                    : element.TryGetDouble(out double number) ? number
                    : element.GetRawText();
            case JsonValueKind.True:
                return true;
            case JsonValueKind.False:
                return false;
            case JsonValueKind.Array:
                var items = new List<object?>(element.GetArrayLength());
                foreach (JsonElement item in element.EnumerateArray())
                {
                    items.Add(ToObject(item));
                }

                return items.ToArray();
            case JsonValueKind.Object:
                var result = new PSObject();
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    // PowerShell's members do not differ by case alone; the first one is kept.
                    if (property.Name.Length > 0 && result.Properties[property.Name] is null)
                    {
                        result.Properties.Add(new PSNoteProperty(property.Name, ToObject(property.Value)));
                    }
                }

                return result;
            default:
                return null;
        }
    }

    /// <summary>The fields that a resource has beyond its properties.</summary>
    public static IDictionary<string, object?>? ToDictionary(IDictionary<string, JsonElement>? fields)
    {
        if (fields is null || fields.Count == 0)
        {
            return null;
        }

        var result = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (KeyValuePair<string, JsonElement> field in fields)
        {
            result[field.Key] = ToObject(field.Value);
        }

        return result;
    }

    /// <summary>Writes a hashtable, an object or a list as JSON, in its own order.</summary>
    /// <exception cref="PSArgumentException">The value is not data.</exception>
    public static JsonElement ToElement(object? value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            Write(writer, value, 0);
        }

        return Parse(Encoding.UTF8.GetString(stream.ToArray()));
    }

    /// <summary>Reads a text.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonElement Parse(string text)
    {
        using var document = JsonDocument.Parse(Whole(text));
        return document.RootElement.Clone();
    }

    // Half a character has no form in UTF-8: it becomes U+FFFD, as in what is written to a dataset.
    private static string Whole(string text) =>
        text.Any(char.IsSurrogate) ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;

    private static bool IsFinite(double value) => !double.IsNaN(value) && !double.IsInfinity(value);

    private static void Write(Utf8JsonWriter writer, object? value, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new PSArgumentException("The value is nested too deeply to be data.");
        }

        object? plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        switch (plain)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(Whole(text));
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case SwitchParameter flag:
                writer.WriteBooleanValue(flag.IsPresent);
                break;
            case JsonElement element:
                element.WriteTo(writer);
                break;
            case DateTime { TimeOfDay.Ticks: 0 } date:
                writer.WriteStringValue(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            case DateTime or DateTimeOffset:
                writer.WriteStringValue(
                    ((IFormattable)plain).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture)
                );
                break;
#if NET
            case DateOnly or TimeOnly:
                writer.WriteStringValue(
                    ((IFormattable)plain).ToString(
                        plain is DateOnly ? "yyyy-MM-dd" : "HH:mm:ss.FFFFFFF",
                        CultureInfo.InvariantCulture
                    )
                );
                break;
#endif
            case double or float when !IsFinite(Convert.ToDouble(plain, CultureInfo.InvariantCulture)):
                throw new PSArgumentException($"{plain} is no number that JSON has.");
            case ulong number:
                writer.WriteNumberValue(number);
                break;
            case double or float:
                writer.WriteNumberValue(Convert.ToDouble(plain, CultureInfo.InvariantCulture));
                break;
            case decimal number:
                writer.WriteNumberValue(number);
                break;
            case byte or sbyte or short or ushort or int or uint or long:
                writer.WriteNumberValue(Convert.ToInt64(plain, CultureInfo.InvariantCulture));
                break;
            case IDictionary dictionary:
                writer.WriteStartObject();
                foreach (DictionaryEntry entry in dictionary)
                {
                    writer.WritePropertyName(Whole(Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!));
                    Write(writer, entry.Value, depth + 1);
                }

                writer.WriteEndObject();
                break;
            case IEnumerable list:
                writer.WriteStartArray();
                foreach (object? item in list)
                {
                    Write(writer, item, depth + 1);
                }

                writer.WriteEndArray();
                break;
            case PSObject custom:
                writer.WriteStartObject();
                foreach (PSPropertyInfo property in custom.Properties)
                {
                    writer.WritePropertyName(Whole(property.Name));
                    Write(writer, property.Value, depth + 1);
                }

                writer.WriteEndObject();
                break;
            default:
                writer.WriteStringValue(Whole(Convert.ToString(plain, CultureInfo.InvariantCulture) ?? string.Empty));
                break;
        }
    }
}
