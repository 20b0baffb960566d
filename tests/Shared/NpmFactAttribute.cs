using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace FineTuning.Tests.Shared;

/// <summary>A test that needs Node and npm. Without them it is shown as skipped, with the reason.</summary>
public sealed class NpmFactAttribute : FactAttribute
{
    private const int OldestNode = 20;
    private static readonly string? s_missing = FindMissing();

    public NpmFactAttribute() => Skip = s_missing;

    /// <summary>A program of Node's, by the name it has on this system.</summary>
    public static string Program(string name) => OperatingSystem.IsWindows() && name == "npm" ? "npm.cmd" : name;

    private static string? FindMissing()
    {
        if (Version("node") is not { } node)
        {
            return "Needs Node, which is not on the PATH.";
        }

        if (
            !int.TryParse(
                node.TrimStart('v').Split('.')[0],
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out int major
            )
            || major < OldestNode
        )
        {
            return $"Needs Node {OldestNode} or later; this is {node}.";
        }

        return Version("npm") is null ? "Needs npm, which is not on the PATH." : null;
    }

    private static string? Version(string program)
    {
        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo(Program(program), "--version") { RedirectStandardOutput = true }
            )!;
            string version = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? version : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
