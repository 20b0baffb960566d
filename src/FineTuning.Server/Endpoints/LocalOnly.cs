using System;
using System.Threading.Tasks;
using FineTuning.Core.Models;
using Microsoft.AspNetCore.Http;

namespace FineTuning.Server.Endpoints;

/// <summary>
/// Keeps web pages in the user's browser away: one that points a host name of its own at this computer is known by its Host header, one
/// that simply sends requests here by its Origin. It stands before all else, and so writes its refusals itself.
/// </summary>
internal sealed class LocalOnly(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (!IsLoopback(request.Host.Host))
        {
            return RefuseAsync(context, "This server answers requests to 127.0.0.1 and localhost only.", "host_not_allowed");
        }

        foreach (string? origin in request.Headers.Origin)
        {
            if (!string.Equals(origin, "http://" + request.Host.Value, StringComparison.OrdinalIgnoreCase))
            {
                return RefuseAsync(context, "Requests from web pages of other origins are refused.", "origin_not_allowed");
            }
        }

        return next(context);
    }

    private static Task RefuseAsync(HttpContext context, string message, string code)
    {
        ApiException refusal = new(403, message, code: code);
        return context.WriteJsonAsync(refusal.Body, WireContext.Default.ErrorBody, refusal.Status);
    }

    private static bool IsLoopback(string host) =>
        host is "127.0.0.1" or "[::1]" || host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
}
