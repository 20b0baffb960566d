using System.Management.Automation;
using System.Security;
using FineTuning.Completers;
using FineTuning.Connections;
using FineTuning.Core.Client;
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

        var launcher = new LocalServerLauncher(this, OptionsFor(folder));
        FineTuningServerInfo? running = await launcher.FindRunningAsync(cancellationToken);
        FineTuningServerInfo server = running ?? await launcher.StartAsync(cancellationToken);
        FineTuningConnection connection = new ConnectionFactory(this).MakeLocal(server, ApiKey);
        if (running is not null)
        {
            // Whoever started it may have given it a key of its own.
            await ConnectionResolver.CheckAsync(this, connection, cancellationToken);
            await launcher.SetFaultsAsync(server, cancellationToken);
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

    private ServerLaunchOptions OptionsFor(string? folder)
    {
        // The server runs in a folder of its own. A mere name is looked up in PATH.
        char[] separators = [System.IO.Path.DirectorySeparatorChar, System.IO.Path.AltDirectorySeparatorChar];
        bool isPath = TrainerCommand?.IndexOfAny(separators) >= 0;
        return new()
        {
            Folder = folder,
            Port = Port,
            ApiKey = ApiKey,
            Dialect = Dialect,
            Faults = Fault,
            TrainerCount = TrainerCount,
            AllowPython = AllowPython,
            TrainerCommand = isPath ? LocalPath.Target(this, TrainerCommand!) : TrainerCommand,
            TrainerArguments = TrainerArgument,
            TrainerName = TrainerName,
        };
    }
}
