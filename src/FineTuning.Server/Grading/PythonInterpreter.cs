using System.ComponentModel;
using System.Diagnostics;
using FineTuning.Server.Hosting;

namespace FineTuning.Server.Grading;

/// <summary>Finds the Python that runs graders' scripts.</summary>
internal static class PythonInterpreter
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    /// <summary>The interpreter itself, not a launcher script on the way to it, which would want more of the
    /// environment than scripts get.</summary>
    /// <exception cref="StartException">There is none that works.</exception>
    public static async Task<string> FindAsync()
    {
        foreach (string name in new[] { "python3", "python" })
        {
            if (await AskAsync(name) is { } path)
            {
                return path;
            }
        }

        throw new StartException(
            "--allow-python",
            "It needs Python 3, and neither 'python3' nor 'python' on the PATH is one that works. Install it, or "
                + "leave the option out."
        );
    }

    private static async Task<string?> AskAsync(string name)
    {
        ProcessStartInfo start = new(
            name,
            ["-I", "-c", "import sys; print(sys.executable if sys.version_info >= (3, 7) else '')"]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        using CancellationTokenSource timeout = new(s_timeout);
        try
        {
            using Process process = Process.Start(start)!;
            try
            {
                process.StandardInput.Close();
                Task<string> errors = process.StandardError.ReadToEndAsync(timeout.Token);
                string path = (await process.StandardOutput.ReadToEndAsync(timeout.Token)).Trim();
                await errors;
                await process.WaitForExitAsync(timeout.Token);
                return process.ExitCode == 0 && File.Exists(path) ? path : null;
            }
            finally
            {
                if (!process.HasExited)
                {
                    process.Kill(entireProcessTree: true);
                }
            }
        }
        catch (Exception e) when (e is Win32Exception or OperationCanceledException or IOException)
        {
            return null;
        }
    }
}
