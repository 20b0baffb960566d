using FineTuning.Errors;

namespace FineTuning.Vaults;

/// <summary>A secret that could not be had, with what an error record says about it.</summary>
internal sealed class VaultException(ErrorDefinition error) : Exception(error.Message)
{
    /// <summary>The error, with its texts filled in.</summary>
    public ErrorDefinition Error { get; } = error;

    /// <summary>The error's id.</summary>
    public string Id => Error.Id;

    /// <summary>What to run.</summary>
    public string Action => Error.Action;
}
