using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Grading;
using FineTuning.Server.Chat;
using FineTuning.Server.Dialects;
using FineTuning.Server.Endpoints;
using FineTuning.Server.Faults;
using FineTuning.Server.Grading;
using FineTuning.Server.Http;
using FineTuning.Server.Jobs;
using FineTuning.Server.Storage;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.External;
using FineTuning.Server.Training.Runs;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace FineTuning.Server.Hosting;

/// <summary>One running server, from an open folder and socket to both closed. A process or a test can hold
/// several.</summary>
internal sealed class ServerHost : IAsyncDisposable
{
    // One long answer must not hold up all others, on a small machine either.
    private static readonly int s_answersAtOnce = Math.Max(2, Environment.ProcessorCount);
    private const int MaxWaitingForAnswers = 256;
    private static readonly TimeSpan s_drainTime = TimeSpan.FromSeconds(5);
    private readonly Stack<IDisposable> _owned = new();
    private readonly TaskCompletionSource _stopRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? _app;
    private JobRunner? _runner;
    private ModelCache? _models;
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

    public string ControlToken { get; } = Ids.NewToken();

    public string DataFolder { get; private set; } = string.Empty;

    /// <summary>Ends when somebody wants the server to stop: a signal, the control endpoint, the end of the
    /// parent.</summary>
    public Task StopRequested => _stopRequested.Task;

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

    public void RequestStop(string reason)
    {
        if (_stopRequested.TrySetResult())
        {
            Log.Write(LogLevel.Information, "Server", "stops: " + reason);
        }
    }

    /// <summary>Stops taking requests, lets running jobs save their state, and gives back all it holds.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _stopRequested.TrySetResult();
        Task runner = _runner?.DisposeAsync().AsTask() ?? Task.CompletedTask;
        if (_app is not null)
        {
            using CancellationTokenSource timeout = new(s_drainTime);
            await _app.StopAsync(timeout.Token);
            await _app.DisposeAsync();
        }

        await runner;
        if (_models is not null)
        {
            await _models.DisposeAsync();
        }

        while (_owned.TryPop(out IDisposable? owned))
        {
            owned.Dispose();
        }
    }

    private async Task StartAsync(ITrainer? trainer, IDatasetValidator? validator)
    {
        ExternalProgram? program =
            trainer is null && Options.TrainerCommand is { } command
                ? ExternalProgram.Find(command, Options.TrainerArguments, Options.TrainerName)
                : null;
        DataFolder folder = Own(Storage.DataFolder.Open(Options.Memory ? null : Options.DataFolder));
        DataFolder = folder.Root;
        Log = Own(OpenLog(folder));
        if (Options.ApiKey is { } key)
        {
            Own(Redaction.Know(new NetworkCredential(string.Empty, key).SecurePassword));
        }

        Database database = Own(Database.Open(folder.DatabasePath));
        FileStore files = new(database, folder);
        await files.SweepAsync();
        UploadStore uploads = new(database, folder, files, Options.MaxUploadBytes);
        await uploads.SweepAsync();

        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        ConfigureWeb(builder);
        _app = builder.Build();
        ILoggerFactory loggers = _app.Services.GetRequiredService<ILoggerFactory>();
        TrainerSet trainers = new(
            program is null
                ? trainer
                : new ExternalTrainer(
                    program,
                    loggers.CreateLogger<ExternalTrainer>(),
                    new ExternalLimits { ModelBytes = Options.MaxModelBytes }
                )
        );
        JobFinisher finisher = new(database, folder, files);
        _models = new ModelCache(database, folder, trainers, Options.MaxModelBytes, loggers.CreateLogger<ModelCache>());
        ModelAnswers answers = new(
            _models,
            s_answersAtOnce,
            MaxWaitingForAnswers,
            loggers.CreateLogger<ModelAnswers>()
        );
        GraderServices graders = await GraderServicesAsync(database, folder, answers);
        JobBases bases = new(database, folder, trainers.Training);
        _runner = new JobRunner(
            database,
            folder,
            finisher,
            new JobChecks(database, files, validator ?? new CoreDatasetValidator(), bases),
            new JobTraining(
                database,
                folder,
                files,
                bases,
                grader => GraderRewards.Create(grader, graders),
                trainers.Training
            ),
            Options.Trainers,
            loggers.CreateLogger<JobRunner>()
        );

        RequestLog requestLog = new();
        FaultRules faults = new(Options.Faults);
        ControlToken token = new(ControlToken);
        _app.UseMiddleware<RequestIds>(requestLog);
        _app.UseMiddleware<HostCheck>(Options);
        if (Options.Dialect == ApiDialect.Azure)
        {
            _app.UseMiddleware<AzureMiddleware>(Options);
        }

        _app.UseMiddleware<FaultInjection>(faults);
        _app.UseMiddleware<ErrorResults>();
        _app.UseMiddleware<Authentication>(Options);
        _app.UseRouting();
        new FilesEndpoints(database, files, Options.MaxFileBytes).Map(_app);
        new UploadsEndpoints(uploads, Options).Map(_app);
        new JobsEndpoints(
            database,
            new JobActions(database, _runner, finisher, Options.MaxUnfinishedJobs),
            _runner,
            graders
        ).Map(_app);
        new ModelsEndpoints(database, folder, _models).Map(_app);
        new PermissionsEndpoints(database).Map(_app);
        new ChatEndpoints(answers).Map(_app);
        new GradersEndpoints(graders).Map(_app);
        new FaultEndpoints(faults, token).Map(_app);
        new ControlEndpoints(database, requestLog, token, () => RequestStop("asked by the control endpoint")).Map(_app);

        // Listening comes first: a port that is taken must not start any training.
        await ListenAsync(_app);
        await _runner.StartAsync();
        Own(
            RunFile.Write(
                Options.RunFile ?? Path.Combine(folder.Root, "run.json"),
                new RunInfo(
                    Environment.ProcessId,
                    Url,
                    folder.Root,
                    Options.Memory,
                    DateTimeOffset.UtcNow,
                    ControlToken,
                    Version,
                    Options.Dialect.ToString()
                )
            )
        );
        Log.Write(
            LogLevel.Information,
            "Server",
            $"version {Version} listens on "
                + $"{Url}{(Options.Listen.IsAny ? " and all other addresses of this machine" : string.Empty)} and "
                + $"serves {folder.Root}"
        );
    }

    private static FileLog OpenLog(DataFolder folder)
    {
        try
        {
            return new FileLog(folder.LogPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The log '{folder.LogPath}' cannot be written: {e.Message}", e);
        }
    }

    private async Task<GraderServices> GraderServicesAsync(
        Database database,
        DataFolder folder,
        ModelAnswers answers
    ) =>
        new()
        {
            Model = new LocalGraderModel(database, answers),
            Python = Options.AllowPython
                ? new PythonScripts(await PythonInterpreter.FindAsync(), Options.ScriptTime, folder.Scripts)
                : null,
            PythonFix = "Start the server with --allow-python, if all who have a key may run programs on this machine.",
        };

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Push(owned);
        return owned;
    }

    private void ConfigureWeb(WebApplicationBuilder builder)
    {
        // Nothing comes from the environment or from a settings file: two servers started alike behave alike.
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
                kestrel.Listen(Options.Listen.Address, Options.Listen.Port);
            });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Logging.AddProvider(Log);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
    }

    private async Task ListenAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            ListenAddress wanted = Options.Listen;
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
        Url =
            Options.Listen.UrlAt(new Uri(addresses.Addresses.Single()).Port)
            + (Options.Dialect == ApiDialect.Azure ? "/openai/v1" : "/v1");
    }

    /// <summary>Signals are the process's business, not the host's: tests run several hosts in one process.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
