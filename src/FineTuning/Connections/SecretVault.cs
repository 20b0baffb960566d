using System;
using System.Collections.ObjectModel;
using System.Linq;
using System.Management.Automation;
using System.Security;
using System.Threading;
using FineTuning.Common;

namespace FineTuning.Connections;

/// <summary>Reads keys with SecretManagement where it is installed. The module does not need it to import.</summary>
internal static class SecretVault
{
    private const string Module = "Microsoft.PowerShell.SecretManagement";

    private static readonly string s_find = $@"
        param($Name)
        if (-not (Get-Command -Name {Module}\Get-SecretInfo -ErrorAction Ignore)) {{ return }}
        $fault = $null
        # The whole list first: Select-Object -First would stop Get-SecretInfo, which takes the stop for a failure of the vault.
        $all = @({Module}\Get-SecretInfo -Name $Name -ErrorAction SilentlyContinue -ErrorVariable fault -WarningAction Ignore |
            Where-Object Name -EQ $Name)
        if ($all.Count -eq 0 -and $fault) {{ [string]$fault[0] }}
        $all";

    private static readonly string s_get = $@"
        param($Name, $Vault)
        if (-not (Get-Command -Name {Module}\Get-Secret -ErrorAction Ignore)) {{
            throw 'The module {Module} is not installed. Run: Install-Module {Module}, Microsoft.PowerShell.SecretStore'
        }}
        $where = @{{}}
        if ($Vault) {{ $where.Vault = $Vault }}
        {Module}\Get-Secret -Name $Name @where -ErrorAction Stop";

    /// <summary>Looks for a secret that nobody named and that is for an endpoint. A vault that cannot be read is a warning, not an end.</summary>
    public static FoundSecret? FindForEndpoint(AsyncCmdlet cmdlet, string name, Uri endpoint) => FindForEndpoint(cmdlet, name, endpoint, out _);

    /// <summary>Looks for a secret that nobody named and that is for an endpoint. A vault that cannot be read is a warning, not an end.</summary>
    /// <param name="cmdlet">Warns, and reads the vaults.</param>
    /// <param name="name">The secret's name. The first of this name that is for the endpoint is taken; only this one's value is read.</param>
    /// <param name="endpoint">Where the key will go.</param>
    /// <param name="advice">What to tell where no key is found: a secret that is there, but for another host. Null if there is none.</param>
    public static FoundSecret? FindForEndpoint(AsyncCmdlet cmdlet, string name, Uri endpoint, out string? advice)
    {
        advice = null;
        try
        {
            foreach (PSObject found in Invoke(cmdlet, s_find, name))
            {
                if (found.BaseObject is string fault)
                {
                    cmdlet.WriteWarning($"A secret vault could not be read, so the environment is used: {fault}");
                    continue;
                }

                string vault = found.Properties["VaultName"].Value.ToString()!;
                SecretScope scope = SecretScope.Of(found.Properties["Metadata"].Value);
                if (scope.Includes(endpoint))
                {
                    return new FoundSecret(ToKey(Invoke(cmdlet, s_get, name, vault)[0], name), vault);
                }

                cmdlet.WriteVerbose($"The vault {vault} has {name}, which is for {scope} and not for {endpoint.Authority}.");
                advice ??= $"The vault {vault} has {name}, which is for {scope}: name it with -SecretName to use it here, or run " +
                    $"Set-SecretInfo {name} -Vault {vault} -Metadata @{{ {SecretScope.Key} = '{endpoint.GetLeftPart(UriPartial.Authority)}' }}.";
            }
        }
        catch (Exception e) when (e is RuntimeException and not PipelineStoppedException or ArgumentException)
        {
            cmdlet.WriteWarning($"The secret {name} could not be read, so the environment is used: {(e is RuntimeException fault ? Reason(fault) : e.Message)}");
        }

        return null;
    }

    /// <summary>Reads a secret that the user named, or stops the cmdlet with the reason.</summary>
    public static SecureString Get(AsyncCmdlet cmdlet, string name, string? vault)
    {
        string where = vault is null ? "the registered vaults" : $"the vault {vault}";
        try
        {
            Collection<PSObject> found = Invoke(cmdlet, s_get, name, vault);
            if (found.Count > 0)
            {
                return ToKey(found[0], name);
            }

            Throw($"The secret {name} is not in {where}.", ErrorCategory.ObjectNotFound, "SecretNotFound");
        }
        catch (ArgumentException e)
        {
            Throw(e.Message, ErrorCategory.InvalidType, "SecretOfWrongType");
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            // The vault's own error is inside one that only says that it stopped the script.
            if (e.ErrorRecord.FullyQualifiedErrorId.StartsWith("GetSecretNotFound", StringComparison.Ordinal))
            {
                Throw($"The secret {name} is not in {where}.", ErrorCategory.ObjectNotFound, "SecretNotFound");
            }

            Throw($"The secret {name} could not be read from {where}: {Reason(e)}.", ErrorCategory.ResourceUnavailable, "SecretUnavailable");
        }

        throw new InvalidOperationException();

        void Throw(string message, ErrorCategory category, string id) => cmdlet.ThrowTerminatingError(ErrorRecords.Make(
            new PSInvalidOperationException(message),
            id,
            category,
            name,
            message,
            "Get-SecretInfo lists the secrets, Unlock-SecretStore opens a locked store, Set-Secret adds one."));
    }

    private static string Reason(RuntimeException e) => (e.ErrorRecord.Exception?.Message ?? e.Message).TrimEnd('.');

    private static Collection<PSObject> Invoke(AsyncCmdlet cmdlet, string script, params object?[] arguments)
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

    private static SecureString ToKey(PSObject secret, string name) => secret.BaseObject switch
    {
        SecureString key => key,
        string text => EnvironmentSettings.Secure(text),
        PSCredential credential => credential.Password,
        object other => throw new ArgumentException($"The secret {name} is a {other.GetType().Name}, not a string, SecureString or credential."),
    };
}
