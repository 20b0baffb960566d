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
    private const string GiveAnother =
        "Run Set-Secret {secret} -Vault {vault} -Secret (Read-Host -AsSecureString), or name another secret.";

    private static readonly ErrorDefinition s_notInstalled = Define(
        "SecretManagementMissing",
        ErrorCategory.NotInstalled,
        $"The module {VaultScripts.Manager} is not installed.",
        $"Run Install-Module {VaultScripts.Manager}, {VaultScripts.Store}, as the account that needs it or with "
            + $"-Scope AllUsers."
    );

    private static readonly ErrorDefinition s_noVault = Define(
        "NoSecretVault",
        ErrorCategory.ObjectNotFound,
        "The account {account} has no secret vault registered.",
        $"Run Register-SecretVault Personal -ModuleName {VaultScripts.Store} as this account: vaults are registered "
            + $"for each account apart."
    );

    private static readonly ErrorDefinition s_noSuchVault = Define(
        "SecretVaultNotFound",
        ErrorCategory.ObjectNotFound,
        "The account {account} has no secret vault {vault}; it has {vaults}.",
        "Name one of those, or run Register-SecretVault as this account."
    );

    private static readonly ErrorDefinition s_noSecret = Define(
        "SecretNotFound",
        ErrorCategory.ObjectNotFound,
        "The secret {secret} is not in {vaults}.",
        "Get-SecretInfo lists the secrets, Set-Secret adds one."
    );

    private static readonly ErrorDefinition s_wrongType = Define(
        "SecretOfWrongType",
        ErrorCategory.InvalidType,
        "The secret {secret} in the vault {vault} is a {type}, not a string, SecureString or credential.",
        GiveAnother
    );

    private static readonly ErrorDefinition s_otherEndpoint = Define(
        "SecretForOtherEndpoint",
        ErrorCategory.PermissionDenied,
        "The secret {secret} in the vault {vault} is for {scope}, not for {endpoint}.",
        $"Connect to that endpoint, or change the {SecretScope.Key} in the secret's metadata with Set-SecretInfo."
    );

    private static readonly ErrorDefinition s_timedOut = Define(
        "SecretVaultTimedOut",
        ErrorCategory.OperationTimeout,
        "{who} gave no answer.",
        "Look whether it waits for something outside this session, and whether Get-SecretInfo works."
    );

    private static readonly ErrorDefinition s_homeMissing = Define(
        "SecretHomeMissing",
        ErrorCategory.ResourceUnavailable,
        "SecretManagement keeps its vaults in the home folder, and the environment variable HOME is not set.",
        "Set HOME to a folder that only this account can read, for example with $env:HOME = '/var/lib/NAME' as the "
            + "first line of the script."
    );

    private static readonly ErrorDefinition s_notLoaded = Define(
        "SecretVaultNotLoaded",
        ErrorCategory.NotInstalled,
        "The module {module} of the vault {vault} could not be loaded: {reason}.",
        "Run Install-Module {module}, then Unregister-SecretVault {vault} and Register-SecretVault {vault} "
            + "-ModuleName {module}."
    );

    private static readonly ErrorDefinition s_unavailable = Define(
        "SecretUnavailable",
        ErrorCategory.ResourceUnavailable,
        "{who} could not be read: {reason}.",
        "Look whether Get-SecretInfo -Vault {vault} works, and Test-SecretVault {vault}."
    );

    private static readonly ErrorDefinition s_locked = Define(
        "SecretVaultLocked",
        ErrorCategory.AuthenticationError,
        "{who} is locked.",
        "Run Unlock-SecretStore in this session before. For the account of a task or runbook, let the store open by "
            + "itself with "
            + "Set-SecretStoreConfiguration -Authentication None -Interaction None."
    );

    /// <summary>Whether no vault was set up, which only matters where one was asked for.</summary>
    public static bool IsNotSetUp(VaultException e) => e.Id == s_notInstalled.Id || e.Id == s_noVault.Id;

    public static VaultException NotInstalled() => new(s_notInstalled);

    public static VaultException NoVault() => new(s_noVault.Fill(Account));

    public static VaultException NoSuchVault(string name, IEnumerable<VaultInfo> vaults) =>
        new(
            s_noSuchVault.Fill(
                Account,
                ("vault", name),
                ("vaults", string.Join(", ", vaults.Select(vault => vault.Name)))
            )
        );

    public static VaultException NoSecret(string name, string? vault) =>
        new(
            s_noSecret.Fill(
                ("secret", name),
                ("vaults", vault is null ? "the registered vaults" : $"the vault {vault}")
            )
        );

    public static VaultException WrongType(VaultInfo vault, string name, string type) =>
        new(s_wrongType.Fill(("secret", name), ("vault", vault.Name), ("type", type)));

    public static VaultException Empty(VaultInfo vault, string name) =>
        new(
            (s_wrongType with { Message = "The secret {secret} in the vault {vault} is empty." }).Fill(
                ("secret", name),
                ("vault", vault.Name)
            )
        );

    public static VaultException OtherEndpoint(VaultInfo vault, string name, SecretScope scope, Uri endpoint) =>
        new(
            s_otherEndpoint.Fill(
                ("secret", name),
                ("vault", vault.Name),
                ("scope", scope.ToString()),
                ("endpoint", endpoint.Authority)
            )
        );

    public static VaultException TimedOut(VaultInfo? vault) => new(s_timedOut.Fill(("who", Name(vault))));

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
            throw new VaultException(s_homeMissing);
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
            return HomeUnusable(reason);
        }

        bool isNotLoaded =
            vault is not null
            && (
                id.IndexOf("Modules_", StringComparison.Ordinal) >= 0
                || !(Directory.Exists(vault.Path) || File.Exists(vault.Path))
            );
        return isNotLoaded
            ? new VaultException(s_notLoaded.Fill(("module", vault!.Module), ("vault", vault.Name), ("reason", reason)))
            : Unavailable(vault, reason);
    }

    private static VaultException HomeUnusable(string reason) =>
        new(
            (
                s_homeMissing with
                {
                    Message = "The vaults of the account {account} cannot be read: {reason}.",
                    Action =
                        "Let HOME be a folder that this account may write to, and start a new PowerShell: this one "
                        + "has given its vaults up.",
                }
            ).Fill(Account, ("reason", reason))
        );

    private static VaultException Unavailable(VaultInfo? vault, string reason) =>
        new(
            (
                vault is null ? s_unavailable with { Action = "Look whether Get-SecretVault works." } : s_unavailable
            ).Fill(("who", Name(vault)), ("vault", vault?.Name), ("reason", reason))
        );

    private static VaultException Locked(VaultInfo? vault) =>
        new(
            (
                vault?.IsSecretStore == false
                    ? s_locked with
                    {
                        Action = "Run Unlock-SecretVault {vault} in this session before.",
                    }
                    : s_locked
            ).Fill(("who", Name(vault)), ("vault", vault?.Name))
        );

    private static (string Name, string? Value) Account => ("account", Environment.UserName);

    private static ErrorDefinition Define(string id, ErrorCategory category, string message, string action) =>
        new(id, category, message, action) { Cause = text => new PSInvalidOperationException(text) };

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
