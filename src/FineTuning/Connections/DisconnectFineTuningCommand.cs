using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Common;
using FineTuning.Connections;

namespace FineTuning.Commands;

/// <summary>Forgets the session's connection and wipes its key from memory.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "FineTuning")]
[OutputType(typeof(void))]
public sealed class DisconnectFineTuningCommand : AsyncCmdlet
{
    /// <summary>The connection to close; the session's by default.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public FineTuningConnection? Connection { get; set; }

    /// <inheritdoc/>
    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        RunspaceState session = RunspaceState.Current;
        FineTuningConnection? connection = Connection ?? session.Connection;
        if (connection is null)
        {
            WriteVerbose("There is no connection to close.");
            return Task.CompletedTask;
        }

        connection.Close();
        if (ReferenceEquals(connection, session.Connection))
        {
            session.Connection = null;
        }

        return Task.CompletedTask;
    }
}
