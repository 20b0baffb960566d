using System.Globalization;
using System.Security;
using FineTuning.Core.Client;

namespace FineTuning.LocalServer;

/// <summary>How a local server is to be started.</summary>
internal sealed record ServerLaunchOptions
{
    /// <summary>The folder of its data; null keeps nothing.</summary>
    public string? Folder { get; init; }

    /// <summary>The port; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The only key it takes; null takes any.</summary>
    public SecureString? ApiKey { get; init; }

    /// <summary>How it spells the API.</summary>
    public ApiDialect Dialect { get; init; }

    /// <summary>Rules by which requests go wrong, as texts or tables.</summary>
    public required object[] Faults { get; init; }

    /// <summary>Jobs trained at once.</summary>
    public int TrainerCount { get; init; }

    /// <summary>Runs the scripts of python graders.</summary>
    public bool AllowPython { get; init; }

    /// <summary>The program that trains, as a full path or a name to look up; null is the built-in trainer.</summary>
    public string? TrainerCommand { get; init; }

    /// <summary>Arguments of that program.</summary>
    public required string[] TrainerArguments { get; init; }

    /// <summary>The name that models of that program remember; null is its file name.</summary>
    public string? TrainerName { get; init; }

    /// <summary>The options beyond folder, port and key, as the server takes them.</summary>
    public List<string> ToArguments()
    {
        List<string> arguments = ["--trainers", TrainerCount.ToString(CultureInfo.InvariantCulture)];
        if (Dialect != ApiDialect.OpenAI)
        {
            arguments.Add("--dialect=" + Dialect);
        }

        arguments.AddRange(Faults.Select(rule => "--fault=" + ServerFaults.ToArgument(rule)));
        if (AllowPython)
        {
            arguments.Add("--allow-python");
        }

        if (TrainerCommand is not null)
        {
            arguments.Add("--trainer-command=" + TrainerCommand);
        }

        if (TrainerName is not null)
        {
            arguments.Add("--trainer-name=" + TrainerName);
        }

        arguments.AddRange(TrainerArguments.Select(argument => "--trainer-argument=" + argument));
        return arguments;
    }
}
