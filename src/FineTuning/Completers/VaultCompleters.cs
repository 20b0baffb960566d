using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using FineTuning.Vaults;

namespace FineTuning.Completers;

/// <summary>Names of the vaults that are registered with SecretManagement.</summary>
public sealed class VaultCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) =>
        VaultNames
            .Ask(
                (reader, _) =>
                    reader
                        .ListVaults()
                        .Select(vault => Completion.Result(vault.Name, tip: $"{vault.Name}, {vault.Module}"))
            )
            .Where(result => Completion.Matches(result.ListItemText, wordToComplete));
}

/// <summary>Names of the secrets in open vaults, or in the one that is named with -Vault.</summary>
public sealed class SecretNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    )
    {
        string? named = fakeBoundParameters["Vault"]?.ToString();
        return VaultNames
            .Ask(
                (reader, mightAsk) =>
                    reader
                        .ListVaults()
                        .Where(vault =>
                            (named is null || vault.Name.Equals(named, StringComparison.OrdinalIgnoreCase))
                            && (vault.IsSecretStore || !mightAsk())
                        )
                        .SelectMany(vault => Describe(reader, vault))
                        .Select(found =>
                            Completion.Result(found.Secret.Name, tip: $"{found.Secret.Name} in {found.Vault.Name}")
                        )
            )
            .Where(result => Completion.Matches(result.ListItemText, wordToComplete));
    }

    private static IEnumerable<(VaultInfo Vault, SecretEntry Secret)> Describe(VaultReader reader, VaultInfo vault)
    {
        try
        {
            return reader.Describe(vault, "*").Select(secret => (vault, secret));
        }
        catch (VaultException)
        {
            // A locked vault stays locked; the names of the others are still offered.
            return [];
        }
    }
}
