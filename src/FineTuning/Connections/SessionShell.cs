using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using FineTuning.Common;

namespace FineTuning.Connections;

/// <summary>The session itself, whose screen a vault may use to ask for its password.</summary>
internal sealed class SessionShell(AsyncCmdlet cmdlet) : VaultShell
{
    public override bool IsQuiet => false;

    public override IReadOnlyList<PSObject> Run(string script, params object?[] arguments)
    {
        // Code of other modules must not see our context: if it blocks on async work of its own, that would come back here and wait for ever.
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return cmdlet.InvokeCommand.InvokeScript(script, arguments.Select(a => a!).ToArray());
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
