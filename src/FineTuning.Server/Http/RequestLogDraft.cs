using System.Diagnostics;
using FineTuning.Core.Credentials;
using FineTuning.Server.Endpoints;
using FineTuning.Server.Hosting;

namespace FineTuning.Server.Http;

/// <summary>A request that is under way, and what the request log will say of it. It is entered once.</summary>
internal sealed class RequestLogDraft(HttpContext context, RequestLog requestLog, string requestId)
{
    /// <summary>The status of a request whose connection a fault ended without an answer.</summary>
    public const int NoAnswer = 0;

    private const string Item = "request log draft";
    private const int MaxPath = 2048,
        MaxValue = 256;

    private static readonly string[] s_told =
    [
        "accept",
        "accept-encoding",
        "content-type",
        "content-encoding",
        "idempotency-key",
        "openai-beta",
        "openai-organization",
        "openai-project",
        "range",
        "user-agent",
        "x-client-request-id",
        "x-stainless-retry-count",
    ];

    private static readonly string[] s_secret = ["authorization", "api-key"];
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly DateTimeOffset _time = DateTimeOffset.UtcNow;

    // As it was sent: a dialect may have it otherwise by the end.
    private readonly PathString _path = context.Request.Path;
    private bool _entered;

    public string RequestId => requestId;

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    /// <summary>The fault rule that hit it.</summary>
    public string? Fault { get; set; }

    public static RequestLogDraft Of(HttpContext context) => (RequestLogDraft)context.Items[Item]!;

    public static RequestLogDraft Begin(HttpContext context, RequestLog requestLog)
    {
        RequestLogDraft draft = new(context, requestLog, Ids.NewRequest());
        context.Items[Item] = draft;
        return draft;
    }

    public void Enter(int status)
    {
        HttpRequest request = context.Request;

        // Looking must not change what is seen.
        if (_entered || request.Path.StartsWithSegments(ControlEndpoints.Root))
        {
            return;
        }

        _entered = true;
        requestLog.Add(
            new RequestLogEntry(
                request.Method,
                Cut(Redaction.Scrub(_path.ToUriComponent()) + RequestLog.Redact(request.QueryString.Value), MaxPath),
                status,
                _time,
                Math.Round(Elapsed.TotalMilliseconds, 3),
                requestId
            )
            {
                Operation = Operations.Of(request),
                Fault = Fault,
                RequestBytes = request.ContentLength,
                Headers = Headers(request),
            }
        );
    }

    private static Dictionary<string, string> Headers(HttpRequest request)
    {
        Dictionary<string, string> headers = new(StringComparer.Ordinal);
        foreach (string name in s_told.Where(request.Headers.ContainsKey))
        {
            headers[name] = Cut(request.Headers[name].ToString(), MaxValue);
        }

        foreach (string name in s_secret.Where(request.Headers.ContainsKey))
        {
            headers[name] = "present";
        }

        return headers;
    }

    private static string Cut(string text, int max) => text.Length <= max ? text : text[..max] + "…";
}
