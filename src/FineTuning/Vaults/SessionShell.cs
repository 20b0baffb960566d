using System.Management.Automation;
using FineTuning.Runtime;

namespace FineTuning.Vaults;

/// <summary>The session itself, whose screen a vault may use to ask for its password.</summary>
internal sealed class SessionShell(AsyncCmdlet cmdlet) : VaultShell
{
    public override bool IsQuiet => false;

    public override IReadOnlyList<PSObject> Run(string script, params object?[] arguments) =>
        ExternalCode.Run(() => cmdlet.InvokeCommand.InvokeScript(script, arguments.Select(a => a!).ToArray()));
}
