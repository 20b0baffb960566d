using System;
using System.Diagnostics;
using System.IO;
using System.Security;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using System.Runtime.InteropServices;

namespace FineTuning.Server;

/// <summary>Starts the server as a process of its own.</summary>
internal static class ServerProcess
{
    // A cold machine starts it in a few seconds.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>The server's program in this module.</summary>
    public static string Program => Path.GetFullPath(Path.Combine(
        Path.GetDirectoryName(typeof(ServerProcess).Assembly.Location)!, "..", "server", "FineTuning.Server.dll"));

    /// <summary>Starts a server and returns when it listens.</summary>
    /// <exception cref="InvalidOperationException">It did not start; the message has its own words.</exception>
    public static async Task<FineTuningServerInfo> StartAsync(
        string dotnet, string? dataFolder, int port, SecureString? key, bool allowPython, CancellationToken cancellationToken)
    {
        string runFile = RunFiles.NewName();
        var start = new ProcessStartInfo(dotnet, Arguments(dataFolder, port, key is not null, allowPython, runFile))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = Path.GetDirectoryName(Program)!,
        };

        // A key for a hosted service is none of the server's business.
        start.Environment.Remove(ConnectionResolver.KeyVariable);
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("The process could not be started.");
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
                // The end of its words: it is ending.
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
        GiveKey(process, key);

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        using (patience.Token.Register(() => listening.TrySetResult(false)))
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
            throw new InvalidOperationException(words.Length > 0
                ? words.ToString().Trim()
                : $"It did not listen within {s_patience.TotalSeconds:0} seconds.");
        }
    }

    private static string Arguments(string? dataFolder, int port, bool hasKey, bool allowPython, string runFile)
    {
        var arguments = new StringBuilder();
        Add(Program);
        Add("--detached");
        Add("--port");
        Add(port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("--run-file");
        Add(runFile);
        if (allowPython)
        {
            Add("--allow-python");
        }

        if (dataFolder is null)
        {
            // What keeps nothing is no use to anybody once the session has gone.
            Add("--memory");
            Add("--parent-pid");
            using Process self = Process.GetCurrentProcess();
            Add(self.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        else
        {
            Add("--data");
            Add(dataFolder);
        }

        if (hasKey)
        {
            Add("--api-key-stdin");
        }

        return arguments.ToString();

        // .NET Framework has no list of arguments, so they are quoted by the rules that all platforms' .NET parses.
        void Add(string argument)
        {
            // A backslash before the closing quote would take its meaning away.
            int trailing = argument.Length - argument.TrimEnd('\\').Length;
            arguments
                .Append(arguments.Length == 0 ? "\"" : " \"")
                .Append(argument.Replace("\"", "\\\""))
                .Append('\\', trailing)
                .Append('"');
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
                // It ended before it read the key; its own words say why.
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
