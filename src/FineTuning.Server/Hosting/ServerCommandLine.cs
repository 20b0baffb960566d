using System.CommandLine;
using System.CommandLine.Help;
using System.Net;
using FineTuning.Server.Faults;

namespace FineTuning.Server.Hosting;

/// <summary>The server's command line: what the options are called, mean and do, said once for parsing and
/// help.</summary>
internal static class ServerCommandLine
{
    private static readonly Setting[] s_settings =
    [
        Setting.WithValue(
            "--data",
            "folder",
            "keep files, jobs and models in this folder; or",
            (options, name, text) => options with { DataFolder = OptionValue.FullPath(name, text) }
        ),
        Setting.Switch(
            "--memory",
            "keep nothing: a temporary folder, deleted when the server stops",
            options => options with { Memory = true }
        ),
        Setting.WithValue(
            "--port",
            "n",
            "port on 127.0.0.1 (default 0: a free one, printed at start); or",
            (options, name, text) =>
                options with
                {
                    Listen = new ListenAddress(
                        IPAddress.Loopback,
                        OptionValue.Number(name, text, 0, IPEndPoint.MaxPort)
                    ),
                }
        ),
        Setting.WithValue(
            "--urls",
            "url",
            "one address: http://127.0.0.1:5005, http://[::1]:0, http://*:5005; one that other machines can reach "
                + "needs --api-key-stdin",
            (options, name, text) => options with { Listen = ListenAddress.Parse(name, text) }
        ),
        Setting.WithValue(
            "--allow-host",
            "name",
            "answer also to this host name, such as a reverse proxy's; may be repeated",
            (options, name, text) =>
                options with
                {
                    AllowedHosts = [.. options.AllowedHosts, OptionValue.HostName(name, text)],
                }
        ),
        Setting.Switch(
            "--api-key-stdin",
            "the first line of standard input is the only key that is accepted; without it any key is",
            options => options with { ApiKeyFromStdin = true }
        ),
        Setting.WithValue(
            "--dialect",
            "name",
            "spell the API as openai (the default) or as azure does: paths, statuses, names, errors; "
                + "docs/local-server.md tells the differences",
            (options, name, text) => options with { Dialect = OptionValue.DialectOf(name, text) }
        ),
        Setting.WithValue(
            "--trainers",
            "n",
            "jobs trained at once, 1 to 64 (default 1)",
            (options, name, text) => options with { Trainers = OptionValue.Number(name, text, 1, 64) }
        ),
        Setting.WithValue(
            "--trainer-command",
            "program",
            "train with this program instead of the built-in trainer: a path, or a name in PATH. "
                + "docs/external-trainer.md says how to write one",
            (options, name, text) => options with { TrainerCommand = OptionValue.Text(name, text) }
        ),
        Setting.WithValue(
            "--trainer-argument",
            "text",
            "an argument for it; repeat the option for more, in order",
            (options, _, text) => options with { TrainerArguments = [.. options.TrainerArguments, text] }
        ),
        Setting.WithValue(
            "--trainer-name",
            "name",
            "how to call it (default: its file name): its models can be opened by a trainer of the same name only",
            (options, name, text) => options with { TrainerName = OptionValue.Name(name, text) }
        ),
        Setting.WithValue(
            "--fault",
            "rule",
            "let requests go wrong, to test a client: CreateJob:status=503,count=2 or a JSON object; may be "
                + "repeated, and see docs/local-server.md",
            (options, name, text) => WithFaults(options, name, [FaultOption.Read(name, text)])
        ),
        Setting.WithValue(
            "--faults-file",
            "path",
            "a JSON array of such rules",
            (options, name, text) =>
                WithFaults(options, name, FaultOption.ReadFile(name, OptionValue.FullPath(name, text)))
        ),
        Setting.Switch(
            "--allow-python",
            "run the scripts of python graders, with the rights of the user who runs the server; without it they are "
                + "refused",
            options => options with { AllowPython = true }
        ),
        Setting.Switch(
            "--detached",
            "ignore Ctrl+C and hang-ups: stop by SIGTERM or the control endpoint only",
            options => options with { Detached = true }
        ),
        Setting.WithValue(
            "--parent-pid",
            "n",
            "stop when this process ends",
            (options, name, text) => options with { ParentPid = OptionValue.Number(name, text, 1, int.MaxValue) }
        ),
        Setting.WithValue(
            "--run-file",
            "path",
            "where to write address, process id and control token (default: run.json in the data folder)",
            (options, name, text) => options with { RunFile = OptionValue.FullPath(name, text) }
        ),
        new(
            new HelpOption("--help", "-h", "-?") { Description = "this text" },
            TakesValue: false,
            (options, _, _) => options with { Help = true }
        ),
    ];

    private static readonly Dictionary<string, Setting> s_byName = s_settings
        .SelectMany(setting => setting.Option.Aliases.Append(setting.Option.Name).Select(name => (name, setting)))
        .ToDictionary(pair => pair.name, pair => pair.setting, StringComparer.Ordinal);

    /// <summary>A value that begins with @ is a value, and -abc is no three options.</summary>
    private static readonly ParserConfiguration s_configuration = new()
    {
        ResponseFileTokenReplacer = null,
        EnablePosixBundling = false,
    };

    private static readonly RootCommand s_command = CreateCommand();

    /// <exception cref="OptionException">An option is unknown, incomplete or out of range.</exception>
    public static ServerOptions Parse(IReadOnlyList<string> arguments)
    {
        ParseResult result = s_command.Parse(KeepValues(arguments), s_configuration);
        if (result.UnmatchedTokens is [string unknown, ..])
        {
            // What is behind the sign may be a key.
            throw new OptionException(
                null,
                $"Unknown option, or a value that none takes: {unknown.Split('=')[0]}. See --help."
            );
        }

        ServerOptions options = new();
        HashSet<string> listens = new(StringComparer.Ordinal);
        for (int i = 0; i < result.Tokens.Count; i++)
        {
            string name = result.Tokens[i].Value;
            Setting setting = s_byName[name];
            if (name is "--port" or "--urls" && (!listens.Add(name) || listens.Count > 1))
            {
                throw new OptionException(null, "The server listens on one address: give --port or --urls, once.");
            }

            if (setting.TakesValue && ++i == result.Tokens.Count)
            {
                throw new OptionException(name, "A value is needed.");
            }

            options = setting.Apply(options, name, result.Tokens[i].Value);
        }

        return options.Help ? options : Check(options);
    }

    public static void WriteHelp(TextWriter output) =>
        s_command.Parse(["--help"], s_configuration).Invoke(new InvocationConfiguration { Output = output });

    private static RootCommand CreateCommand()
    {
        RootCommand command = new(
            "FineTuning.Server: a local server that speaks the fine-tuning API and trains small models."
        );
        command.Options.Clear();
        command.Directives.Clear();
        foreach (Setting setting in s_settings)
        {
            command.Options.Add(setting.Option);
        }

        return command;
    }

    /// <summary>Two values that the parser takes for something else: none behind a sign, and two dashes
    /// alone.</summary>
    private static List<string> KeepValues(IReadOnlyList<string> arguments)
    {
        List<string> kept = [];
        foreach (string argument in arguments)
        {
            if (argument.StartsWith("--", StringComparison.Ordinal) && argument.IndexOf('=') == argument.Length - 1)
            {
                kept.AddRange([argument[..^1], string.Empty]);
            }
            else if (argument == "--" && kept.Count > 0)
            {
                kept[^1] += "=--";
            }
            else
            {
                kept.Add(argument);
            }
        }

        return kept;
    }

    private static ServerOptions Check(ServerOptions options)
    {
        if (options.Memory == (options.DataFolder is not null))
        {
            throw new OptionException(
                null,
                options.Memory
                    ? "--data and --memory exclude each other."
                    : "Say where to keep the data: --data <folder>, or --memory to keep nothing."
            );
        }

        if (!options.Listen.IsLoopback && !options.ApiKeyFromStdin)
        {
            throw new OptionException(
                "--urls",
                "Other machines can reach this address, so a key is needed: give it with --api-key-stdin, or listen "
                    + "on 127.0.0.1."
            );
        }

        return options.TrainerCommand is not null ? options
            : options.TrainerArguments.Count > 0
                ? throw new OptionException("--trainer-argument", "It needs a --trainer-command.")
            : options.TrainerName is not null
                ? throw new OptionException("--trainer-name", "It needs a --trainer-command.")
            : options;
    }

    private static ServerOptions WithFaults(ServerOptions options, string name, IReadOnlyList<FaultRule> rules) =>
        options.Faults.Count + rules.Count <= FaultReader.MaxRules
            ? options with
            {
                Faults = [.. options.Faults, .. rules],
            }
            : throw new OptionException(name, $"At most {FaultReader.MaxRules} fault rules are kept.");

    /// <summary>An option and what it does to the options so far, in the order in which they are given.</summary>
    private sealed record Setting(
        Option Option,
        bool TakesValue,
        Func<ServerOptions, string, string, ServerOptions> Apply
    )
    {
        public static Setting WithValue(
            string name,
            string valueName,
            string description,
            Func<ServerOptions, string, string, ServerOptions> apply
        ) =>
            new(
                new Option<string[]>(name)
                {
                    HelpName = valueName,
                    Description = description,
                    Arity = ArgumentArity.OneOrMore,
                },
                TakesValue: true,
                apply
            );

        public static Setting Switch(string name, string description, Func<ServerOptions, ServerOptions> apply) =>
            new(
                new Option<bool>(name) { Description = description, Arity = ArgumentArity.Zero },
                TakesValue: false,
                (options, _, _) => apply(options)
            );
    }
}
