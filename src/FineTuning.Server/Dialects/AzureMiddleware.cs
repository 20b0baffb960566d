using System.Globalization;
using FineTuning.Core.Wire;
using FineTuning.Server.Endpoints;
using FineTuning.Server.Hosting;
using FineTuning.Server.Http;

namespace FineTuning.Server.Dialects;

/// <summary>
/// The way in for clients of Azure's dialect: their paths become the server's own, and the request remembers how its
/// answer is to be spelled. What Azure does not have is refused here. The server's control paths stay as they are.
/// </summary>
internal sealed class AzureMiddleware
{
    // Before it, fine-tuning had other paths.
    private static readonly DateOnly s_firstVersion = new(2023, 9, 15);

    private readonly RequestDelegate _next;
    private readonly AzureDialect _v1,
        _dated;

    public AzureMiddleware(RequestDelegate next, ServerOptions options)
    {
        AzureFiles files = new(options.FileProcessingTime);
        (_next, _v1, _dated) = (next, new AzureDialect(isDated: false, files), new AzureDialect(isDated: true, files));
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments(ControlEndpoints.Root))
        {
            return _next(context);
        }

        // Set late: a refusal begins its answer anew.
        context.Response.OnStarting(() =>
        {
            context.Response.Headers["apim-request-id"] = Guid.NewGuid().ToString();
            return Task.CompletedTask;
        });
        (AzureDialect dialect, ApiException? refusal) = Enter(context.Request);
        context.Features.Set<Dialect>(dialect);
        return refusal is null
            ? _next(context)
            : context.WriteJsonAsync(refusal.Body, WireContext.Default.ErrorBody, refusal.Status);
    }

    private (AzureDialect Dialect, ApiException? Refusal) Enter(HttpRequest request)
    {
        string? version = request.Query["api-version"];
        if (!request.Path.StartsWithSegments("/openai", out PathString rest))
        {
            return (_v1, AzureErrors.ResourceNotFound());
        }

        bool isV1 = rest.StartsWithSegments("/v1", out PathString inner);
        AzureDialect dialect = isV1 ? _v1 : _dated;
        if (isV1 && version is not (null or "v1" or "preview"))
        {
            return (dialect, AzureErrors.VersionNotSupported());
        }

        // Without a version, or with one that is none, Azure knows nothing under the older paths.
        if (!isV1 && !IsDate(version))
        {
            return (dialect, AzureErrors.ResourceNotFound());
        }

        request.PathBase = "/openai";
        request.Path = "/v1" + (isV1 ? inner : rest);
        return (dialect, dialect.Has(Operations.Of(request)) ? null : AzureErrors.ResourceNotFound());
    }

    private static bool IsDate(string? version)
    {
        const string Preview = "-preview";
        string date =
            version is not null && version.EndsWith(Preview, StringComparison.Ordinal)
                ? version[..^Preview.Length]
                : version ?? string.Empty;
        return DateOnly.TryParseExact(
                date,
                "yyyy-MM-dd",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out DateOnly day
            )
            && day >= s_firstVersion;
    }
}
