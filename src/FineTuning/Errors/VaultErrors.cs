using System.Management.Automation;
using System.Management.Automation.Host;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using FineTuning.Vaults;

namespace FineTuning.Errors;

/// <summary>What can go wrong with a vault, in words that say what to run.</summary>
internal static class VaultErrors
{
    private const string PasswordRequired = VaultScripts.Manager + ".PasswordRequiredException";

    public static VaultException NotInstalled() =>
        new(
            "SecretManagementMissing",
            ErrorCategory.NotInstalled,
            $"The module {VaultScripts.Manager} is not installed.",
            $"Run Install-Module {VaultScripts.Manager}, {VaultScripts.Store}, as the account that needs it or with -Scope AllUsers."
        );

    public static VaultException NoVault() =>
        new(
            "NoSecretVault",
            ErrorCategory.ObjectNotFound,
            $"The account {Environment.UserName} has no secret vault registered.",
            $"Run Register-SecretVault Personal -ModuleName {VaultScripts.Store} as this account: vaults are registered for each account apart."
        );

    public static VaultException NoSuchVault(string name, IEnumerable<VaultInfo> vaults) =>
        new(
            "SecretVaultNotFound",
            ErrorCategory.ObjectNotFound,
            $"The account {Environment.UserName} has no secret vault {name}; it has {string.Join(", ", vaults.Select(vault => vault.Name))}.",
            "Name one of those, or run Register-SecretVault as this account."
        );

    public static VaultException NoSecret(string name, string? vault) =>
        new(
            "SecretNotFound",
            ErrorCategory.ObjectNotFound,
            $"The secret {name} is not in {(vault is null ? "the registered vaults" : $"the vault {vault}")}.",
            "Get-SecretInfo lists the secrets, Set-Secret adds one."
        );

    public static VaultException WrongType(VaultInfo vault, string name, string type) =>
        new(
            "SecretOfWrongType",
            ErrorCategory.InvalidType,
            $"The secret {name} in the vault {vault.Name} is a {type}, not a string, SecureString or credential.",
            $"Run Set-Secret {name} -Vault {vault.Name} -Secret (Read-Host -AsSecureString), or name another secret."
        );

    public static VaultException Empty(VaultInfo vault, string name) =>
        new(
            "SecretOfWrongType",
            ErrorCategory.InvalidType,
            $"The secret {name} in the vault {vault.Name} is empty.",
            $"Run Set-Secret {name} -Vault {vault.Name} -Secret (Read-Host -AsSecureString), or name another secret."
        );

    public static VaultException OtherEndpoint(VaultInfo vault, string name, SecretScope scope, Uri endpoint) =>
        new(
            "SecretForOtherEndpoint",
            ErrorCategory.PermissionDenied,
            $"The secret {name} in the vault {vault.Name} is for {scope}, not for {endpoint.Authority}.",
            $"Connect to that endpoint, or change the {SecretScope.Key} in the secret's metadata with Set-SecretInfo."
        );

    public static VaultException TimedOut(VaultInfo? vault) =>
        new(
            "SecretVaultTimedOut",
            ErrorCategory.OperationTimeout,
            $"{Name(vault)} gave no answer.",
            "Look whether it waits for something outside this session, and whether Get-SecretInfo works."
        );

    /// <summary>SecretManagement cannot even list the vaults without a home folder, and in a process where it once
    /// failed it always will.</summary>
    /// <exception cref="VaultException">There is none.</exception>
    public static void ThrowIfHomeIsMissing()
    {
        if (
            !RuntimeInformation.IsOSPlatform(OSPlatform.Windows)
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("HOME"))
        )
        {
            throw new VaultException(
                "SecretHomeMissing",
                ErrorCategory.ResourceUnavailable,
                "SecretManagement keeps its vaults in the home folder, and the environment variable HOME is not set.",
                "Set HOME to a folder that only this account can read, for example with $env:HOME = '/var/lib/NAME' as the first line of the script."
            );
        }
    }

    /// <summary>Explains a failure by its causes.</summary>
    /// <param name="vault">The vault; null if SecretManagement failed before it asked one.</param>
    /// <param name="e">The failure.</param>
    /// <param name="id">Its error id, and those of what followed from it.</param>
    public static VaultException Explain(VaultInfo? vault, Exception e, string id)
    {
        Exception[] causes = [.. Causes(e)];
        if (
            causes.Any(cause =>
                cause.GetType().FullName == PasswordRequired || cause is HostException or VaultPromptException
            )
        )
        {
            return Locked(vault);
        }

        string reason = Regex.Replace(causes[causes.Length - 1].Message, @"\s+", " ").TrimEnd('.', ' ');
        if (causes.OfType<TypeInitializationException>().Any())
        {
            return new VaultException(
                "SecretHomeMissing",
                ErrorCategory.ResourceUnavailable,
                $"The vaults of the account {Environment.UserName} cannot be read: {reason}.",
                "Let HOME be a folder that this account may write to, and start a new PowerShell: this one has given its vaults up."
            );
        }

        bool isNotLoaded =
            vault is not null
            && (
                id.IndexOf("Modules_", StringComparison.Ordinal) >= 0
                || !(Directory.Exists(vault.Path) || File.Exists(vault.Path))
            );
        return isNotLoaded
            ? new VaultException(
                "SecretVaultNotLoaded",
                ErrorCategory.NotInstalled,
                $"The module {vault!.Module} of the vault {vault.Name} could not be loaded: {reason}.",
                $"Run Install-Module {vault.Module}, then Unregister-SecretVault {vault.Name} and Register-SecretVault {vault.Name} -ModuleName {vault.Module}."
            )
            : new VaultException(
                "SecretUnavailable",
                ErrorCategory.ResourceUnavailable,
                $"{Name(vault)} could not be read: {reason}.",
                vault is null
                    ? "Look whether Get-SecretVault works."
                    : $"Look whether Get-SecretInfo -Vault {vault.Name} works, and Test-SecretVault {vault.Name}."
            );
    }

    private static VaultException Locked(VaultInfo? vault) =>
        new(
            "SecretVaultLocked",
            ErrorCategory.AuthenticationError,
            $"{Name(vault)} is locked.",
            vault?.IsSecretStore == false
                ? $"Run Unlock-SecretVault {vault.Name} in this session before."
                : "Run Unlock-SecretStore in this session before. For the account of a task or runbook, let the store open by itself with "
                    + "Set-SecretStoreConfiguration -Authentication None -Interaction None."
        );

    private static string Name(VaultInfo? vault) => vault is null ? "SecretManagement" : $"The vault {vault.Name}";

    private static IEnumerable<Exception> Causes(Exception e)
    {
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
        {
            yield return cause;

            // A script that was ended by an error of another command carries that one in its record alone.
            if (
                cause is IContainsErrorRecord { ErrorRecord.Exception: Exception recorded }
                && recorded != cause
                && recorded != cause.InnerException
            )
            {
                foreach (Exception inner in Causes(recorded))
                {
                    yield return inner;
                }
            }
        }
    }
}
