namespace FineTuning.Vaults;

/// <summary>A vault that is registered with SecretManagement.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Module">The name of the module that reads it.</param>
/// <param name="Path">Where that module was when the vault was registered.</param>
internal sealed record VaultInfo(string Name, string Module, string Path)
{
    /// <summary>Whether it is SecretStore, whose commands open it and whose rules are known.</summary>
    public bool IsSecretStore => Module == VaultScripts.Store;
}
