using System.Collections;
using System.Management.Automation;
using System.Security;
using FineTuning.Connections;
using FineTuning.Errors;

namespace FineTuning.Vaults;

/// <summary>Reads the vaults that are registered with SecretManagement. Whatever fails is a <see
/// cref="VaultException"/> that says what to run.</summary>
internal sealed class VaultReader(VaultShell shell)
{
    /// <summary>The vaults, the default one first. There is one at least.</summary>
    public IReadOnlyList<VaultInfo> ListVaults()
    {
        VaultErrors.ThrowIfHomeIsMissing();
        IReadOnlyList<PSObject> answer = Try(null, VaultScripts.Vaults);
        if (answer.Count == 0)
        {
            throw VaultErrors.NotInstalled();
        }

        VaultInfo[] vaults =
        [
            .. answer
                .Skip(1)
                .Select(vault => new VaultInfo(
                    Text(vault, "Name"),
                    Text(vault, "ModuleName"),
                    Text(vault, "ModulePath")
                )),
        ];
        return vaults.Length == 0 ? throw VaultErrors.NoVault() : vaults;
    }

    /// <summary>The secrets of a vault, without their values.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="filter">A name with wildcards.</param>
    public IReadOnlyList<SecretEntry> Describe(VaultInfo vault, string filter) =>
        [
            .. Try(vault, VaultScripts.Describe, filter)
                .Select(secret => new SecretEntry(Text(secret, "Name"), secret.Properties["Metadata"]?.Value)),
        ];

    /// <summary>A secret of a vault, if it is there.</summary>
    public SecretEntry? Find(VaultInfo vault, string name) =>
        Describe(vault, WildcardPattern.Escape(name))
            .FirstOrDefault(secret => secret.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>A secret's value; null if it is not there.</summary>
    public SecureString? Read(VaultInfo vault, string name)
    {
        PSObject answer = Try(vault, VaultScripts.Read, name).Single();
        object? value = answer.Properties["Value"].Value is PSObject wrapped
            ? wrapped.BaseObject
            : answer.Properties["Value"].Value;
        if (value is null)
        {
            ErrorRecord[] faults =
            [
                .. ((IEnumerable)answer.Properties["Faults"].Value)
                    .Cast<object>()
                    .Select(item => item is PSObject wrappedItem ? wrappedItem.BaseObject : item)
                    .Select(item => item as ErrorRecord ?? (item as IContainsErrorRecord)?.ErrorRecord)
                    .OfType<ErrorRecord>()
                    .Where(record =>
                        !record.FullyQualifiedErrorId.StartsWith("GetSecretNotFound", StringComparison.Ordinal)
                    ),
            ];

            // The first error is the cause; those after it are its consequences.
            return faults.Length == 0
                ? null
                : throw VaultErrors.Explain(
                    vault,
                    faults[0].Exception,
                    string.Join(" ", faults.Select(record => record.FullyQualifiedErrorId))
                );
        }

        SecureString? key = value switch
        {
            SecureString secure => secure,
            string text => EnvironmentSettings.Secure(text),
            PSCredential credential => credential.Password,
            _ => throw VaultErrors.WrongType(vault, name, value.GetType().Name),
        };
        return key.Length > 0 ? key : throw VaultErrors.Empty(vault, name);
    }

    private static string Text(PSObject item, string property) =>
        item.Properties[property]?.Value?.ToString() ?? string.Empty;

    private IReadOnlyList<PSObject> Try(VaultInfo? vault, string script, string? name = null)
    {
        try
        {
            return vault is null
                ? shell.Run(script)
                : shell.Run(script, vault.Name, vault.Module, vault.Path, name, shell.IsQuiet);
        }
        catch (TimeoutException)
        {
            throw VaultErrors.TimedOut(vault);
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw VaultErrors.Explain(vault, e, e.ErrorRecord?.FullyQualifiedErrorId ?? string.Empty);
        }
    }
}
