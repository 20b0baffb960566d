using System.Globalization;
using System.Text;
using System.Text.Json;
using FineTuning.Core.Wire;
using FineTuning.Server.Http;

namespace FineTuning.Server.Faults;

/// <summary>What a rule answers instead of the server, and what it changes about the server's own answer.</summary>
internal static class FaultAnswer
{
    private const int Block = 64 * 1024;

    public static async Task WriteAsync(HttpContext context, FaultRule rule)
    {
        HttpResponse response = context.Response;
        response.StatusCode = rule.Status ?? StatusCodes.Status307TemporaryRedirect;
        if (
            response.StatusCode
            is StatusCodes.Status204NoContent
                or StatusCodes.Status205ResetContent
                or StatusCodes.Status304NotModified
        )
        {
            return;
        }

        byte[] body = Body(rule, response.StatusCode, RequestIds.Of(context));
        long padding = Math.Max(0, (rule.BodySize ?? 0) - body.LongLength);
        response.ContentLength = body.Length + padding;
        response.ContentType = TypeOf(body);
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        await response.Body.WriteAsync(body, context.RequestAborted);
        byte[] spaces = padding > 0 ? new byte[Block] : [];
        spaces.AsSpan().Fill((byte)' ');
        for (; padding > 0; padding -= Math.Min(padding, Block))
        {
            await response.Body.WriteAsync(spaces.AsMemory(0, (int)Math.Min(padding, Block)), context.RequestAborted);
        }
    }

    /// <summary>Called when the answer, real or not, is about to leave.</summary>
    public static void SetHeaders(HttpResponse response, FaultRule rule)
    {
        IHeaderDictionary headers = response.Headers;
        if (rule.Gzip == true)
        {
            // What the compressed body comes to is not known yet.
            response.ContentLength = null;
            headers.ContentEncoding = "gzip";
        }

        if (rule.ContentType is { } type)
        {
            response.ContentType = type.Length > 0 ? type : null;
        }

        if (rule.Redirect is not null)
        {
            headers.Location = rule.Redirect;
        }

        if (rule.RetryAfter is { } seconds)
        {
            headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (rule.RetryAfterDate is { } later)
        {
            headers.RetryAfter = DateTimeOffset.UtcNow.AddSeconds(later).ToString("r", CultureInfo.InvariantCulture);
        }

        if (rule.RetryAfterMs is { } milliseconds)
        {
            headers["retry-after-ms"] = milliseconds.ToString(CultureInfo.InvariantCulture);
        }

        if (rule.Headers is not null)
        {
            foreach ((string name, string value) in rule.Headers)
            {
                headers[name] = value;
            }
        }
    }

    private static byte[] Body(FaultRule rule, int status, string requestId)
    {
        if (rule.Body is { } given)
        {
            return Encoding.UTF8.GetBytes(given);
        }

        if (status < 400)
        {
            return [];
        }

        (string type, string? code, string message) = Words(status);
        ErrorBody error = new()
        {
            Error = new ErrorDetail
            {
                Message = rule.Message ?? $"{message} (injected by the fault rule {rule.Id}, request id {requestId})",
                Type = rule.Type ?? type,
                Param = rule.Param,
                Code = rule.Code ?? code,
            },
        };
        return JsonSerializer.SerializeToUtf8Bytes(error, WireContext.Default.ErrorBody);
    }

    private static (string Type, string? Code, string Message) Words(int status) =>
        status switch
        {
            401 => ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
            403 => (
                "invalid_request_error",
                "insufficient_permissions",
                "You have insufficient permissions for this operation."
            ),
            404 => ("invalid_request_error", null, "The requested resource does not exist."),
            409 => ("invalid_request_error", null, "The resource was changed by another request."),
            429 => ("requests", "rate_limit_exceeded", "Rate limit reached for requests."),
            503 => ("server_error", null, "The engine is currently overloaded, please try again later."),
            >= 500 => ("server_error", null, "The server had an error while processing your request."),
            _ => ("invalid_request_error", null, "The request was refused."),
        };

    private static string? TypeOf(byte[] body) =>
        body.Length == 0
            ? null
            : (char)body[0] switch
            {
                '{' or '[' => "application/json",
                '<' => "text/html; charset=utf-8",
                _ => "text/plain; charset=utf-8",
            };
}
