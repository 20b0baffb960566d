using System.Management.Automation;

namespace FineTuning.Vaults;

/// <summary>Where the scripts for a vault run.</summary>
internal abstract class VaultShell : IDisposable
{
    /// <summary>Whether nothing in it may ask a person.</summary>
    public abstract bool IsQuiet { get; }

    /// <summary>Runs a script and gives its output.</summary>
    /// <exception cref="RuntimeException">The script ended with an error.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public abstract IReadOnlyList<PSObject> Run(string script, params object?[] arguments);

    public virtual void Dispose() { }
}
