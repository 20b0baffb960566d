using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Server.Http;

namespace FineTuning.Server.Faults;

/// <summary>
/// The short form of a rule: <c>CreateJob:status=503,count=2</c> or <c>GET /v1/files/*:drop</c>. A flag stands alone; a
/// value with a comma is quoted with ' and a quote in it is doubled; <c>header.NAME=value</c> sets a header.
/// </summary>
internal static class FaultText
{
    private const string HeaderPrefix = "header.";

    /// <exception cref="ApiException">The text is none.</exception>
    public static JsonElement Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
        {
            throw Wrong(
                $"'{Cut(text)}' is no fault rule: write it as OPERATION:FIELD=VALUE,…, for example "
                    + $"CreateJob:status=503,count=2."
            );
        }

        JsonObject rule = [];
        ReadTarget(rule, text[..colon].Trim());
        int position = colon + 1;
        while (position < text.Length)
        {
            ReadField(rule, text, ref position);
        }

        return JsonElement.Parse(rule.ToJsonString());
    }

    private static void ReadTarget(JsonObject rule, string target)
    {
        int space = target.IndexOf(' ', StringComparison.Ordinal);
        if (space > 0)
        {
            rule["method"] = target[..space].ToUpperInvariant();
            rule["path"] = target[(space + 1)..].Trim();
        }
        else
        {
            rule[target.StartsWith('/') ? "path" : "operation"] = target;
        }
    }

    private static void ReadField(JsonObject rule, string text, ref int position)
    {
        int start = position;
        while (position < text.Length && text[position] is not ('=' or ','))
        {
            position++;
        }

        string name = text[start..position].Trim();
        string field = name.Replace('-', '_');
        string? value = null;
        if (position < text.Length && text[position] == '=')
        {
            position++;
            value = ReadValue(text, name, ref position);
        }

        // The comma.
        position++;
        if (name.Length == 0)
        {
            throw Wrong($"'{Cut(text)}' has an empty field.");
        }

        if (name.StartsWith(HeaderPrefix, StringComparison.OrdinalIgnoreCase))
        {
            JsonObject headers = rule["headers"] as JsonObject ?? [];
            rule["headers"] = headers;
            headers[name[HeaderPrefix.Length..]] = value ?? throw NeedsValue(name);
            return;
        }

        if (rule.ContainsKey(field))
        {
            throw Wrong($"'{field}' appears twice in the fault rule.");
        }

        rule[field] =
            FaultReader.IsFlag(field) ? Flag(field, value)
            : FaultReader.IsNumber(field) ? Number(field, value ?? throw NeedsValue(field))
            : value ?? throw NeedsValue(field);
    }

    private static string ReadValue(string text, string name, ref int position)
    {
        int start = position;
        if (position == text.Length || text[position] != '\'')
        {
            while (position < text.Length && text[position] != ',')
            {
                position++;
            }

            return text[start..position].Trim();
        }

        StringBuilder value = new();
        position++;
        while (position < text.Length)
        {
            char next = text[position++];
            if (next != '\'')
            {
                value.Append(next);
            }
            else if (position < text.Length && text[position] == '\'')
            {
                value.Append(text[position++]);
            }
            else
            {
                return position == text.Length || text[position] == ','
                    ? value.ToString()
                    : throw Wrong($"The value of '{name}' goes on after its closing quote.");
            }
        }

        throw Wrong($"The value of '{name}' has no closing quote.");
    }

    private static JsonNode Flag(string name, string? value) =>
        value switch
        {
            null or "true" => true,
            "false" => false,
            _ => throw Wrong($"'{name}' is a flag: leave its value out, or write true or false."),
        };

    private static JsonNode Number(string name, string value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int whole) ? whole
        : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
        && double.IsFinite(number)
            ? number
        : throw Wrong($"'{name}' needs a number, not '{Cut(value)}'.");

    private static string Cut(string text) => text.Length <= 100 ? text : text[..100] + "…";

    private static ApiException NeedsValue(string name) => Wrong($"'{name}' needs a value: {name}=….");

    private static ApiException Wrong(string message) => ApiErrors.BadRequest(message, "rule", "invalid_value");
}
