using System.Collections.Generic;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace FineTuning.Connections;

/// <summary>What one runspace has open. It goes when the runspace goes.</summary>
internal sealed class RunspaceState
{
    private static readonly ConditionalWeakTable<Runspace, RunspaceState> s_states = new();

    /// <summary>The connection that cmdlets use when none is named.</summary>
    public FineTuningConnection? Connection { get; set; }

    /// <summary>The servers this session started or connected to with Start-FineTuningServer, newest last.</summary>
    public List<FineTuningServerInfo> Servers { get; } = [];

    /// <summary>The state of the runspace that runs the calling cmdlet.</summary>
    public static RunspaceState Current => s_states.GetOrCreateValue(Runspace.DefaultRunspace);
}
