using System;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace FineTuning.Server.Endpoints;

/// <summary>
/// Keeps web pages in the user's browser away: one that points a host name of its own at this computer is known by its Host header, one
/// that simply sends requests here by its Origin.
/// </summary>
internal sealed class LocalOnly(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (!IsLoopback(request.Host.Host))
        {
            throw new ApiException(403, "This server answers requests to 127.0.0.1 and localhost only.", code: "host_not_allowed");
        }

        foreach (string? origin in request.Headers.Origin)
        {
            if (!string.Equals(origin, "http://" + request.Host.Value, StringComparison.OrdinalIgnoreCase))
            {
                throw new ApiException(403, "Requests from web pages of other origins are refused.", code: "origin_not_allowed");
            }
        }

        return next(context);
    }

    private static bool IsLoopback(string host) =>
        host is "127.0.0.1" or "[::1]" || host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
}
