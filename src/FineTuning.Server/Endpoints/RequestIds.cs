using System;
using System.Diagnostics;
using System.Globalization;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace FineTuning.Server.Endpoints;

/// <summary>Gives every request an id, tells it with every answer, and enters the request into the journal.</summary>
internal sealed class RequestIds(RequestDelegate next, Journal journal)
{
    private const string Item = "request id";
    private const int ClientClosedRequest = 499;

    public static string Of(HttpContext context) => (string)context.Items[Item]!;

    public async Task InvokeAsync(HttpContext context)
    {
        long start = Stopwatch.GetTimestamp();
        DateTimeOffset time = DateTimeOffset.UtcNow;
        string id = Ids.NewRequest();
        context.Items[Item] = id;
        bool entered = false;

        // Entered before the first byte of the answer leaves, so that who has the answer finds it in the journal.
        context.Response.OnStarting(() =>
        {
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            IHeaderDictionary headers = context.Response.Headers;
            headers["x-request-id"] = id;
            headers["openai-processing-ms"] = ((long)elapsed.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
            headers.XContentTypeOptions = "nosniff";
            entered = true;
            journal.Add(context.Request, context.Response.StatusCode, time, elapsed, id);
            return Task.CompletedTask;
        });
        try
        {
            await next(context);
        }
        finally
        {
            if (!entered && context.RequestAborted.IsCancellationRequested)
            {
                journal.Add(context.Request, ClientClosedRequest, time, Stopwatch.GetElapsedTime(start), id);
            }
        }
    }
}
