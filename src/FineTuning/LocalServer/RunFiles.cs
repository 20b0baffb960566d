using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.LocalServer;

/// <summary>Each running server describes itself in a file of the user's, so that any session finds it.</summary>
internal static class RunFiles
{
    // Linux counts a process's start in ticks since the boot, whose own time it rounds.
    private static readonly TimeSpan s_clockTolerance = TimeSpan.FromSeconds(3);

    /// <summary>Where a server keeps its data unless told otherwise.</summary>
    public static string DefaultDataFolder => Path.Combine(UserFolder.Path, "server");

    /// <summary>A name for the run file of a new server.</summary>
    public static string NewName()
    {
        string folder = Path.Combine(UserFolder.Path, "run");
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, Guid.NewGuid().ToString("N") + ".json");
    }

    /// <summary>The servers whose processes are there. Files of servers that are gone are deleted.</summary>
    public static IEnumerable<FineTuningServerInfo> Read()
    {
        string folder = Path.Combine(UserFolder.Path, "run");
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        foreach (string file in Directory.GetFiles(folder, "*.json"))
        {
            if (TryRead(file) is not FineTuningServerInfo server)
            {
                continue;
            }

            if (FindProcess(server) is Process process)
            {
                process.Dispose();
                yield return server;
            }
            else
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>The server that this session started last and that still runs. Those that died are forgotten.</summary>
    public static FineTuningServerInfo? FindNewestOfSession()
    {
        List<FineTuningServerInfo> servers = RunspaceState.Current.Servers;
        servers.RemoveAll(server =>
        {
            using Process? process = FindProcess(server);
            return process is null;
        });
        return servers.Count == 0 ? null : servers[servers.Count - 1];
    }

    public static FineTuningServerInfo? TryRead(string file)
    {
        try
        {
            return FineTuningServerInfo.Parse(File.ReadAllText(file), file);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            // It is being written or deleted at this moment, or it is not ours.
            return null;
        }
    }

    /// <summary>
    /// The server's process, if it still runs. Process ids are used again: one that began after the server said it had
    /// started belongs to something else, which must not be taken for the server, let alone be ended.
    /// </summary>
    public static Process? FindProcess(FineTuningServerInfo server)
    {
        Process? process = null;
        try
        {
            process = Process.GetProcessById(server.ProcessId);
            if (!process.HasExited && process.StartTime <= server.StartedAt + s_clockTolerance)
            {
                return process;
            }
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It is gone, or it is somebody else's.
        }

        process?.Dispose();
        return null;
    }
}
