using System.Text.Json;
using FineTuning.Core.Json;
using FineTuning.Server.Http;
using FineTuning.Server.Requests;

namespace FineTuning.Server.Faults;

/// <summary>Reads a rule and refuses what makes no sense, naming the field.</summary>
internal static class FaultReader
{
    public const int MaxRules = 100;
    private const int MaxText = FaultCheck.MaxText,
        MaxBody = 1024 * 1024,
        MaxBodySize = 64 * 1024 * 1024,
        MaxHeaders = 20,
        Minutes10 = 600_000;

    private static readonly string[] s_given = ["id", "hits", "matched"];
    private static readonly string[] s_flags = ["after_work", "drop", "gzip"];
    private static readonly string[] s_texts =
    [
        "operation",
        "method",
        "path",
        "message",
        "type",
        "code",
        "param",
        "redirect",
    ];
    private static readonly (string Name, int Min, int Max)[] s_numbers =
    [
        ("skip", 0, int.MaxValue),
        ("count", 1, int.MaxValue),
        ("seed", int.MinValue, int.MaxValue),
        ("delay_ms", 0, Minutes10),
        ("status", 200, 599),
        ("body_size", 0, MaxBodySize),
        ("retry_after", 0, int.MaxValue),
        ("retry_after_date", -Minutes10, Minutes10),
        ("retry_after_ms", 0, int.MaxValue),
        ("truncate_after", 0, int.MaxValue),
        ("slow_bytes", 1, 1024 * 1024),
        ("slow_interval_ms", 1, 60_000),
    ];

    private static readonly string[] s_fields =
    [
        .. s_given,
        .. s_flags,
        .. s_texts,
        .. s_numbers.Select(number => number.Name),
        "probability",
        "body",
        "content_type",
        "headers",
    ];

    public static bool IsFlag(string name) => s_flags.Contains(name);

    public static bool IsNumber(string name) => name == "probability" || s_numbers.Any(number => number.Name == name);

    /// <summary>Several rules: objects and texts.</summary>
    public static IReadOnlyList<FaultRule> ReadList(JsonElement list)
    {
        IReadOnlyList<JsonField> rules = RequestFields.Of(list, "data").AsItems(0, int.MaxValue, "an array of rules");
        return rules.Count <= MaxRules
            ? [.. rules.Select(rule => Read(rule.Value!.Value))]
            : throw ApiErrors.BadRequest(
                $"Invalid 'data': at most {MaxRules} fault rules are kept.",
                "data",
                "array_above_max_length"
            );
    }

    /// <summary>A rule: an object, or a string in the short form.</summary>
    /// <exception cref="ApiException">It is none; the message says why.</exception>
    public static FaultRule Read(JsonElement rule)
    {
        if (rule.ValueKind == JsonValueKind.String)
        {
            return Read(rule.GetString()!);
        }

        if (rule.ValueKind != JsonValueKind.Object)
        {
            throw ApiErrors.BadRequest(
                "A fault rule is a JSON object, or a text such as 'CreateJob:status=503,count=2'.",
                "rule",
                "invalid_type"
            );
        }

        JsonField fields = RequestFields.Of(rule);
        CheckTypes(fields);
        try
        {
            FaultRule read = rule.Deserialize(FaultJson.Default.FaultRule)! with
            {
                Id = null,
                Hits = null,
                Matched = null,
            };
            return FaultCheck.Settle(read, name => fields[name].IsGiven);
        }
        catch (JsonException e)
        {
            throw ApiErrors.BadRequest($"The fault rule cannot be read: {e.Message}", e.Path?.TrimStart('$', '.'));
        }
    }

    /// <summary>A rule in its short form, or as JSON.</summary>
    public static FaultRule Read(string text)
    {
        if (!text.TrimStart().StartsWith('{'))
        {
            return Read(FaultText.Parse(text));
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw ApiErrors.BadRequest($"The fault rule is no valid JSON: {e.Message}", "rule");
        }
    }

    private static void CheckTypes(JsonField rule)
    {
        rule.CheckNames(s_fields);
        foreach (string name in s_texts)
        {
            rule[name].AsText(MaxText);
        }

        foreach ((string name, int min, int max) in s_numbers)
        {
            rule[name].AsNumber(NumberBounds.Whole(min, max));
        }

        foreach (string name in s_flags)
        {
            rule[name].AsFlag();
        }

        CheckText(rule["body"], MaxBody);
        CheckText(rule["content_type"], MaxText);
        if (
            rule["probability"].Value is { } probability
            && !(
                probability.ValueKind == JsonValueKind.Number
                && probability.TryGetDouble(out double p)
                && p is >= 0 and <= 1
            )
        )
        {
            throw ApiErrors.BadRequest(
                $"Invalid 'probability': expected a number from 0 to 1, but got {probability.GetRawText()}.",
                "probability",
                "invalid_value"
            );
        }

        CheckHeaders(rule["headers"]);
    }

    // Unlike other texts these may be empty.
    private static void CheckText(JsonField field, int max)
    {
        if (field.AsText(int.MaxValue, mayBeEmpty: true)?.Length > max)
        {
            throw ApiErrors.BadRequest(
                $"Invalid '{field.Name}': at most {max} characters.",
                field.Name,
                "string_above_max_length"
            );
        }
    }

    private static void CheckHeaders(JsonField headers)
    {
        headers.AsObject();
        int count = 0;
        foreach (JsonField header in headers.Fields())
        {
            if (++count > MaxHeaders)
            {
                throw ApiErrors.BadRequest(
                    $"Invalid 'headers': at most {MaxHeaders} headers.",
                    "headers",
                    "object_above_max_properties"
                );
            }

            if (
                header.Name.Length is 0 or > 100
                || !header.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            )
            {
                throw ApiErrors.BadRequest(
                    "Invalid 'headers': a name has 1 to 100 letters, digits, '-', '_' and '.'.",
                    "headers",
                    "invalid_value"
                );
            }

            string path = "headers." + header.Name;
            if (header.Name.ToUpperInvariant() is "CONTENT-LENGTH" or "TRANSFER-ENCODING" or "CONNECTION")
            {
                throw ApiErrors.BadRequest(
                    $"'{header.Name}' cannot be set: use body_size, truncate_after or drop to break an answer.",
                    path,
                    "invalid_value"
                );
            }

            FaultCheck.CheckHeaderValue(
                path,
                RequestFields.Of(header.Value!.Value, path).AsText(int.MaxValue, mayBeEmpty: true)!
            );
        }
    }
}
