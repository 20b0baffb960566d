using System.Globalization;
using System.Net.Sockets;
using FineTuning.Core.Client;
using FineTuning.Server.Dialects;
using FineTuning.Server.Faults;
using FineTuning.Server.Http;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace FineTuning.Server.Hosting;

/// <summary>Kestrel, and the way of a request to its endpoint.</summary>
internal static class WebServer
{
    /// <summary>A builder with nothing from the environment or from a settings file: two servers started alike behave
    /// alike.</summary>
    public static WebApplicationBuilder NewBuilder(ServerOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = HttpExtensions.MaxJsonBytes;
                kestrel.Limits.MaxRequestLineSize = 64 * 1024;
                kestrel.Limits.MaxRequestBufferSize = 1024 * 1024;
                kestrel.Limits.MaxRequestHeaderCount = 100;
                kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
                kestrel.Limits.MaxConcurrentConnections = 1000;
                kestrel.Listen(options.Listen.Address, options.Listen.Port);
            });
        builder.Services.AddSingleton(options);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        return builder;
    }

    /// <summary>Each stands around all that follow it.</summary>
    public static void UseMiddleware(this WebApplication app, ServerOptions options)
    {
        app.UseMiddleware<RequestIds>();
        app.UseMiddleware<HostCheck>();
        if (options.Dialect == ApiDialect.Azure)
        {
            app.UseMiddleware<AzureMiddleware>();
        }

        app.UseMiddleware<FaultInjection>();
        app.UseMiddleware<ErrorResults>();
        app.UseMiddleware<Authentication>();
        app.UseRouting();
    }

    /// <summary>Starts the background work and listens.</summary>
    /// <returns>The URL of the API.</returns>
    /// <exception cref="StartException">The port cannot be used.</exception>
    public static async Task<string> ListenAsync(this WebApplication app, ServerOptions options)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception e) when (e is SocketException or IOException { InnerException: AddressInUseException })
        {
            ListenAddress wanted = options.Listen;
            throw new StartException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Port {wanted.Port} on {wanted.Address} cannot be used: "
                        + $"{(e.InnerException?.Message ?? e.Message).TrimEnd('.')}. Choose another."
                ),
                e
            );
        }

        IServerAddressesFeature addresses = app
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!;
        return options.Listen.UrlAt(new Uri(addresses.Addresses.Single()).Port)
            + (options.Dialect == ApiDialect.Azure ? "/openai/v1" : "/v1");
    }

    /// <summary>Signals are the process's business, not the host's: tests run several hosts in one process.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
