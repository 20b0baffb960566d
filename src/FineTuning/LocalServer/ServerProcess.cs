using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;
using FineTuning.Connections;
using FineTuning.Output;

namespace FineTuning.LocalServer;

/// <summary>Starts the server as a process of its own.</summary>
internal static class ServerProcess
{
    // A cold machine starts it in a few seconds.
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);

    /// <summary>The server's program in this module.</summary>
    public static string Program =>
        Path.GetFullPath(
            Path.Combine(
                Path.GetDirectoryName(typeof(ServerProcess).Assembly.Location)!,
                "..",
                "server",
                "FineTuning.Server.dll"
            )
        );

    /// <summary>Starts a server and returns when it listens.</summary>
    /// <param name="dotnet">The dotnet command.</param>
    /// <param name="options">How the server is to be.</param>
    /// <param name="cancellationToken">Ends the new server.</param>
    /// <exception cref="InvalidOperationException">It did not start; the message has its own words.</exception>
    public static async Task<FineTuningServerInfo> StartAsync(
        string dotnet,
        ServerLaunchOptions options,
        CancellationToken cancellationToken
    )
    {
        string runFile = RunFiles.NewName();
        var start = new ProcessStartInfo(dotnet, Arguments(options, runFile))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = Path.GetDirectoryName(Program)!,
        };

        HideSecrets(start);
        using Process process =
            Process.Start(start) ?? throw new InvalidOperationException("The process could not be started.");
        var listening = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var words = new StringBuilder();
        process.OutputDataReceived += (_, e) =>
        {
            if (e.Data?.IndexOf(" listening on ", StringComparison.Ordinal) > 0)
            {
                listening.TrySetResult(true);
            }
        };
        process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is null)
            {
                // The end of its output: it is ending.
                listening.TrySetResult(false);
                return;
            }

            lock (words)
            {
                words.AppendLine(e.Data);
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        GiveKey(process, options.ApiKey);

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(s_timeout);
        using (timeout.Token.Register(() => listening.TrySetResult(false)))
        {
            if (await listening.Task && RunFiles.TryRead(runFile) is FineTuningServerInfo server)
            {
                return server;
            }
        }

        End(process);
        File.Delete(runFile);
        cancellationToken.ThrowIfCancellationRequested();
        lock (words)
        {
            throw new InvalidOperationException(
                words.Length > 0
                    ? words.ToString().Trim()
                    : $"It did not listen within {s_timeout.TotalSeconds:0} seconds."
            );
        }
    }

    /// <summary>A process that this module starts does not get the keys for hosted services.</summary>
    public static void HideSecrets(ProcessStartInfo start)
    {
        foreach (string secret in EnvironmentSettings.Secrets)
        {
            start.Environment.Remove(secret);
        }
    }

    private static string Arguments(ServerLaunchOptions options, string runFile)
    {
        var arguments = new StringBuilder();
        Add(Program);
        Add("--detached");
        Add("--port");
        Add(options.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("--run-file");
        Add(runFile);
        if (options.Folder is null)
        {
            // A server that keeps nothing ends with the session.
            Add("--memory");
            Add("--parent-pid");
            using var self = Process.GetCurrentProcess();
            Add(self.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        else
        {
            Add("--data");
            Add(options.Folder);
        }

        if (options.ApiKey is not null)
        {
            Add("--api-key-stdin");
        }

        foreach (string option in options.ToArguments())
        {
            Add(option);
        }

        return arguments.ToString();

        // .NET Framework has no list of arguments, so they are quoted by the rules that all platforms' .NET parses.
        void Add(string argument)
        {
            arguments.Append(arguments.Length == 0 ? "\"" : " \"");
            int backslashes = 0;
            foreach (char c in argument)
            {
                // Backslashes before a quote, the closing one included, would escape it: they are doubled.
                arguments.Append('\\', c == '"' ? backslashes + 1 : 0).Append(c);
                backslashes = c == '\\' ? backslashes + 1 : 0;
            }

            arguments.Append('\\', backslashes).Append('"');
        }
    }

    private static void GiveKey(Process process, SecureString? key)
    {
        if (key is not null)
        {
            IntPtr memory = Marshal.SecureStringToGlobalAllocUnicode(key);
            try
            {
                process.StandardInput.WriteLine(Marshal.PtrToStringUni(memory));
            }
            catch (IOException)
            {
                // It ended before it read the key; its output says why.
            }
            finally
            {
                Marshal.ZeroFreeGlobalAllocUnicode(memory);
            }
        }

        process.StandardInput.Close();
    }

    private static void End(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            process.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // It has just ended by itself.
        }
    }
}
