using System.Management.Automation;
using FineTuning.LocalServer;
using FineTuning.Output;

namespace FineTuning.Commands;

/// <summary>Ends fault rules of a local server: all, or those that are named.</summary>
[Cmdlet(VerbsCommon.Clear, "FineTuningServerFault", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class ClearFineTuningServerFaultCommand : ServerCmdlet
{
    /// <summary>The rules to end; all by default.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string[]? Id { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync(FineTuningServerInfo server, CancellationToken cancellationToken)
    {
        foreach (string? id in Id ?? new string?[] { null })
        {
            if (
                ShouldProcess(
                    server.Endpoint.ToString(),
                    id is null ? "End all fault rules" : $"End the fault rule {id}"
                )
            )
            {
                string path = id is null ? ServerFaults.Path : $"{ServerFaults.Path}/{Uri.EscapeDataString(id)}";
                await ServerControl.SendAsync(server, HttpMethod.Delete, path, null, cancellationToken);
            }
        }
    }
}
