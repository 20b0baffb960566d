using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using FineTuning.Output;

namespace FineTuning.Runtime;

/// <summary>What one runspace has open. It goes when the runspace goes.</summary>
internal sealed class RunspaceState
{
    private static readonly ConditionalWeakTable<Runspace, RunspaceState> s_states = new();
    private static readonly List<WeakReference<RunspaceState>> s_all = [];

    /// <summary>The connection that cmdlets use when none is named.</summary>
    public FineTuningConnection? Connection { get; set; }

    /// <summary>The open connections that have a name, in the order in which they were made.</summary>
    public List<FineTuningConnection> Named { get; } = [];

    /// <summary>The servers this session started or connected to with Start-FineTuningServer, newest last.</summary>
    public List<FineTuningServerInfo> Servers { get; } = [];

    /// <summary>The services of which this session was told that they keep no metadata.</summary>
    public HashSet<Uri> WithoutMetadata { get; } = [];

    /// <summary>What was warned of vaults that nobody named: each of it once.</summary>
    public HashSet<string> VaultWarnings { get; } = [];

    /// <summary>The state of the runspace that runs the calling cmdlet.</summary>
    public static RunspaceState Current => s_states.GetValue(Runspace.DefaultRunspace, static _ => Create());

    /// <summary>Whether another runspace of this process has a connection, which could be handed over.</summary>
    public static bool IsConnectedElsewhere
    {
        get
        {
            RunspaceState own = Current;
            lock (s_all)
            {
                return s_all.Any(r =>
                    r.TryGetTarget(out RunspaceState? state) && state != own && state.Connection is { IsClosed: false }
                );
            }
        }
    }

    /// <summary>The open connection of a name, whatever its case; null if there is none.</summary>
    public FineTuningConnection? Find(string name)
    {
        Named.RemoveAll(c => c.IsClosed);
        return Named.Find(c => c.Name!.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The names of the open connections that have one.</summary>
    public string[] OpenNames()
    {
        Named.RemoveAll(c => c.IsClosed);
        return [.. Named.Select(c => c.Name!)];
    }

    /// <summary>Makes a connection the one that cmdlets use, and keeps it under its name if it has one. The connection
    /// before is not closed: a variable or another runspace may still use it.</summary>
    public void Use(FineTuningConnection connection)
    {
        Connection = connection;
        if (connection.Name is not null)
        {
            Add(connection);
        }
    }

    /// <summary>Closes a connection and forgets it.</summary>
    public void Close(FineTuningConnection connection)
    {
        connection.Close();
        Named.Remove(connection);
        if (ReferenceEquals(connection, Connection))
        {
            Connection = null;
        }
    }

    /// <summary>Keeps a connection under its name. The one that had the name before is not closed: a variable or
    /// another runspace may still use it.</summary>
    public void Add(FineTuningConnection connection)
    {
        Named.RemoveAll(c => c.IsClosed || c.Name!.Equals(connection.Name, StringComparison.OrdinalIgnoreCase));
        Named.Add(connection);
    }

    private static RunspaceState Create()
    {
        var state = new RunspaceState();
        lock (s_all)
        {
            s_all.RemoveAll(r => !r.TryGetTarget(out _));
            s_all.Add(new WeakReference<RunspaceState>(state));
        }

        return state;
    }
}
