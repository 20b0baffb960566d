using System.Security;
using FineTuning.Errors;
using FineTuning.Runtime;

namespace FineTuning.Vaults;

/// <summary>Reads keys with SecretManagement where it is installed. The module does not need it to import.</summary>
internal static class SecretVault
{
    // A vault that asks a service can need seconds; one that asks a person would never return.
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Looks for a secret that nobody named and that is for an endpoint. No vault is unlocked for it, and none asks for
    /// its password. A vault that cannot be read is one warning for the session, not an end.
    /// </summary>
    /// <param name="cmdlet">Warns, and stops the search when it is stopped.</param>
    /// <param name="name">The secret's name. The first of this name that is for the endpoint is taken; only this one's
    /// value is read.</param>
    /// <param name="endpoint">Where the key will go.</param>
    /// <param name="advice">What to tell where no key is found: of a secret for another host, or of a locked vault.
    /// Null if there is none.</param>
    public static ResolvedSecret? FindForEndpoint(AsyncCmdlet cmdlet, string name, Uri endpoint, out string? advice)
    {
        advice = null;
        if (!VaultRegistry.MayHaveVaults)
        {
            return null;
        }

        using var shell = new NonInteractiveShell(s_timeout, () => cmdlet.Stopping);
        var reader = new VaultReader(shell);
        IReadOnlyList<VaultInfo> vaults = [];
        try
        {
            vaults = reader.ListVaults();
        }
        catch (VaultException e)
        {
            PassOver(cmdlet, e, name, endpoint);
        }

        foreach (VaultInfo vault in vaults)
        {
            try
            {
                if (reader.Find(vault, name) is not SecretEntry secret)
                {
                    continue;
                }

                var scope = SecretScope.Of(secret.Metadata);
                if (!scope.Includes(endpoint))
                {
                    cmdlet.WriteVerbose(
                        $"The vault {vault.Name} has {name}, which is for {scope} and not for {endpoint.Authority}."
                    );
                    advice ??=
                        $"The vault {vault.Name} has {name}, which is for {scope}: if {endpoint.Authority} is where "
                        + $"you mean to go, name it with -SecretName.";
                }
                else if (reader.Read(vault, secret.Name) is SecureString key)
                {
                    return new ResolvedSecret(key, vault.Name);
                }
            }
            catch (VaultException e)
            {
                PassOver(cmdlet, e, name, endpoint);
                advice ??= $"{e.Message} {e.Action}";
            }
        }

        return null;
    }

    /// <summary>Reads a secret that the user named, or stops the cmdlet with what to run. Only where somebody is there
    /// may a vault ask for its password.</summary>
    /// <param name="cmdlet">Is stopped.</param>
    /// <param name="name">The secret's name.</param>
    /// <param name="vault">Its vault; null is the first that has it.</param>
    /// <param name="endpoint">Where the key will go. A secret whose metadata names another endpoint is refused.</param>
    public static SecureString Get(AsyncCmdlet cmdlet, string name, string? vault, Uri endpoint)
    {
        using VaultShell shell = Interactivity.CanAsk(cmdlet.Host)
            ? new SessionShell(cmdlet)
            : new NonInteractiveShell(s_timeout, () => cmdlet.Stopping);
        try
        {
            return Get(new VaultReader(shell), name, vault, endpoint);
        }
        catch (VaultException e)
        {
            cmdlet.ThrowTerminatingError(e.Error.Make(name));
            throw;
        }
    }

    private static SecureString Get(VaultReader reader, string name, string? vault, Uri endpoint)
    {
        IReadOnlyList<VaultInfo> all = reader.ListVaults();
        VaultInfo[] vaults =
        [
            .. all.Where(v => vault is null || v.Name.Equals(vault, StringComparison.OrdinalIgnoreCase)),
        ];
        if (vaults.Length == 0)
        {
            throw VaultErrors.NoSuchVault(vault!, all);
        }

        VaultException? failure = null;
        foreach (VaultInfo candidate in vaults)
        {
            try
            {
                // Reading a secret that is not there is an error without an id in SecretStore; in others it may be
                // allowed where listing is not.
                SecretEntry? entry = candidate.IsSecretStore
                    ? reader.Find(candidate, name)
                    : new SecretEntry(name, null);
                if (entry is null)
                {
                    continue;
                }

                var scope = SecretScope.Of(entry.Metadata);
                if (scope.IsNamed && !scope.Includes(endpoint))
                {
                    throw VaultErrors.OtherEndpoint(candidate, name, scope, endpoint);
                }

                if (reader.Read(candidate, entry.Name) is SecureString key)
                {
                    return key;
                }
            }
            catch (VaultException e)
            {
                // Another vault may have it.
                failure ??= e;
            }
        }

        throw failure ?? VaultErrors.NoSecret(name, vault);
    }

    private static void PassOver(AsyncCmdlet cmdlet, VaultException e, string name, Uri endpoint)
    {
        if (VaultErrors.IsNotSetUp(e))
        {
            return;
        }

        string text = $"{e.Message} So {name} was not looked for there, and the environment is used. {e.Action}";
        // A server of this machine mostly asks for no key, and a warning that was read once tells nothing new.
        if (endpoint.IsLoopback || !RunspaceState.Current.VaultWarnings.Add(e.Message))
        {
            cmdlet.WriteVerbose(text);
        }
        else
        {
            cmdlet.WriteWarning(text);
        }
    }
}
