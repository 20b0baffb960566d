using System.Globalization;
using System.Net;
using FineTuning.Core.Client;
using FineTuning.Server.Faults;

namespace FineTuning.Server.Hosting;

/// <summary>How the server was asked to run.</summary>
internal sealed record ServerOptions
{
    public const string HelpText = """
        FineTuning.Server: a local server that speaks the fine-tuning API and trains small models.

          --data <folder>     keep files, jobs and models in this folder; or
          --memory            keep nothing: a temporary folder, deleted when the server stops
          --port <n>          port on 127.0.0.1 (default 0: a free one, printed at start); or
          --urls <url>        one address: http://127.0.0.1:5005, http://[::1]:0, http://*:5005;
                              one that other machines can reach needs --api-key-stdin
          --allow-host <name> answer also to this host name, such as a reverse proxy's; may be repeated
          --api-key-stdin     the first line of standard input is the only key that is accepted;
                              without it any key is
          --dialect <name>    spell the API as openai (the default) or as azure does: paths, statuses, names,
                              errors; docs/local-server.md tells the differences
          --trainers <n>      jobs trained at once, 1 to 64 (default 1)
          --trainer-command <program>
                              train with this program instead of the built-in trainer: a path, or a
                              name in PATH. docs/external-trainer.md says how to write one
          --trainer-argument <text>
                              an argument for it; repeat the option for more, in order
          --trainer-name <name>
                              how to call it (default: its file name): its models can be opened by a
                              trainer of the same name only
          --fault <rule>      let requests go wrong, to test a client: CreateJob:status=503,count=2 or
                              a JSON object; may be repeated, and see docs/local-server.md
          --faults-file <p>   a JSON array of such rules
          --allow-python      run the scripts of python graders, with the rights of the user who runs
                              the server; without it they are refused
          --detached          ignore Ctrl+C and hang-ups: stop by SIGTERM or the control endpoint only
          --parent-pid <n>    stop when this process ends
          --run-file <path>   where to write address, process id and control token
                              (default: run.json in the data folder)
          --help              this text
        """;

    /// <summary>The folder that is served; null with <see cref="Memory"/>.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Nothing is kept.</summary>
    public bool Memory { get; init; }

    public ListenAddress Listen { get; init; } = ListenAddress.Default;

    /// <summary>Names under which it is reached besides the loopback ones.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>The key is the first line of standard input: arguments are visible to every user of the
    /// machine.</summary>
    public bool ApiKeyFromStdin { get; init; }

    /// <summary>The only key that is accepted; null accepts any.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Ctrl+C reaches the whole process group of a terminal; a detached server must outlive it.</summary>
    public bool Detached { get; init; }

    /// <summary>The server stops when this process ends.</summary>
    public int? ParentPid { get; init; }

    /// <summary>Where the run file goes; null is run.json in the data folder.</summary>
    public string? RunFile { get; init; }

    /// <summary>Whose spelling of the API is spoken.</summary>
    public ApiDialect Dialect { get; init; }

    /// <summary>In Azure's dialect: how long a file is being processed after its upload. Not an option of the command
    /// line: tests make it long.</summary>
    public TimeSpan FileProcessingTime { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Jobs trained at once.</summary>
    public int Trainers { get; init; } = 1;

    /// <summary>The program that trains; null is the built-in trainer.</summary>
    public string? TrainerCommand { get; init; }

    /// <summary>The arguments that the trainer program is started with.</summary>
    public IReadOnlyList<string> TrainerArguments { get; init; } = [];

    /// <summary>What it is called; null is its file name.</summary>
    public string? TrainerName { get; init; }

    /// <summary>Fault rules in force from the start.</summary>
    public IReadOnlyList<FaultRule> Faults { get; init; } = [];

    /// <summary>Graders' scripts are run: whoever has a key can then run programs as this user.</summary>
    public bool AllowPython { get; init; }

    public bool Help { get; init; }

    /// <summary>Jobs that may be unfinished at one time. Not an option of the command line: tests make it
    /// small.</summary>
    public int MaxUnfinishedJobs { get; init; } = 10_000;

    /// <summary>The largest upload; the service's own limit. Not an option of the command line: tests make it
    /// small.</summary>
    public long MaxFileBytes { get; init; } = 512L * 1024 * 1024;

    /// <summary>The largest file that arrives in parts; the service's own limit.</summary>
    public long MaxUploadBytes { get; init; } = 8L * 1024 * 1024 * 1024;

    /// <summary>The largest part of it; the service's own limit.</summary>
    public long MaxPartBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>How long the parts may take; the service's own limit.</summary>
    public TimeSpan UploadLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// What unused models may hold in memory. Not an option of the command line either: a quarter of what the process
    /// may have is enough for many models of this size.
    /// </summary>
    public long MaxModelBytes { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>How long a grader's script may run; the service's own limit is two minutes. Not an option: tests make
    /// it short.</summary>
    public TimeSpan ScriptTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A key that is printed by accident must not be shown.</summary>
    public override string ToString() =>
        $"ServerOptions {{ Data = {DataFolder ?? "memory"}, Listen = {Listen.UrlAt(Listen.Port)} }}";

    /// <exception cref="OptionException">An option is unknown, incomplete or out of range.</exception>
    public static ServerOptions Parse(IReadOnlyList<string> arguments)
    {
        ServerOptions options = new();
        HashSet<string> listens = new(StringComparer.Ordinal);
        for (int i = 0; i < arguments.Count; i++)
        {
            string name = arguments[i];
            string? attached = null;
            int equals = name.IndexOf('=', StringComparison.Ordinal);
            if (name.StartsWith("--", StringComparison.Ordinal) && equals > 0)
            {
                (name, attached) = (name[..equals], name[(equals + 1)..]);
            }

            string Value() =>
                attached
                ?? (++i < arguments.Count ? arguments[i] : throw new OptionException($"{name} needs a value."));

            options = name switch
            {
                "--data" => options with { DataFolder = FullPath(name, Value()) },
                "--port" or "--urls" when !listens.Add(name) || listens.Count > 1 => throw new OptionException(
                    "The server listens on one address: give --port or --urls, once."
                ),
                "--port" => options with
                {
                    Listen = new ListenAddress(IPAddress.Loopback, Number(name, Value(), 0, IPEndPoint.MaxPort)),
                },
                "--urls" => options with { Listen = ListenAddress.Parse(name, Value()) },
                "--allow-host" => options with { AllowedHosts = [.. options.AllowedHosts, HostName(name, Value())] },
                "--dialect" => options with { Dialect = DialectOf(name, Value()) },
                "--trainers" => options with { Trainers = Number(name, Value(), 1, 64) },
                "--trainer-command" => options with { TrainerCommand = Text(name, Value()) },
                "--trainer-argument" => options with { TrainerArguments = [.. options.TrainerArguments, Value()] },
                "--trainer-name" => options with { TrainerName = Name(name, Value()) },
                "--parent-pid" => options with { ParentPid = Number(name, Value(), 1, int.MaxValue) },
                "--fault" => options.WithFaults(name, [FaultOption.Read(name, Value())]),
                "--faults-file" => options.WithFaults(name, FaultOption.ReadFile(name, FullPath(name, Value()))),
                "--run-file" => options with { RunFile = FullPath(name, Value()) },
                _ when attached is not null => throw new OptionException(
                    $"Unknown option, or one that takes no value: {name}. See --help."
                ),
                "--allow-python" => options with { AllowPython = true },
                "--memory" => options with { Memory = true },
                "--api-key-stdin" => options with { ApiKeyFromStdin = true },
                "--detached" => options with { Detached = true },
                "--help" or "-h" or "-?" => options with { Help = true },
                _ => throw new OptionException($"Unknown option {name}. See --help."),
            };
        }

        if (!options.Help && options.Memory == (options.DataFolder is not null))
        {
            throw new OptionException(
                options.Memory
                    ? "--data and --memory exclude each other."
                    : "Say where to keep the data: --data <folder>, or --memory to keep nothing."
            );
        }

        if (!options.Help && !options.Listen.IsLoopback && !options.ApiKeyFromStdin)
        {
            throw new OptionException(
                "--urls: other machines can reach this address, so a key is needed: give it with --api-key-stdin, or listen on 127.0.0.1."
            );
        }

        return
            options.TrainerCommand is not null || (options.TrainerArguments.Count == 0 && options.TrainerName is null)
            ? options
            : throw new OptionException(
                "--trainer-argument and --trainer-name belong to a --trainer-command, which is missing."
            );
    }

    private ServerOptions WithFaults(string name, IReadOnlyList<FaultRule> rules) =>
        Faults.Count + rules.Count <= FaultReader.MaxRules
            ? this with
            {
                Faults = [.. Faults, .. rules],
            }
            : throw new OptionException($"{name}: at most {FaultReader.MaxRules} fault rules are kept.");

    private static int Number(string name, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && number >= least
        && number <= most
            ? number
            : throw new OptionException($"{name} needs a whole number from {least} to {most}, not '{text}'.");

    private static ApiDialect DialectOf(string name, string text) =>
        text.Equals("openai", StringComparison.OrdinalIgnoreCase) ? ApiDialect.OpenAI
        : text.Equals("azure", StringComparison.OrdinalIgnoreCase) ? ApiDialect.Azure
        : throw new OptionException($"{name} needs openai or azure, not '{text}'.");

    private static string Text(string name, string text) =>
        string.IsNullOrWhiteSpace(text) || text.StartsWith("--", StringComparison.Ordinal)
            ? throw new OptionException($"{name} needs a value.")
            : text;

    private static string Name(string name, string text) =>
        text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? text
            : throw new OptionException($"{name} needs at most 64 letters, digits and -_. instead of '{text}'.");

    private static string HostName(string name, string text) =>
        Uri.CheckHostName(text) != UriHostNameType.Unknown && text.Length <= 253
            ? text
            : throw new OptionException(
                $"{name} needs a host name without scheme and port, such as llm.example.com, not '{text}'."
            );

    private static string FullPath(string name, string text)
    {
        if (
            string.IsNullOrWhiteSpace(text)
            || text.StartsWith("--", StringComparison.Ordinal)
            || text.Contains('\0', StringComparison.Ordinal)
        )
        {
            throw new OptionException($"{name} needs a path.");
        }

        return Path.GetFullPath(text);
    }
}

/// <summary>The command line cannot be understood; the message is one line for the user.</summary>
internal sealed class OptionException(string message) : Exception(message);

/// <summary>The server cannot start; the message is one line for the user.</summary>
internal sealed class StartException(string message, Exception? inner = null) : Exception(message, inner);
