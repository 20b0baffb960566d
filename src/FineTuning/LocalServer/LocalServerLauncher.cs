using System.ComponentModel;
using System.Runtime.InteropServices;
using FineTuning.Errors;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.LocalServer;

/// <summary>Finds the local server that serves a folder, or starts one.</summary>
/// <param name="cmdlet">What it ends with an error, and where warnings go.</param>
/// <param name="options">How the server is to be.</param>
internal sealed class LocalServerLauncher(AsyncCmdlet cmdlet, ServerLaunchOptions options)
{
    // Options that cannot be changed while a server runs.
    private static readonly string[] s_fixed = ["TrainerCount", "AllowPython", "TrainerCommand", "TrainerArgument"];

    /// <summary>A server that serves the folder already is as good as a new one; null if there is none. One on another
    /// port or in another dialect ends the cmdlet.</summary>
    public async Task<FineTuningServerInfo?> FindRunningAsync(CancellationToken cancellationToken)
    {
        if (options.Folder is null)
        {
            return null;
        }

        FineTuningServerInfo? running = FindByFolder(options.Folder);
        if (running is null || !await ServerControl.RefreshAsync(running, cancellationToken))
        {
            return null;
        }

        if (options.Port != 0 && running.Endpoint.Port != options.Port)
        {
            throw cmdlet.Stop(ServerErrors.AlreadyRuns(running, options.Folder, ", on another port", "Port"));
        }

        cmdlet.WriteVerbose(
            $"A server for '{options.Folder}' runs already at {running.Endpoint}; this session uses it."
        );
        if (options.Dialect != running.Dialect && IsGiven("Dialect"))
        {
            string dialect = $", and speaks the dialect {running.Dialect}";
            throw cmdlet.Stop(ServerErrors.AlreadyRuns(running, options.Folder, dialect, "Dialect"));
        }

        foreach (string name in s_fixed.Where(IsGiven))
        {
            cmdlet.WriteWarning(
                $"A server for '{options.Folder}' runs already, so -{name} has no effect. Stop it first with "
                    + $"Stop-FineTuningServer."
            );
        }

        return running;
    }

    /// <summary>Gives a server that runs already the rules that a new one would start with.</summary>
    public async Task SetFaultsAsync(FineTuningServerInfo server, CancellationToken cancellationToken)
    {
        if (options.Faults.Length == 0)
        {
            return;
        }

        try
        {
            await ServerFaults.ReplaceAsync(server, options.Faults, cancellationToken);
        }
        catch (ServerControlException e)
        {
            throw cmdlet.Stop(ServerErrors.FaultsRefused(e, options.Faults));
        }
    }

    /// <summary>Starts a server; one that does not start ends the cmdlet.</summary>
    public async Task<FineTuningServerInfo> StartAsync(CancellationToken cancellationToken)
    {
        string dotnet = DotnetHost.Find(out string found) ?? throw cmdlet.Stop(ServerErrors.RuntimeMissing(found));
        if (!File.Exists(ServerProcess.Program))
        {
            throw cmdlet.Stop(ServerErrors.ProgramMissing(ServerProcess.Program));
        }

        try
        {
            using var line = new ProgressLine(cmdlet, "Starting the local fine-tuning server");
            line.Report(options.Folder ?? "in memory");
            return await ServerProcess.StartAsync(dotnet, options, cancellationToken);
        }
        catch (Exception e)
            when (e is InvalidOperationException or IOException or UnauthorizedAccessException or Win32Exception)
        {
            throw cmdlet.Stop(ServerErrors.NotStarted(e, options.Folder));
        }
    }

    private static FineTuningServerInfo? FindByFolder(string folder)
    {
        string full = Path.GetFullPath(folder);
        if (full.Length > Path.GetPathRoot(full)!.Length)
        {
            full = full.TrimEnd(Path.DirectorySeparatorChar);
        }

        StringComparison rule = RuntimeInformation.IsOSPlatform(OSPlatform.Windows)
            ? StringComparison.OrdinalIgnoreCase
            : StringComparison.Ordinal;
        return RunFiles.Read().FirstOrDefault(server => string.Equals(server.Path, full, rule));
    }

    private bool IsGiven(string parameter) => cmdlet.MyInvocation.BoundParameters.ContainsKey(parameter);
}
