using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Connections;
using FineTuning.Errors;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Shows the connection in use, those with a name, or those that are saved.</summary>
[Cmdlet(VerbsCommon.Get, "FineTuningConnection", DefaultParameterSetName = "InUse")]
[OutputType(typeof(FineTuningConnection), ParameterSetName = ["InUse", "Name"])]
[OutputType(typeof(SavedConnection), ParameterSetName = ["Saved"])]
public sealed class GetFineTuningConnectionCommand : AsyncCmdlet
{
    /// <summary>The names of connections of this session, or of saved ones; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Name")]
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = "Saved")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>The saved ones.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Saved")]
    public SwitchParameter ListAvailable { get; set; }

    /// <inheritdoc/>
    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        switch (ParameterSetName)
        {
            case "Name":
                RunspaceState session = RunspaceState.Current;
                WriteMatches(session.OpenNames(), session.Find, ConnectionErrors.NotOpen);
                break;
            case "Saved":
                var saved = new SavedConnections(this);
                WriteMatches(saved.Names(), saved.ReadForList, ConnectionErrors.SavedNotFound);
                break;
            default:
                // Nothing is output where there is none: looking must not open a vault.
                if (RunspaceState.Current.Connection is FineTuningConnection connection)
                {
                    WriteObject(connection);
                }
                else
                {
                    WriteVerbose(
                        "This session has no connection yet. Connect-FineTuning makes one; the first cmdlet that "
                            + "needs one makes it of the vault or the environment."
                    );
                }

                break;
        }

        return Task.CompletedTask;
    }

    private void WriteMatches(
        IReadOnlyList<string> names,
        Func<string, object?> read,
        Func<string, ErrorRecord> missing
    )
    {
        foreach (string pattern in Name)
        {
            var wanted = WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase);
            string[] found = [.. names.Where(wanted.IsMatch)];
            foreach (string name in found)
            {
                if (read(name) is object item)
                {
                    WriteObject(item);
                }
            }

            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(pattern))
            {
                WriteError(missing(pattern));
            }
        }
    }
}
