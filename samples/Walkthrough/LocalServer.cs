using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace FineTuning.Walkthrough;

/// <summary>The project's own server as a child process that keeps nothing and lives no longer than this
/// program.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    private const string Greeting = "FineTuning server listening on ";
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(60),
        s_stopTimeout = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private LocalServer(Process process, DirectoryInfo folder) => (_process, _folder) = (process, folder);

    /// <summary>The base of its API.</summary>
    public Uri Endpoint { get; private set; } = null!;

    private string RunFile => Path.Combine(_folder.FullName, "run.json");

    /// <summary>The folder of the clone: this program runs somewhere below it.</summary>
    public static string FindRepository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FineTuning.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName
            ?? throw new DirectoryNotFoundException(
                $"FineTuning.sln is in no folder above {AppContext.BaseDirectory}."
            );
    }

    /// <summary>Starts a server and returns when it listens.</summary>
    public static async Task<LocalServer> StartAsync(CancellationToken cancellationToken)
    {
        // The server was built with the same configuration as this program.
        string configuration = typeof(LocalServer)
            .Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!
            .Configuration;
        string program = Path.Combine(
            FindRepository(),
            "src",
            "FineTuning.Server",
            "bin",
            configuration,
            "net10.0",
            "FineTuning.Server.dll"
        );
        if (!File.Exists(program))
        {
            throw new FileNotFoundException(
                $"The server is not built. Run first: dotnet build FineTuning.sln -c {configuration}"
            );
        }

        // The run file holds the token that stops the server, so it goes into a folder that only this user can read.
        DirectoryInfo folder = Directory.CreateTempSubdirectory("finetuning-walkthrough-");
        var server = new LocalServer(new Process(), folder);
        try
        {
            // Detached: Ctrl+C at a terminal reaches child processes too, but the server is still needed to clean up.
            // The parent's id: should this program be killed, the server ends by itself.
            string[] arguments =
            [
                program,
                "--memory",
                "--port",
                "0",
                "--detached",
                "--parent-pid",
                $"{Environment.ProcessId}",
                "--run-file",
                server.RunFile,
            ];
            server._process.StartInfo = new ProcessStartInfo(Environment.ProcessPath!, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };

            // A key for a hosted service is none of its business.
            server._process.StartInfo.Environment.Remove(Program.KeyVariable);
            server._process.Start();
            await server.ListenAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Does something with the server. Should the server end meanwhile, nothing is to be waited for any
    /// more.</summary>
    public async Task UseAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task ended = _process.WaitForExitAsync(end.Token),
            done = work(end.Token);
        await Task.WhenAny(ended, done);
        bool endedFirst = ended.IsCompletedSuccessfully;
        await end.CancelAsync();
        try
        {
            await done;
        }
        catch (OperationCanceledException) when (endedFirst)
        {
            throw new InvalidOperationException($"The server ended by itself, with exit code {_process.ExitCode}.");
        }
    }

    /// <summary>Stops the server, which deletes what it kept. One that does not answer is killed: nothing may be left
    /// running.</summary>
    public async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(s_stopTimeout);
        try
        {
            if (Endpoint is not null && !_process.HasExited)
            {
                await AskToStopAsync(timeout.Token);
                await _process.WaitForExitAsync(timeout.Token);
            }
        }
        catch (Exception e)
            when (e is HttpRequestException or OperationCanceledException or IOException or JsonException)
        {
            await Console.Error.WriteLineAsync($"The server did not stop when asked, so it is ended: {e.Message}");
        }
        finally
        {
            Kill();
            _process.Dispose();
            _folder.Delete(recursive: true);
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        // Read from the start and to the end, or a server with much to say would wait for ever for room in the pipe.
        Task<string> complaint = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(s_startTimeout);
        try
        {
            string? line = await _process.StandardOutput.ReadLineAsync(timeout.Token);
            Endpoint =
                line is not null && line.StartsWith(Greeting, StringComparison.Ordinal)
                    ? new Uri(line[Greeting.Length..])
                    : throw new InvalidOperationException(
                        $"The server did not start. {(line ?? await complaint).Trim()}"
                    );
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The server did not listen within {s_startTimeout.TotalSeconds} seconds.");
        }
    }

    private async Task AskToStopAsync(CancellationToken cancellationToken)
    {
        using var runFile = JsonDocument.Parse(await File.ReadAllTextAsync(RunFile, cancellationToken));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Endpoint, "/_server/stop"));
        request.Headers.Add("X-Control-Token", runFile.RootElement.GetProperty("control_token").GetString());
        using var http = new HttpClient();
        using HttpResponseMessage answer = await http.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private void Kill()
    {
        try
        {
            _process.Kill();
            _process.WaitForExit(s_stopTimeout);
        }
        catch (InvalidOperationException)
        {
            // It was never started, or has ended by itself.
        }
    }
}
