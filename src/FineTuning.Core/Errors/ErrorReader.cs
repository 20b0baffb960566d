using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace FineTuning.Core.Errors;

/// <summary>Makes an exception of an answer that is not a success, whatever the provider put into it.</summary>
internal static class ErrorReader
{
    public static FineTuningApiException Read(HttpResponseMessage response, string body, DateTimeOffset now)
    {
        int status = (int)response.StatusCode;
        (string? message, string? type, string? param, string? code, string? innerCode) = Parse(body);
        string text = message?.Trim() ?? Describe(response, body);
        return new FineTuningApiException(Classify(status, code, type, text), text)
        {
            StatusCode = status,
            Code = code,
            InnerCode = innerCode,
            Param = param,
            Type = type,
            RequestId = RequestId(response),
            RetryAfter = RetryAfter(response, now) ?? (status == 429 ? RetryAfterInWords(text) : null),
        };
    }

    public static FineTuningApiException Redirected(HttpResponseMessage response)
    {
        // Without its query, which can carry secrets of the gateway.
        Uri? target = response.Headers.Location;
        string where =
            target is null ? "somewhere else"
            : target.IsAbsoluteUri ? target.GetLeftPart(UriPartial.Path)
            : "'" + target.ToString().Split('?')[0] + "'";
        return new FineTuningApiException(
            ApiErrorKind.Redirected,
            $"The server redirects to {where}, which was not followed: the key goes only to the endpoint it was "
                + $"given for."
        )
        {
            StatusCode = (int)response.StatusCode,
            RequestId = RequestId(response),
        };
    }

    public static string? RequestId(HttpResponseMessage response)
    {
        foreach (string name in new[] { "x-request-id", "apim-request-id", "x-ms-request-id" })
        {
            if (response.Headers.TryGetValues(name, out IEnumerable<string>? values))
            {
                return string.Join(",", values);
            }
        }

        return null;
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response, DateTimeOffset now)
    {
        if (
            response.Headers.TryGetValues("retry-after-ms", out IEnumerable<string>? values)
            && double.TryParse(
                string.Concat(values),
                NumberStyles.Float,
                CultureInfo.InvariantCulture,
                out double milliseconds
            )
            && milliseconds is >= 0 and <= 86_400_000
        )
        {
            return TimeSpan.FromMilliseconds(milliseconds);
        }

        RetryConditionHeaderValue? header = response.Headers.RetryAfter;
        TimeSpan? delay = header?.Delta ?? (header?.Date is DateTimeOffset date ? date - now : null);
        return delay < TimeSpan.Zero ? TimeSpan.Zero : delay;
    }

    /// <summary>Azure says it in words too, and a gateway in between may have dropped the header.</summary>
    private static TimeSpan? RetryAfterInWords(string message)
    {
        Match match = Regex.Match(
            message,
            @"\b(?:retry|try again) (?:after|in) (\d{1,5}) second",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
        );
        return
            match.Success && int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) is int seconds and <= 86_400
            ? TimeSpan.FromSeconds(seconds)
            : null;
    }

    private static ApiErrorKind Classify(int status, string? code, string? type, string message)
    {
        if (
            Is("insufficient_quota")
            || Is("billing_hard_limit_reached")
            || Is("billing_not_active")
            || Is("insufficientQuota")
            || Is("quotaExceeded")
        )
        {
            return ApiErrorKind.QuotaExhausted;
        }

        if (status is 400 or 403 or 404 && Says("not eligible", "ineligible", "no longer available to new"))
        {
            return ApiErrorKind.NotEligible;
        }

        if (
            Is("model_not_available")
            || (status == 400 && Says("base model does not support fine-tuning"))
            || (status is 400 or 404 && Is("model_not_found"))
        )
        {
            return ApiErrorKind.ModelNotAvailable;
        }

        // Azure answers 401 for a token that is good and whose identity may not do this.
        if (
            status == 401
            && (
                Is("PermissionDenied")
                || Says("lacks the required data action", "does not have access to API/Operation")
            )
        )
        {
            return ApiErrorKind.PermissionDenied;
        }

        // It needs more tokens than a whole minute allows, so that a repeat would be refused too.
        if (status == 429 && Says("Request too large"))
        {
            return ApiErrorKind.TooLarge;
        }

        return status switch
        {
            401 => ApiErrorKind.AuthenticationFailed,
            403 => ApiErrorKind.PermissionDenied,
            404 => ApiErrorKind.NotFound,
            407 => ApiErrorKind.ProxyRefused,
            408 => ApiErrorKind.Timeout,
            409 => ApiErrorKind.Conflict,
            413 => ApiErrorKind.TooLarge,
            429 => ApiErrorKind.RateLimited,
            >= 500 => ApiErrorKind.ServerError,
            _ => ApiErrorKind.InvalidRequest,
        };

        bool Is(string word) =>
            string.Equals(code, word, StringComparison.OrdinalIgnoreCase)
            || string.Equals(type, word, StringComparison.OrdinalIgnoreCase);

        bool Says(params string[] phrases) =>
            Array.Exists(phrases, p => message.IndexOf(p, StringComparison.OrdinalIgnoreCase) >= 0);
    }

    private static string Describe(HttpResponseMessage response, string body)
    {
        string kind =
            response.Content?.Headers.ContentType?.MediaType is string media && body.Length > 0
                ? $"with a page of {media}"
                : "without a word";
        string reason = string.IsNullOrWhiteSpace(response.ReasonPhrase) ? string.Empty : " " + response.ReasonPhrase;
        return $"The server answered {(int)response.StatusCode}{reason} {kind} instead of an explanation.";
    }

    /// <summary>OpenAI sends {"error":{...}}; others {"error":"text"}, {"message":...} or {"detail":...}, also beside
    /// an error that is null or a flag. Detail can be a list of what is wrong where (FastAPI).</summary>
    private static (string? Message, string? Type, string? Param, string? Code, string? InnerCode) Parse(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out JsonElement error))
            {
                if (error.ValueKind == JsonValueKind.Object)
                {
                    root = error;
                }
                else if (Text(root, "error") is string words && error.ValueKind == JsonValueKind.String)
                {
                    return (words, null, null, null, null);
                }
            }

            return (
                Text(root, "message") ?? Text(root, "detail") ?? Details(root),
                Text(root, "type"),
                Text(root, "param") ?? Text(root, "target"),
                Text(root, "code"),
                InnerCode(root)
            );
        }
        catch (JsonException)
        {
            return default;
        }
    }

    /// <summary>The deepest code: Azure nests errors, under either of two names.</summary>
    private static string? InnerCode(JsonElement error)
    {
        string? code = null;
        while (
            error.ValueKind == JsonValueKind.Object
            && (
                error.TryGetProperty("innererror", out JsonElement inner)
                || error.TryGetProperty("inner_error", out inner)
            )
        )
        {
            code = Text(inner, "code") ?? code;
            error = inner;
        }

        return code;
    }

    private static string? Details(JsonElement root)
    {
        if (
            root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("detail", out JsonElement list)
            || list.ValueKind != JsonValueKind.Array
        )
        {
            return null;
        }

        var sentences = new List<string>();
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (Text(item, "msg") is not string words)
            {
                continue;
            }

            bool hasPlace =
                item.TryGetProperty("loc", out JsonElement place)
                && place.ValueKind == JsonValueKind.Array
                && place.GetArrayLength() > 0;
            sentences.Add(hasPlace ? $"{string.Join(".", place.EnumerateArray())}: {words}" : words);
        }

        return sentences.Count == 0 ? null : string.Join("; ", sentences);
    }

    private static string? Text(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out JsonElement value))
        {
            return null;
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => string.IsNullOrWhiteSpace(value.GetString()) ? null : value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
    }
}
