using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FineTuning.LocalServer;

/// <summary>Finds the dotnet command that can run the server.</summary>
internal static class DotnetHost
{
    public const string Framework = "Microsoft.AspNetCore.App";
    public const int MajorVersion = 10;

    /// <summary>The path of a dotnet that has the ASP.NET Core runtime; null if there is none, with what was found
    /// instead.</summary>
    public static string? Find(out string found)
    {
        found = "no dotnet command was found";
        foreach (string path in Candidates().Where(File.Exists).Distinct())
        {
            string runtimes = ListRuntimes(path);
            if (
                runtimes
                    .Split('\n')
                    .Any(line => line.StartsWith($"{Framework} {MajorVersion}.", StringComparison.Ordinal))
            )
            {
                return path;
            }

            found = $"'{path}' has no {Framework} {MajorVersion}";
        }

        return null;
    }

    private static string[] Candidates()
    {
        bool windows = RuntimeInformation.IsOSPlatform(OSPlatform.Windows);
        string name = windows ? "dotnet.exe" : "dotnet";

        IEnumerable<string?> folders = new[] { Environment.GetEnvironmentVariable("DOTNET_ROOT") }
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator))
            .Concat(
                windows
                    ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "dotnet")]
                    :
                    [
                        "/usr/share/dotnet",
                        "/usr/lib/dotnet",
                        "/usr/local/share/dotnet",
                        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet"),
                    ]
            );
        return [.. folders.Where(f => !string.IsNullOrWhiteSpace(f)).Select(f => Path.Combine(f!.Trim('"'), name))];
    }

    private static string ListRuntimes(string dotnet)
    {
        try
        {
            return Ask(dotnet);
        }
        catch (Win32Exception)
        {
            // It does not run here; the next one may.
            return string.Empty;
        }
    }

    private static string Ask(string dotnet)
    {
        var start = new ProcessStartInfo(dotnet, "--list-runtimes")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        ServerProcess.HideSecrets(start);
        using var process = Process.Start(start);
        if (process is null)
        {
            return string.Empty;
        }

        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Replace("\r", string.Empty);
    }
}
