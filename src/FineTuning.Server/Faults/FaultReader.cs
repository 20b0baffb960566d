using System.Text.Json;
using FineTuning.Server.Endpoints;
using FineTuning.Server.Http;
using FineTuning.Server.Requests;

namespace FineTuning.Server.Faults;

/// <summary>Reads a rule and refuses what makes no sense, naming the field.</summary>
internal static class FaultReader
{
    public const int MaxRules = 100;
    private const int MaxText = 2048,
        MaxBody = 1024 * 1024,
        MaxBodySize = 64 * 1024 * 1024,
        MaxHeaders = 20,
        Minutes10 = 600_000;
    private const string Actions =
        "status, drop, delay_ms, redirect, truncate_after, slow_bytes, gzip, content_type, headers, retry_after";

    private static readonly string[] s_methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"];
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
    private static readonly string[] s_ofAnswer = ["message", "type", "code", "param", "body", "body_size"];

    private static readonly string[] s_ofBody =
    [
        "headers",
        "content_type",
        "retry_after",
        "retry_after_date",
        "retry_after_ms",
        "truncate_after",
        "slow_bytes",
        "slow_interval_ms",
        "gzip",
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
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw ApiErrors.WrongType("data", "an array of rules", JobRequestReader.Describe(list));
        }

        return list.GetArrayLength() <= MaxRules
            ? [.. list.EnumerateArray().Select(Read)]
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

        CheckTypes(rule);
        try
        {
            FaultRule read = rule.Deserialize(FaultJson.Default.FaultRule)! with
            {
                Id = null,
                Hits = null,
                Matched = null,
            };
            return Settle(read, name => JobRequestReader.Get(rule, name) is not null);
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

    private static void CheckTypes(JsonElement rule)
    {
        JobRequestReader.CheckNames(rule, string.Empty, s_fields);
        foreach (string name in s_texts)
        {
            JobRequestReader.Text(rule, name, required: false, MaxText);
        }

        foreach ((string name, int least, int most) in s_numbers)
        {
            JobRequestReader.WholeNumber(rule, name, name, least, most, allowAuto: false);
        }

        foreach (string name in s_flags)
        {
            if (
                JobRequestReader.Get(rule, name) is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) } value
            )
            {
                throw ApiErrors.WrongType(name, "a boolean", JobRequestReader.Describe(value));
            }
        }

        CheckText(rule, "body", MaxBody);
        CheckText(rule, "content_type", MaxText);
        if (
            JobRequestReader.Get(rule, "probability") is { } probability
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

        CheckHeaders(rule);
    }

    // Unlike other texts these may be empty.
    private static void CheckText(JsonElement rule, string name, int most)
    {
        if (JobRequestReader.Get(rule, name) is { } value)
        {
            if (value.ValueKind != JsonValueKind.String)
            {
                throw ApiErrors.WrongType(name, "a string", JobRequestReader.Describe(value));
            }

            if (value.GetString()!.Length > most)
            {
                throw ApiErrors.BadRequest(
                    $"Invalid '{name}': at most {most} characters.",
                    name,
                    "string_above_max_length"
                );
            }
        }
    }

    private static void CheckHeaders(JsonElement rule)
    {
        if (JobRequestReader.Object(rule, "headers", "headers") is not { } headers)
        {
            return;
        }

        int count = 0;
        foreach (JsonProperty header in headers.EnumerateObject())
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

            string value =
                header.Value.ValueKind == JsonValueKind.String
                    ? header.Value.GetString()!
                    : throw ApiErrors.WrongType(path, "a string", JobRequestReader.Describe(header.Value));
            CheckHeaderValue(path, value);
        }
    }

    private static void CheckHeaderValue(string path, string value)
    {
        if (value.Length > MaxText || !value.All(c => c is >= ' ' and <= '~'))
        {
            throw ApiErrors.BadRequest(
                $"Invalid '{path}': at most {MaxText} printable ASCII characters.",
                path,
                "invalid_value"
            );
        }
    }

    /// <summary>Checks what the fields mean together.</summary>
    private static FaultRule Settle(FaultRule rule, Func<string, bool> has)
    {
        CheckTarget(rule);
        bool answers = rule.Status is not null || rule.Redirect is not null;
        if (rule.Drop != true && !answers && !has("delay_ms") && !s_ofBody.Any(has))
        {
            throw ApiErrors.BadRequest(
                $"The fault rule does nothing: give it one of {Actions}.",
                "rule",
                "missing_required_parameter"
            );
        }

        if (
            rule.Drop == true
            && s_ofBody.Concat(s_ofAnswer).Concat(["status", "redirect"]).FirstOrDefault(has) is { } other
        )
        {
            throw ApiErrors.BadRequest(
                $"'{other}' does not go with 'drop': a dropped connection has no answer.",
                other,
                "invalid_value"
            );
        }

        if (rule.Status is null && s_ofAnswer.FirstOrDefault(has) is { } ofAnswer)
        {
            throw ApiErrors.BadRequest(
                $"'{ofAnswer}' goes with 'status' only: the real answer keeps its body.",
                ofAnswer,
                "invalid_value"
            );
        }

        if (rule.Redirect is not null && rule.Status is not (null or 301 or 302 or 303 or 307 or 308))
        {
            throw ApiErrors.BadRequest(
                "A redirect has the status 301, 302, 303, 307 or 308.",
                "status",
                "invalid_value"
            );
        }

        if (rule.SlowBytes is null != rule.SlowIntervalMs is null)
        {
            throw ApiErrors.BadRequest(
                "'slow_bytes' and 'slow_interval_ms' go together.",
                rule.SlowBytes is null ? "slow_bytes" : "slow_interval_ms",
                "invalid_value"
            );
        }

        if (rule.RetryAfter is not null && rule.RetryAfterDate is not null)
        {
            throw ApiErrors.BadRequest(
                "'retry_after' and 'retry_after_date' are the same header: give one of them.",
                "retry_after_date",
                "invalid_value"
            );
        }

        CheckHeaderValue("redirect", rule.Redirect ?? string.Empty);
        CheckHeaderValue("content_type", rule.ContentType ?? string.Empty);
        return rule.Seed is null && rule.Probability is > 0 and < 1 ? rule with { Seed = Random.Shared.Next() } : rule;
    }

    private static void CheckTarget(FaultRule rule)
    {
        if (rule.Operation is null == rule.Path is null)
        {
            throw ApiErrors.BadRequest(
                "A fault rule wants an 'operation', or a 'path' instead.",
                "operation",
                "missing_required_parameter"
            );
        }

        if (rule.Operation is { } name && name != "*" && !Operations.Names.Contains(name))
        {
            throw ApiErrors.BadValue(
                "operation",
                name,
                "'*', " + string.Join(", ", Operations.Names.Select(known => $"'{known}'"))
            );
        }

        if (rule.Method is not null && rule.Path is null)
        {
            throw ApiErrors.BadRequest(
                "'method' goes with 'path' only: an operation has its method.",
                "method",
                "invalid_value"
            );
        }

        if (rule.Method is { } method && !s_methods.Contains(method))
        {
            throw ApiErrors.BadValue("method", method, string.Join(", ", s_methods.Select(known => $"'{known}'")));
        }

        if (rule.Path is { } path && !path.StartsWith('/') && !path.StartsWith('*'))
        {
            throw ApiErrors.BadRequest(
                "Invalid 'path': it begins with '/', and '*' stands for anything, as in /v1/files/*.",
                "path",
                "invalid_value"
            );
        }

        if (rule.Path?.StartsWith(ControlEndpoints.Root + "/", StringComparison.OrdinalIgnoreCase) == true)
        {
            throw ApiErrors.BadRequest(
                $"Invalid 'path': faults never touch {ControlEndpoints.Root}.",
                "path",
                "invalid_value"
            );
        }
    }
}
