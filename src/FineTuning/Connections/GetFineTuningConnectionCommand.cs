using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Common;
using FineTuning.Connections;

namespace FineTuning.Commands;

/// <summary>Shows the connection in use.</summary>
[Cmdlet(VerbsCommon.Get, "FineTuningConnection")]
[OutputType(typeof(FineTuningConnection))]
public sealed class GetFineTuningConnectionCommand : AsyncCmdlet
{
    /// <inheritdoc/>
    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        // Nothing is output where there is none: looking must not open a vault.
        if (RunspaceState.Current.Connection is FineTuningConnection connection)
        {
            WriteObject(connection);
        }
        else
        {
            WriteVerbose("This session has no connection yet. Connect-FineTuning makes one; the first cmdlet that needs one makes it of the vault or the environment.");
        }

        return Task.CompletedTask;
    }
}
