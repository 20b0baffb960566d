using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.LocalServer;
using FineTuning.Output;

namespace FineTuning.Commands;

/// <summary>Lets requests to a local server go wrong, so that a script or a client can be tested.</summary>
[Cmdlet(VerbsCommon.Set, "FineTuningServerFault", SupportsShouldProcess = true)]
[OutputType(typeof(FineTuningServerFault))]
public sealed class SetFineTuningServerFaultCommand : ServerCmdlet
{
    /// <summary>The rules: texts such as CreateJob:status=503,count=2, or tables.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(ServerFaultCompleter))]
    [ValidateNotNullOrEmpty]
    public object[] Fault { get; set; } = [];

    /// <summary>Keeps the rules in force and adds these behind them.</summary>
    [Parameter]
    public SwitchParameter Append { get; set; }

    /// <summary>Emits the rules.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync(FineTuningServerInfo server, CancellationToken cancellationToken)
    {
        if (!ShouldProcess(server.Endpoint.ToString(), Append ? "Add fault rules" : "Replace fault rules"))
        {
            return;
        }

        if (!Append)
        {
            Emit(await ServerFaults.ReplaceAsync(server, Fault, cancellationToken));
            return;
        }

        foreach (object rule in Fault)
        {
            Emit(await ServerFaults.AddAsync(server, rule, cancellationToken));
        }
    }

    private void Emit(object faults)
    {
        if (PassThru)
        {
            WriteObject(faults, enumerateCollection: true);
        }
    }
}
