using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FineTuning.Core.Datasets.Converting;

// Writes one example as a line of JSON that people can read: only what must be escaped is, and U+2028 and U+2029, which
// some programs take for the end of a line. The writer of System.Text.Json escapes every character that is rare.
internal sealed class JsonLineBuilder
{
    private readonly StringBuilder _text = new();

    public void Clear() => _text.Clear();

    public JsonLineBuilder Raw(string json)
    {
        _text.Append(json);
        return this;
    }

    public JsonLineBuilder Text(string value)
    {
        _text.Append('"');
        int written = 0;
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            if (char.IsSurrogate(c))
            {
                if (char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]))
                {
                    i++;
                    continue;
                }

                // Half a character has no form in UTF-8.
                c = '\uFFFD';
            }
            else if (c >= ' ' && c is not ('"' or '\\' or '\u2028' or '\u2029' or '\u0085'))
            {
                continue;
            }

            _text.Append(value, written, i - written);
            Escape(c);
            written = i + 1;
        }

        _text.Append(value, written, value.Length - written).Append('"');
        return this;
    }

    public JsonLineBuilder Message(string role, string content) =>
        Raw("{\"role\":\"").Raw(role).Raw("\",\"content\":").Text(content).Raw("}");

    // False if JSON has no such value.
    public bool TryValue(object? value)
    {
        switch (value)
        {
            case null:
                _text.Append("null");
                break;
            case bool flag:
                _text.Append(flag ? "true" : "false");
                break;
            case double or float when !RowText.IsFinite(Convert.ToDouble(value, CultureInfo.InvariantCulture)):
                return false;
            case byte or sbyte or short or ushort or int or uint or long or ulong or decimal or double or float:
                _text.Append(RowText.Of(value));
                break;
            case JsonElement element:
                Element(element);
                break;
            default:
                Text(RowText.Of(value));
                break;
        }

        return true;
    }

    public override string ToString() => _text.ToString();

    private void Escape(char c)
    {
        switch (c)
        {
            case '\uFFFD':
                _text.Append(c);
                break;
            case '"' or '\\':
                _text.Append('\\').Append(c);
                break;
            case '\n':
                _text.Append("\\n");
                break;
            case '\r':
                _text.Append("\\r");
                break;
            case '\t':
                _text.Append("\\t");
                break;
            default:
                _text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                break;
        }
    }

    private void Element(JsonElement element)
    {
        bool isFirst = true;
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                _text.Append('{');
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    _text.Append(isFirst ? "" : ",");
                    isFirst = false;
                    Text(property.Name).Raw(":").Element(property.Value);
                }

                _text.Append('}');
                break;
            case JsonValueKind.Array:
                _text.Append('[');
                foreach (JsonElement item in element.EnumerateArray())
                {
                    _text.Append(isFirst ? "" : ",");
                    isFirst = false;
                    Element(item);
                }

                _text.Append(']');
                break;
            case JsonValueKind.String:
                Text(element.GetString()!);
                break;
            default:
                _text.Append(element.GetRawText());
                break;
        }
    }
}
