using System.Net;
using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;

namespace FineTuning.Server.Http;

/// <summary>
/// Keeps web pages in the user's browser away: one that points a host name of its own at this computer is known by its
/// Host header, one that simply sends requests here by its Origin. It stands before all else, and so writes its
/// refusals itself.
/// </summary>
internal sealed class HostCheck(RequestDelegate next, ServerOptions options)
{
    private const int MaxName = 253;

    public Task InvokeAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        string host = request.Host.Host;
        if (!IsOurs(host, context.Connection.LocalIpAddress))
        {
            string name = host.Length <= MaxName ? host : host[..MaxName] + "…";
            return RefuseAsync(
                context,
                $"This server does not answer to the host '{name}'. If it is to be reached under that name, start it "
                    + $"with --allow-host.",
                "host_not_allowed"
            );
        }

        foreach (string? origin in request.Headers.Origin)
        {
            if (!string.Equals(origin, "http://" + request.Host.Value, StringComparison.OrdinalIgnoreCase))
            {
                return RefuseAsync(
                    context,
                    "Requests from web pages of other origins are refused.",
                    "origin_not_allowed"
                );
            }
        }

        return next(context);
    }

    private static Task RefuseAsync(HttpContext context, string message, string code)
    {
        ApiException refusal = new(403, message, code: code);
        return context.WriteJsonAsync(refusal.Body, WireContext.Default.ErrorBody, refusal.Status);
    }

    /// <summary>No page can choose the address it is loaded from: the one that the connection came to is as good as a
    /// loopback name.</summary>
    private bool IsOurs(string host, IPAddress? local) =>
        host is "127.0.0.1" or "[::1]"
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || options.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase)
        || (
            IPAddress.TryParse(host, out IPAddress? address)
            && address.Equals(local is { IsIPv4MappedToIPv6: true } ? local.MapToIPv4() : local)
        );
}
