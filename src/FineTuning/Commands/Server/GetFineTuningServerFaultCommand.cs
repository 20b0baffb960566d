using System.Management.Automation;
using FineTuning.LocalServer;
using FineTuning.Output;

namespace FineTuning.Commands;

/// <summary>Lists the rules by which a local server lets requests go wrong, with what they hit.</summary>
[Cmdlet(VerbsCommon.Get, "FineTuningServerFault")]
[OutputType(typeof(FineTuningServerFault))]
public sealed class GetFineTuningServerFaultCommand : ServerCmdlet
{
    /// <inheritdoc/>
    protected override async Task ProcessAsync(FineTuningServerInfo server, CancellationToken cancellationToken) =>
        WriteObject(await ServerFaults.ReadAsync(server, cancellationToken), enumerateCollection: true);
}
