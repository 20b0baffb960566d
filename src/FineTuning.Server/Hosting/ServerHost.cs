using System.Net;
using System.Reflection;
using FineTuning.Core.Credentials;
using FineTuning.Server.Chat;
using FineTuning.Server.Endpoints;
using FineTuning.Server.Faults;
using FineTuning.Server.Grading;
using FineTuning.Server.Http;
using FineTuning.Server.Jobs;
using FineTuning.Server.Storage;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Runs;

namespace FineTuning.Server.Hosting;

/// <summary>One running server, from an open folder and socket to both closed. A process or a test can hold
/// several.</summary>
internal sealed class ServerHost : IAsyncDisposable
{
    private static readonly TimeSpan s_drainTime = TimeSpan.FromSeconds(5);

    // What is there before the container and after it: the log tells what the container fails with, and the folder's
    // lock is given up last.
    private readonly Stack<IDisposable> _ground = new();
    private WebApplication? _app;
    private StopSignal? _stop;
    private int _disposed;

    private ServerHost(ServerOptions options) => Options = options;

    public static string Version { get; } =
        typeof(ServerHost)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0]
        ?? "0.0.0";

    public ServerOptions Options { get; }

    /// <summary>Such as <c>http://127.0.0.1:5005/v1</c>, or <c>http://127.0.0.1:5005/openai/v1</c> in Azure's
    /// dialect.</summary>
    public string Url { get; private set; } = string.Empty;

    public string ControlToken { get; private set; } = string.Empty;

    public string DataFolder { get; private set; } = string.Empty;

    /// <summary>Ends when somebody wants the server to stop: a signal, the control endpoint, the end of the
    /// parent.</summary>
    public Task StopRequested => _stop!.Requested;

    public FileLog Log { get; private set; } = null!;

    /// <summary>All that is mapped; a test sees to it that each route of the API has a name for fault rules and
    /// request log.</summary>
    public IEnumerable<Endpoint> Routes =>
        ((IEndpointRouteBuilder)_app!).DataSources.SelectMany(source => source.Endpoints);

    /// <param name="options">How to run.</param>
    /// <param name="trainer">Trains the jobs; null is the built-in one.</param>
    /// <param name="validator">Checks the files; null is Core's checks.</param>
    /// <exception cref="StartException">It cannot start; the message says why in one line.</exception>
    public static async Task<ServerHost> StartAsync(
        ServerOptions options,
        ITrainer? trainer = null,
        IDatasetValidator? validator = null
    )
    {
        ServerHost host = new(options);
        try
        {
            await host.StartAsync(trainer, validator);
            return host;
        }
        catch (Exception e)
        {
            host.Log?.Write(LogLevel.Critical, "Server", "did not start", e);
            await host.DisposeAsync();
            throw;
        }
    }

    public void RequestStop(string reason) => _stop!.Request(reason);

    /// <summary>Stops taking requests, lets running jobs save their state, and gives back all it holds.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _stop?.Complete();
        if (_app is not null)
        {
            using CancellationTokenSource timeout = new(s_drainTime);
            await _app.StopAsync(timeout.Token);
            await _app.DisposeAsync();
        }

        while (_ground.TryPop(out IDisposable? held))
        {
            held.Dispose();
        }
    }

    private async Task StartAsync(ITrainer? trainer, IDatasetValidator? validator)
    {
        WebApplicationBuilder builder = WebServer.NewBuilder(Options);
        builder.Services.AddTraining(Options, trainer);
        DataFolder folder = Ground(Storage.DataFolder.Open(Options.Memory ? null : Options.DataFolder));
        DataFolder = folder.Root;
        Log = Ground(FileLog.Open(folder));
        if (Options.ApiKey is { } key)
        {
            Ground(Redaction.Know(new NetworkCredential(string.Empty, key).SecurePassword));
        }

        builder.Logging.AddProvider(Log).AddFilter("Microsoft", LogLevel.Warning);
        builder
            .Services.AddSingleton(Log)
            .AddSingleton<StopSignal>()
            .AddSingleton<RunFile>()
            .AddStorage(folder)
            .AddJobs(validator)
            .AddChat()
            .AddGrading(Options)
            .AddHttp()
            .AddFaults(Options)
            .AddEndpoints();
        _app = builder.Build();
        _stop = _app.Services.GetRequiredService<StopSignal>();
        ControlToken = _app.Services.GetRequiredService<ControlToken>().Value;

        // The container gives back in the reverse order: models are closed before the run file goes, and nothing
        // outlives the database.
        _app.Services.GetRequiredService<Database>();
        RunFile runFile = _app.Services.GetRequiredService<RunFile>();
        _app.UseMiddleware(Options);
        _app.MapEndpoints();
        Url = await _app.ListenAsync(Options);
        runFile.Write(Url);
        Log.Write(
            LogLevel.Information,
            "Server",
            $"version {Version} listens on "
                + $"{Url}{(Options.Listen.IsAny ? " and all other addresses of this machine" : string.Empty)} and "
                + $"serves {folder.Root}"
        );
    }

    private T Ground<T>(T held)
        where T : IDisposable
    {
        _ground.Push(held);
        return held;
    }
}
