using System.Management.Automation;
using FineTuning.LocalServer;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Lists the local servers that run on this machine for this user, whichever session started them.</summary>
[Cmdlet(VerbsCommon.Get, "FineTuningServer")]
[OutputType(typeof(FineTuningServerInfo))]
public sealed class GetFineTuningServerCommand : AsyncCmdlet
{
    /// <inheritdoc/>
    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        foreach (FineTuningServerInfo server in RunFiles.Read().OrderBy(s => s.StartedAt).ToList())
        {
            if (await ServerControl.RefreshAsync(server, cancellationToken))
            {
                WriteObject(server);
            }
            else
            {
                WriteVerbose($"The process {server.ProcessId} does not answer at {server.Endpoint}.");
            }
        }
    }
}
