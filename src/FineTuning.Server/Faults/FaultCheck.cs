using FineTuning.Server.Endpoints;
using FineTuning.Server.Http;

namespace FineTuning.Server.Faults;

/// <summary>Refuses rules whose fields, each in order, make no sense together.</summary>
internal static class FaultCheck
{
    public const int MaxText = 2048;
    private const string Actions =
        "status, drop, delay_ms, redirect, truncate_after, slow_bytes, gzip, content_type, headers, retry_after";

    private static readonly string[] s_methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"];
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

    /// <summary>Checks what the fields mean together.</summary>
    public static FaultRule Settle(FaultRule rule, Func<string, bool> has)
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

    public static void CheckHeaderValue(string path, string value)
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
}
