using System.Management.Automation;
using FineTuning.Errors;
using FineTuning.LocalServer;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Stops local servers: the session's own, or those that are named or piped. Unfinished jobs go on at the next
/// start, unless nothing is kept.</summary>
[Cmdlet(VerbsLifecycle.Stop, "FineTuningServer", DefaultParameterSetName = "Session", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class StopFineTuningServerCommand : AsyncCmdlet
{
    /// <summary>The servers to stop.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Server")]
    [ValidateNotNull]
    public FineTuningServerInfo[] Server { get; set; } = [];

    /// <summary>The processes of the servers to stop.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "ProcessId")]
    [Alias("Id")]
    public int[] ProcessId { get; set; } = [];

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        switch (ParameterSetName)
        {
            case "Server":
                foreach (FineTuningServerInfo server in Server)
                {
                    await StopAsync(server, cancellationToken);
                }

                break;
            case "ProcessId":
                foreach (int id in ProcessId)
                {
                    if (RunFiles.Read().FirstOrDefault(s => s.ProcessId == id) is FineTuningServerInfo server)
                    {
                        await StopAsync(server, cancellationToken);
                    }
                    else
                    {
                        WriteError(LocalServerErrors.NotInProcess(id));
                    }
                }

                break;
            default:
                if (RunFiles.FindNewestOfSession() is FineTuningServerInfo own)
                {
                    await StopAsync(own, cancellationToken);
                }
                else
                {
                    WriteError(LocalServerErrors.NoneToStop());
                }

                break;
        }
    }

    private async Task StopAsync(FineTuningServerInfo server, CancellationToken cancellationToken)
    {
        if (!ShouldProcess($"{server.Endpoint} (process {server.ProcessId})", "Stop local fine-tuning server"))
        {
            return;
        }

        await ServerControl.StopAsync(server, cancellationToken);
        RunspaceState session = RunspaceState.Current;
        session.Servers.RemoveAll(s => s.ProcessId == server.ProcessId);
        if (session.Connection?.Endpoint == server.Endpoint)
        {
            // Not closed: what waits over it in another runspace goes on when the server comes back.
            session.Connection = null;
        }
    }
}
