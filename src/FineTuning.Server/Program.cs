using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using FineTuning.Server.Hosting;

namespace FineTuning.Server;

/// <summary>The server's process: options, start, signals.</summary>
public static class Program
{
    private const int StartFailed = 1,
        BadOption = 2;
    private const int MaxKeyBytes = 4096;

    /// <summary>Runs until something asks it to stop.</summary>
    /// <param name="arguments">See --help.</param>
    /// <returns>0 after a clean stop, 1 if it could not start, 2 for a bad option.</returns>
    public static async Task<int> Main(string[] arguments)
    {
        ServerOptions options;
        try
        {
            options = ServerCommandLine.Parse(arguments);
            if (options.Help)
            {
                ServerCommandLine.WriteHelp(Console.Out);
                return 0;
            }

            if (options.ApiKeyFromStdin)
            {
                options = options with { ApiKey = ReadKey() };
            }
        }
        catch (OptionException e)
        {
            Console.Error.WriteLine(OneLine(e.Message));
            return BadOption;
        }

        try
        {
            // Signals are caught before anything is written: one that comes during the start must not leave a run file
            // behind.
            using SignalHandlers signals = new(options.Detached);
            using Process? parent = FindParent(options.ParentPid);
            await using ServerHost host = await ServerHost.StartAsync(options);
            signals.PassOnTo(host);
            AppDomain.CurrentDomain.UnhandledException += (_, e) =>
                host.Log.Write(LogLevel.Critical, "Server", "crashed", e.ExceptionObject as Exception);
            TaskScheduler.UnobservedTaskException += (_, e) =>
                host.Log.Write(LogLevel.Error, "Server", "a task failed that nobody waited for", e.Exception);
            _ = FollowAsync(parent, host);
            Announce($"FineTuning server listening on {host.Url}");
            await host.StopRequested;
            return 0;
        }
        catch (StartException e)
        {
            Console.Error.WriteLine(OneLine(e.Message));
            return StartFailed;
        }
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ");

    private static void Announce(string line)
    {
        try
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
        catch (IOException)
        {
            // Whoever started it does not listen; the run file says the same.
        }
    }

    /// <summary>Reads the first line only and byte by byte: what follows it is not ours.</summary>
    private static string ReadKey()
    {
        using Stream input = Console.OpenStandardInput();
        List<byte> line = [];
        int next;
        while ((next = input.ReadByte()) is not (-1 or '\n'))
        {
            line.Add((byte)next);
            if (line.Count > MaxKeyBytes)
            {
                throw new OptionException("--api-key-stdin", "The first line of standard input is too long for a key.");
            }
        }

        string key = Encoding.UTF8.GetString([.. line]).Trim('\uFEFF', '\r', ' ', '\t');
        return key.Length > 0
            ? key
            : throw new OptionException("--api-key-stdin", "The first line of standard input is empty.");
    }

    private static Process? FindParent(int? pid)
    {
        if (pid is not { } id)
        {
            return null;
        }

        try
        {
            return Process.GetProcessById(id);
        }
        catch (ArgumentException e)
        {
            throw new StartException("--parent-pid", $"The process {id} does not run.", e);
        }
    }

    private static async Task FollowAsync(Process? parent, ServerHost host)
    {
        if (parent is not null)
        {
            await parent.WaitForExitAsync();
            host.RequestStop("the parent process ended");
        }
    }

    /// <summary>A terminal's Ctrl+C and hang-up reach the whole process group: a detached server is to outlive
    /// both.</summary>
    private sealed class SignalHandlers : IDisposable
    {
        private readonly List<PosixSignalRegistration> _registrations = [];
        private readonly TaskCompletionSource<string> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SignalHandlers(bool detached)
        {
            foreach (
                PosixSignal signal in new[]
                {
                    PosixSignal.SIGTERM,
                    PosixSignal.SIGINT,
                    PosixSignal.SIGHUP,
                    PosixSignal.SIGQUIT,
                }
            )
            {
                _registrations.Add(
                    PosixSignalRegistration.Create(
                        signal,
                        context =>
                        {
                            context.Cancel = true;
                            if (!detached || context.Signal == PosixSignal.SIGTERM)
                            {
                                _stop.TrySetResult("signal " + context.Signal);
                            }
                        }
                    )
                );
            }
        }

        public void PassOnTo(ServerHost host) =>
            _stop.Task.ContinueWith(stop => host.RequestStop(stop.Result), TaskScheduler.Default);

        public void Dispose() => _registrations.ForEach(registration => registration.Dispose());
    }
}
