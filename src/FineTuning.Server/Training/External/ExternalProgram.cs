using System.ComponentModel;
using System.Diagnostics;
using FineTuning.Server.Hosting;

namespace FineTuning.Server.Training.External;

/// <summary>The program that trains: named when the server starts, never by a request.</summary>
internal sealed class ExternalProgram
{
    /// <summary>Keys for hosted services are none of its business. Its own, such as those of model hubs, it
    /// keeps.</summary>
    private static readonly string[] s_hiddenVariables =
    [
        "OPENAI_API_KEY",
        "OPENAI_ADMIN_KEY",
        "OPENAI_ORG_ID",
        "OPENAI_PROJECT_ID",
        "AZURE_OPENAI_API_KEY",
        "AZURE_OPENAI_AD_TOKEN",
    ];

    private readonly string _path;
    private readonly IReadOnlyList<string> _arguments;

    private ExternalProgram(string name, string path, IReadOnlyList<string> arguments) =>
        (Name, _path, _arguments) = (name, path, arguments);

    /// <summary>Stored with its models; they can be opened by a program of the same name only.</summary>
    public string Name { get; }

    /// <param name="command">A path, or a name that is looked up in PATH.</param>
    /// <param name="arguments">Passed on as they are.</param>
    /// <param name="name">How to call it; null takes the file's name.</param>
    /// <exception cref="StartException">There is no such program.</exception>
    public static ExternalProgram Find(string command, IReadOnlyList<string> arguments, string? name)
    {
        string path =
            Candidates(command).FirstOrDefault(File.Exists)
            ?? throw new StartException(
                "--trainer-command",
                $"The program '{command}' is not there. Give the path of a file, or the name of a program in PATH."
            );
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & AnyExecute) == 0)
        {
            throw new StartException(
                "--trainer-command",
                $"The program '{path}' may not be executed. Run: chmod +x '{path}'"
            );
        }

        return new ExternalProgram(
            ExternalTrainer.NamePrefix + (name ?? Path.GetFileNameWithoutExtension(path)),
            path,
            arguments
        );
    }

    /// <exception cref="ProgramStartException">The system refuses to start it.</exception>
    public Process Start()
    {
        var start = new ProcessStartInfo(_path, _arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (string variable in s_hiddenVariables)
        {
            start.Environment.Remove(variable);
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException)
        {
            throw new ProgramStartException($"The external trainer '{Name}' cannot be started: {e.Message}", e);
        }
    }

    private const UnixFileMode AnyExecute =
        UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static IEnumerable<string> Candidates(string command)
    {
        bool isPath = command.AsSpan().ContainsAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        string[] folders = isPath
            ? [Environment.CurrentDirectory]
            : Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        foreach (string? folder in folders.Where(folder => folder.Length > 0))
        {
            string path = Path.GetFullPath(Path.Combine(folder, command));
            yield return path;
            if (OperatingSystem.IsWindows())
            {
                yield return path + ".exe";
            }
        }
    }
}

/// <summary>The program cannot be started.</summary>
internal sealed class ProgramStartException(string message, Exception inner) : Exception(message, inner);
