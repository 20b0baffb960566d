using System.Globalization;

namespace FineTuning.Server.Http;

/// <summary>Gives every request an id, tells it with every answer, and enters the request into the request
/// log.</summary>
internal sealed class RequestIds(RequestDelegate next, RequestLog requestLog)
{
    private const int ClientClosedRequest = 499;

    public static string Of(HttpContext context) => RequestLogDraft.Of(context).RequestId;

    public async Task InvokeAsync(HttpContext context)
    {
        var draft = RequestLogDraft.Begin(context, requestLog);

        // Entered before the first byte of the answer leaves, so that who has the answer finds it in the request log.
        context.Response.OnStarting(() =>
        {
            IHeaderDictionary headers = context.Response.Headers;
            headers["x-request-id"] = draft.RequestId;
            headers["openai-processing-ms"] = ((long)draft.Elapsed.TotalMilliseconds).ToString(
                CultureInfo.InvariantCulture
            );
            headers.XContentTypeOptions = "nosniff";
            draft.Enter(context.Response.StatusCode);
            return Task.CompletedTask;
        });
        try
        {
            await next(context);
        }
        finally
        {
            if (context.RequestAborted.IsCancellationRequested)
            {
                draft.Enter(ClientClosedRequest);
            }
        }
    }
}
