using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace FineTuning.Core.Errors;

/// <summary>Makes an exception of an answer that is not a success, whatever the provider put into it.</summary>
internal static class ErrorReader
{
    private const int MaxRaw = 300;

    public static FineTuningApiException Read(HttpResponseMessage response, string body, DateTimeOffset now)
    {
        int status = (int)response.StatusCode;
        var words = ErrorWords.Parse(body);
        string text = words.Message?.Trim() ?? Describe(response, body);
        return Make(response, words, text, status, Classify(status, words.Code, words.Type, text), now);
    }

    /// <summary>Reads an error that came in the body of a success. A status that it names counts like the answer's own;
    /// without one its words say what kind of error it is, and where they do not, it is not asked again.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="error">The part of it that is the error.</param>
    /// <param name="now">The time.</param>
    /// <param name="isLast">Whether the request is not sent again; null leaves it to the words.</param>
    public static FineTuningApiException ReadSpoken(
        HttpResponseMessage response,
        JsonElement error,
        DateTimeOffset now,
        bool? isLast = null
    )
    {
        var words = ErrorWords.Read(error);
        string raw = error.GetRawText();
        string text =
            words.Message?.Trim()
            ?? $"The server answered with an error: {(raw.Length > MaxRaw ? raw.Substring(0, MaxRaw) + "…" : raw)}";
        int? status = words.Status ?? ErrorStatusWords.Find(words.Code) ?? ErrorStatusWords.Find(words.Type);
        ApiErrorKind kind = Classify(status ?? (int)response.StatusCode, words.Code, words.Type, text);
        bool isUnknown = status is null && kind == ApiErrorKind.InvalidRequest;
        return Make(
            response,
            words,
            text,
            words.Status ?? (int)response.StatusCode,
            isUnknown ? ApiErrorKind.ServerError : kind,
            now,
            isLast ?? isUnknown,
            isSpoken: true
        );
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

    private static FineTuningApiException Make(
        HttpResponseMessage response,
        ErrorWords words,
        string text,
        int status,
        ApiErrorKind kind,
        DateTimeOffset now,
        bool isLast = false,
        bool isSpoken = false
    ) =>
        new(kind, text)
        {
            StatusCode = status,
            Code = words.Code,
            InnerCode = words.InnerCode,
            Param = words.Param,
            Type = words.Type,
            RequestId = RequestId(response),
            RetryAfter =
                RetryAfter(response, now) ?? (kind == ApiErrorKind.RateLimited ? RetryAfterInWords(text) : null),
            IsLast = isLast,
            IsSpoken = isSpoken,
        };

    private static string Describe(HttpResponseMessage response, string body)
    {
        string kind =
            response.Content?.Headers.ContentType?.MediaType is string media && body.Length > 0
                ? $"with a page of {media}"
                : "without a word";
        string reason = string.IsNullOrWhiteSpace(response.ReasonPhrase) ? string.Empty : " " + response.ReasonPhrase;
        return $"The server answered {(int)response.StatusCode}{reason} {kind} instead of an explanation.";
    }
}
