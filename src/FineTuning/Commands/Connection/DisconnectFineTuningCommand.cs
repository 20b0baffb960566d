using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Connections;
using FineTuning.Errors;
using FineTuning.Identities;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Forgets the session's connection and wipes its key from memory.</summary>
[Cmdlet(
    VerbsCommunications.Disconnect,
    "FineTuning",
    DefaultParameterSetName = "Connection",
    SupportsShouldProcess = true
)]
[OutputType(typeof(void))]
public sealed class DisconnectFineTuningCommand : AsyncCmdlet
{
    /// <summary>The connection to close; the session's by default.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = "Connection")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    public ConnectionIdentity? Connection { get; set; }

    /// <summary>The names of connections to close.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Name")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Deletes what is saved of them, too.</summary>
    [Parameter]
    public SwitchParameter Forget { get; set; }

    /// <inheritdoc/>
    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (ParameterSetName == "Name")
        {
            foreach (string name in Name)
            {
                CloseNamed(name);
            }
        }
        else if (Connection is { Connection: null, Name: null })
        {
            WriteError(IdentityErrors.NotConnection(Connection));
        }
        else if (Connection is { Connection: null } || Forget)
        {
            CloseNamedOrSay(Connection?.Name ?? RunspaceState.Current.Connection?.Name);
        }
        else if ((Connection?.Connection ?? RunspaceState.Current.Connection) is FineTuningConnection connection)
        {
            Close(connection);
        }
        else
        {
            WriteVerbose("There is no connection to close.");
        }

        return Task.CompletedTask;
    }

    private void CloseNamedOrSay(string? name)
    {
        if (name is null)
        {
            WriteError(ConnectionErrors.NoName());
        }
        else
        {
            CloseNamed(name);
        }
    }

    private void CloseNamed(string name)
    {
        FineTuningConnection? open = RunspaceState.Current.Find(name);
        if (open is not null)
        {
            Close(open);
        }

        bool isForgotten = false;
        if (Forget && ShouldProcess(name, "Delete saved connection"))
        {
            isForgotten = new SavedConnections(this).Delete(name);
        }

        if (open is null && !isForgotten && !(Forget && IsWhatIf))
        {
            WriteError(ConnectionErrors.NotClosed(name, Forget));
        }
    }

    private void Close(FineTuningConnection connection)
    {
        if (ShouldProcess(connection.Name ?? connection.Endpoint.ToString(), "Close connection"))
        {
            RunspaceState.Current.Close(connection);
        }
    }
}
