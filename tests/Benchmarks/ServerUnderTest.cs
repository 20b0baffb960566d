using System.Diagnostics;

namespace FineTuning.Benchmarks;

/// <summary>The project's own server, as a process of its own that keeps nothing.</summary>
internal sealed class ServerUnderTest : IDisposable
{
    private const string Greeting = "FineTuning server listening on ";
    private readonly Process _process;

    private ServerUnderTest(Process process, Uri endpoint) => (_process, Endpoint) = (process, endpoint);

    /// <summary>The base of its API.</summary>
    public Uri Endpoint { get; }

    /// <param name="program">The server's assembly.</param>
    public static async Task<ServerUnderTest> StartAsync(string program)
    {
        Process process = Process.Start(
            new ProcessStartInfo(
                Environment.ProcessPath!,
                [program, "--memory", "--parent-pid", $"{Environment.ProcessId}"]
            )
            {
                RedirectStandardOutput = true,
                RedirectStandardInput = true,
            }
        )!;
        string line = await process.StandardOutput.ReadLineAsync() ?? string.Empty;
        return line.StartsWith(Greeting, StringComparison.Ordinal)
            ? new ServerUnderTest(process, new Uri(line[Greeting.Length..]))
            : throw new InvalidOperationException("The server did not start.");
    }

    public void Dispose()
    {
        using (var stop = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
        {
            stop.WaitForExit();
        }

        _process.WaitForExit();
        _process.Dispose();
    }
}
