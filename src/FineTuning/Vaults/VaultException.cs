using System.Management.Automation;

namespace FineTuning.Vaults;

/// <summary>A secret that could not be had, with what an error record says about it.</summary>
internal sealed class VaultException(string id, ErrorCategory category, string message, string action)
    : Exception(message)
{
    /// <summary>The error's id.</summary>
    public string Id { get; } = id;

    public ErrorCategory Category { get; } = category;

    /// <summary>What to run.</summary>
    public string Action { get; } = action;
}
