using System.Management.Automation;
using FineTuning.Connections;

namespace FineTuning.Commands;

/// <summary>Forgets the session's connection and wipes its key from memory.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "FineTuning")]
[OutputType(typeof(void))]
public sealed class DisconnectFineTuningCommand : PSCmdlet
{
    /// <summary>The connection to close; the session's by default.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public FineTuningConnection? Connection { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        RunspaceState session = RunspaceState.Current;
        FineTuningConnection? connection = Connection ?? session.Connection;
        if (connection is null)
        {
            WriteVerbose("There is no connection to close.");
            return;
        }

        connection.Close();
        if (ReferenceEquals(connection, session.Connection))
        {
            session.Connection = null;
        }
    }
}
