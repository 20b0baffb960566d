using FineTuning.Core.Wire;
using FineTuning.Server.Storage;

namespace FineTuning.Server.Http;

/// <summary>Turns everything that goes wrong into the service's error body: no answer is empty, HTML or a stack
/// trace.</summary>
internal sealed partial class ErrorResults(RequestDelegate next, ILogger<ErrorResults> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        ApiException refusal;
        try
        {
            await next(context);
            if (context.Response.HasStarted || context.Response.StatusCode < 400)
            {
                return;
            }

            if (
                HttpMethods.IsOptions(request.Method)
                && context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed
            )
            {
                // Routing has told in 'Allow' what was asked.
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
            }

            // Only routing itself answers without a body.
            refusal =
                context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed
                    ? ApiErrors.MethodNotSupported(request.Method, request.Path)
                    : ApiErrors.InvalidUrl(request.Method, request.Path);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (ApiException e)
        {
            refusal = e;
        }
        catch (BadHttpRequestException e)
        {
            refusal = new ApiException(e.StatusCode, e.Message);
        }
        catch (Exception e) when (DiskFull.Is(e))
        {
            LogFailure(e, RequestIds.Of(context));
            refusal = new ApiException(
                507,
                "The disk that holds the server's data is full: nothing was stored.",
                "server_error",
                code: "disk_full"
            );
        }
        catch (Exception e)
        {
            LogFailure(e, RequestIds.Of(context));
            refusal = new ApiException(
                500,
                $"The server had an error while processing your request. Its log tells more under the request id "
                    + $"{RequestIds.Of(context)}.",
                "server_error"
            );
        }

        if (context.Response.HasStarted)
        {
            // Part of an answer must not look like a whole one.
            context.Abort();
            return;
        }

        string? allow = context.Response.Headers.Allow;
        context.Response.Clear();
        context.Response.Headers.Allow = allow;
        foreach ((string name, string value) in refusal.Headers)
        {
            context.Response.Headers[name] = value;
        }

        await context.WriteJsonAsync(refusal.Body, WireContext.Default.ErrorBody, refusal.Status);
    }

    [LoggerMessage(LogLevel.Error, "Request {RequestId} failed")]
    private partial void LogFailure(Exception e, string requestId);
}
