using System.Globalization;
using System.Management.Automation;
using System.Runtime.InteropServices;
using System.Security;
using FineTuning.Completers;
using FineTuning.Connections;
using FineTuning.Core.Client;
using FineTuning.Errors;
using FineTuning.LocalServer;
using FineTuning.Output;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Starts a local server that trains small models, and connects the session to it.</summary>
[Cmdlet(VerbsLifecycle.Start, "FineTuningServer", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
[OutputType(typeof(FineTuningServerInfo))]
public sealed class StartFineTuningServerCommand : AsyncCmdlet
{
    /// <summary>The folder of its data; one in the user's data folder by default.</summary>
    [Parameter(Position = 0, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Keeps nothing, and ends with this session.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Memory")]
    public SwitchParameter Memory { get; set; }

    /// <summary>The port; 0 takes a free one.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>The only key it takes; it takes any by default.</summary>
    [Parameter]
    [SecretTransform("A key", SecretTransformAttribute.Key)]
    [ValidateNotNull]
    public SecureString? ApiKey { get; set; }

    /// <summary>How it spells the API: as OpenAI does, or as Azure OpenAI does.</summary>
    [Parameter]
    public ApiDialect Dialect { get; set; }

    /// <summary>Rules by which requests go wrong: texts such as CreateJob:status=503,count=2, or tables.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ServerFaultCompleter))]
    [ValidateNotNullOrEmpty]
    public object[] Fault { get; set; } = [];

    /// <summary>Jobs trained at once.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int TrainerCount { get; set; } = 1;

    /// <summary>Runs the scripts of python graders.</summary>
    [Parameter]
    public SwitchParameter AllowPython { get; set; }

    /// <summary>The program that trains instead of the built-in trainer.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? TrainerCommand { get; set; }

    /// <summary>Arguments of that program.</summary>
    [Parameter]
    [ValidateNotNull]
    public string[] TrainerArgument { get; set; } = [];

    /// <summary>The name that models of that program remember; its file name by default.</summary>
    [Parameter]
    [ValidatePattern("^[A-Za-z0-9_.-]{1,64}$")]
    public string? TrainerName { get; set; }

    /// <summary>Emits the server.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        string? folder =
            Memory ? null
            : Path is null ? RunFiles.DefaultDataFolder
            : LocalPath.Target(this, Path);
        if (!ShouldProcess(folder ?? "memory", "Start local fine-tuning server"))
        {
            return;
        }

        FineTuningServerInfo? running = await FindRunningAsync(folder, cancellationToken);
        FineTuningServerInfo server = running ?? await StartAsync(folder, cancellationToken);
        FineTuningConnection connection = new ConnectionFactory(this).MakeLocal(server, ApiKey);
        if (running is not null)
        {
            // Whoever started it may have given it a key of its own.
            await ConnectionResolver.CheckAsync(this, connection, cancellationToken);
            await SetFaultsAsync(server, cancellationToken);
        }

        RunspaceState session = RunspaceState.Current;
        session.Servers.RemoveAll(s => s.ProcessId == server.ProcessId);
        session.Servers.Add(server);
        session.Connection = connection;
        if (PassThru)
        {
            WriteObject(server);
        }
    }

    /// <summary>A server that serves the folder already is as good as a new one.</summary>
    private async Task<FineTuningServerInfo?> FindRunningAsync(string? folder, CancellationToken cancellationToken)
    {
        if (folder is null)
        {
            return null;
        }

        string full = System.IO.Path.GetFullPath(folder);
        if (full.Length > System.IO.Path.GetPathRoot(full)!.Length)
        {
            full = full.TrimEnd(System.IO.Path.DirectorySeparatorChar);
        }

        StringComparison rule = RuntimeInformation.IsOSPlatform(OSPlatform.Windows)
            ? StringComparison.OrdinalIgnoreCase
            : StringComparison.Ordinal;
        FineTuningServerInfo? running = RunFiles.Read().FirstOrDefault(s => string.Equals(s.Path, full, rule));
        if (running is null || !await ServerControl.RefreshAsync(running, cancellationToken))
        {
            return null;
        }

        if (Port != 0 && running.Endpoint.Port != Port)
        {
            ThrowTerminatingError(
                ErrorRecords.Invalid(
                    "ServerAlreadyRuns",
                    $"A server for '{folder}' runs already at {running.Endpoint}, on another port.",
                    $"Leave -Port out to use it, or stop it with Stop-FineTuningServer -ProcessId {running.ProcessId}.",
                    folder,
                    ErrorCategory.ResourceExists
                )
            );
        }

        WriteVerbose($"A server for '{folder}' runs already at {running.Endpoint}; this session uses it.");
        if (Dialect != running.Dialect && MyInvocation.BoundParameters.ContainsKey(nameof(Dialect)))
        {
            ThrowTerminatingError(
                ErrorRecords.Invalid(
                    "ServerAlreadyRuns",
                    $"A server for '{folder}' runs already at {running.Endpoint}, and speaks the dialect {running.Dialect}.",
                    $"Leave -Dialect out to use it, or stop it with Stop-FineTuningServer -ProcessId {running.ProcessId}.",
                    folder,
                    ErrorCategory.ResourceExists
                )
            );
        }

        foreach (
            string name in new[]
            {
                nameof(TrainerCount),
                nameof(AllowPython),
                nameof(TrainerCommand),
                nameof(TrainerArgument),
            }
        )
        {
            if (MyInvocation.BoundParameters.ContainsKey(name))
            {
                WriteWarning(
                    $"A server for '{folder}' runs already, so -{name} has no effect. Stop it first with Stop-FineTuningServer."
                );
            }
        }

        return running;
    }

    private async Task SetFaultsAsync(FineTuningServerInfo server, CancellationToken cancellationToken)
    {
        if (Fault.Length == 0)
        {
            return;
        }

        try
        {
            await ServerFaults.ReplaceAsync(server, Fault, cancellationToken);
        }
        catch (ServerControlException e)
        {
            ThrowTerminatingError(
                ErrorRecords.Make(
                    e,
                    "InvalidRequest",
                    ErrorCategory.InvalidArgument,
                    Fault,
                    e.Message,
                    "See the help of Set-FineTuningServerFault for the fields of a rule."
                )
            );
        }
    }

    private List<string> ServerOptions()
    {
        List<string> options = ["--trainers", TrainerCount.ToString(CultureInfo.InvariantCulture)];
        if (Dialect != ApiDialect.OpenAI)
        {
            options.Add("--dialect=" + Dialect);
        }

        foreach (object rule in Fault)
        {
            options.Add("--fault=" + ServerFaults.ToArgument(rule));
        }

        if (AllowPython)
        {
            options.Add("--allow-python");
        }

        if (TrainerCommand is not null)
        {
            // The server runs in a folder of its own. A mere name is looked up in PATH.
            bool isPath =
                TrainerCommand.IndexOfAny([
                    System.IO.Path.DirectorySeparatorChar,
                    System.IO.Path.AltDirectorySeparatorChar,
                ]) >= 0;
            options.Add("--trainer-command=" + (isPath ? LocalPath.Target(this, TrainerCommand) : TrainerCommand));
        }

        if (TrainerName is not null)
        {
            options.Add("--trainer-name=" + TrainerName);
        }

        foreach (string argument in TrainerArgument)
        {
            options.Add("--trainer-argument=" + argument);
        }

        return options;
    }

    private async Task<FineTuningServerInfo> StartAsync(string? folder, CancellationToken cancellationToken)
    {
        string? dotnet = DotnetHost.Find(out string found);
        if (dotnet is null)
        {
            ThrowTerminatingError(
                ErrorRecords.Make(
                    new FileNotFoundException($"The local server needs the ASP.NET Core runtime: {found}."),
                    "AspNetCoreRuntimeMissing",
                    ErrorCategory.NotInstalled,
                    DotnetHost.Framework,
                    $"The local server needs the ASP.NET Core runtime {DotnetHost.MajorVersion}, and {found}.",
                    $"Install it from https://dotnet.microsoft.com/download/dotnet/{DotnetHost.MajorVersion}.0 (ASP.NET Core Runtime), or with the package manager as aspnetcore-runtime-{DotnetHost.MajorVersion}.0."
                )
            );
        }

        if (!File.Exists(ServerProcess.Program))
        {
            ThrowTerminatingError(
                ErrorRecords.Make(
                    new FileNotFoundException($"The server's program '{ServerProcess.Program}' is not there."),
                    "ServerMissing",
                    ErrorCategory.NotInstalled,
                    ServerProcess.Program,
                    $"The server's program '{ServerProcess.Program}' is not there.",
                    "Install the module again, or run ./build.ps1 in its repository."
                )
            );
        }

        try
        {
            using var line = new ProgressLine(this, "Starting the local fine-tuning server");
            line.Report(folder ?? "in memory");
            return await ServerProcess.StartAsync(dotnet!, folder, Port, ApiKey, ServerOptions(), cancellationToken);
        }
        catch (Exception e)
            when (e
                    is InvalidOperationException
                        or IOException
                        or UnauthorizedAccessException
                        or System.ComponentModel.Win32Exception
            )
        {
            string reason = ToParameters(e.Message.TrimEnd('.'));
            ThrowTerminatingError(
                ErrorRecords.Make(
                    e,
                    "ServerNotStarted",
                    ErrorCategory.OpenError,
                    folder,
                    $"The local server did not start: {reason}.",
                    reason == e.Message.TrimEnd('.')
                        ? "Get-FineTuningServer lists running servers; -Path and -Port choose another folder and port."
                        : "Get-Help Start-FineTuningServer -Full explains its parameters."
                )
            );
            throw;
        }
    }

    /// <summary>The server speaks of its own options.</summary>
    private static string ToParameters(string message) =>
        new[]
        {
            ("--fault", "-Fault"),
            ("--trainer-command", "-TrainerCommand"),
            ("--trainer-argument", "-TrainerArgument"),
            ("--trainer-name", "-TrainerName"),
            ("--port or --urls", "-Port"),
        }.Aggregate(message, (text, names) => text.Replace(names.Item1, names.Item2));
}
