using System.Management.Automation;
using FineTuning.Commands;
using FineTuning.Connections;
using FineTuning.Core.Client;
using FineTuning.Core.Connections;
using FineTuning.Core.Http;
using FineTuning.Errors;
using FineTuning.Runtime;

namespace FineTuning.Parameters;

/// <summary>What the parameters of Connect-FineTuning mean together.</summary>
internal sealed class ConnectParameters(ConnectFineTuningCommand command)
{
    // These say nothing of the connection itself.
    private static readonly string[] s_manners =
    [
        nameof(ConnectFineTuningCommand.Name),
        nameof(ConnectFineTuningCommand.SkipCheck),
        nameof(ConnectFineTuningCommand.PassThru),
    ];

    /// <summary>Whether a connection was named and nothing else, so that an open one of the name serves.</summary>
    public bool IsNameAlone =>
        command.Name is not null
        && !command
            .MyInvocation.BoundParameters.Keys.Except(s_manners)
            .Except(Cmdlet.CommonParameters)
            .Except(Cmdlet.OptionalCommonParameters)
            .Any();

    /// <summary>Whether the service was given as the local server.</summary>
    public bool IsLocal => "Local".Equals(command.Endpoint, StringComparison.OrdinalIgnoreCase);

    /// <summary>Stops the cmdlet if parameters do not go together.</summary>
    public void Check()
    {
        if (command.Endpoint is not null && command.AzureResource is not null)
        {
            Refuse("-Endpoint and -AzureResource name the service twice.", "Give one of them.");
        }

        if (command.Save && command.Name is null)
        {
            Refuse("-Save needs a name to keep the connection under.", "Add -Name.");
        }

        if (command.Save && UserFolder.Connections is null)
        {
            Refuse(
                "This account has no profile folder to save a connection in.",
                "Give the parameters each time, or give the account a home folder."
            );
        }

        if (command.Name is not null && !ProfileStore.IsName(command.Name))
        {
            Refuse(
                $"'{command.Name}' cannot be the name of a connection.",
                "Use letters, digits, spaces, dots, dashes or underscores, 64 at the most."
            );
        }

        if (command.Vault is not null && command.SecretName is null && command.AdminSecretName is null)
        {
            Refuse("-Vault says where to look, but not for what.", "Add -SecretName or -AdminSecretName.");
        }

        if (command.ClientId is not null && !command.Identity)
        {
            Refuse("-ClientId names a managed identity.", "Add -Identity.");
        }

        if (command.ParameterSetName == "Identity" && !command.Identity)
        {
            Refuse(
                "-Identity:$false says that there is no managed identity, but not where the key comes from.",
                "Leave it out."
            );
        }
    }

    /// <summary>What the parameters change: the service that is named, an open or saved connection, or the service of
    /// the environment.</summary>
    public ConnectionProfile Base()
    {
        if (command.Endpoint is not null || command.AzureResource is not null)
        {
            return ServiceAddress.Find(command, command.Endpoint, command.AzureResource, command.ApiVersion);
        }

        if (command.Name is string name)
        {
            // Not the environment's: a name that is spelled wrong must not send a key somewhere else.
            return RunspaceState.Current.Find(name)?.Profile
                ?? new SavedConnections(command).Read(name)
                ?? throw ConnectionResolver.NotFound(command, name);
        }

        return EnvironmentSettings.Service(
            command,
            isForToken: command.ParameterSetName is "Identity" or "Token" or "Provider"
        );
    }

    /// <summary>The secrets among the parameters.</summary>
    /// <param name="headers">What -Header has.</param>
    public ExplicitSecrets Secrets(IReadOnlyList<RequestHeader> headers) =>
        new()
        {
            ApiKey = command.ApiKey,
            AccessToken = command.AccessToken,
            TokenProvider = command.TokenProvider,
            ProxyCredential = command.ProxyCredential,
            Headers = [.. headers.Where(h => h.IsSecret)],
        };

    /// <summary>A profile as the parameters change it.</summary>
    /// <param name="profile">The service that was named, a saved connection, or the environment's.</param>
    /// <param name="headers">What -Header has.</param>
    public ConnectionProfile Change(ConnectionProfile profile, IReadOnlyList<RequestHeader> headers)
    {
        ConnectionProfile changed = WithKey(WithVersion(profile));
        return changed with
        {
            Organization = command.Organization ?? changed.Organization,
            Project = command.Project ?? changed.Project,
            Headers = HeaderTable.Merge(changed.Headers, headers),
            SecretHeaders = HeaderTable.MergeSecret(changed.SecretHeaders, headers),
            Proxy = command.Proxy ?? changed.Proxy,
            ProxyUserName =
                command.ProxyCredential?.UserName
                ?? (command.ProxyUseDefaultCredentials ? null : changed.ProxyUserName),
            ProxyUseDefaultCredentials = command.Has(nameof(command.ProxyUseDefaultCredentials))
                ? command.ProxyUseDefaultCredentials
                : changed.ProxyUseDefaultCredentials && command.ProxyCredential is null,
            TimeoutSec = command.Has(nameof(command.TimeoutSec)) ? command.TimeoutSec : changed.TimeoutSec,
            MaxRetryCount = command.Has(nameof(command.MaxRetryCount)) ? command.MaxRetryCount : changed.MaxRetryCount,
            AllowInsecureHttp = command.Has(nameof(command.AllowInsecureHttp))
                ? command.AllowInsecureHttp
                : changed.AllowInsecureHttp,
            AdminSecretName = command.AdminSecretName ?? changed.AdminSecretName,
            AdminVault = command.AdminSecretName is null ? changed.AdminVault : command.Vault,
        };
    }

    /// <summary>The dated versions of Azure's API have paths of their own; an -Endpoint is taken as it is.</summary>
    private ConnectionProfile WithVersion(ConnectionProfile profile) =>
        command.ApiVersion is not string version
            ? profile
            : profile with
            {
                ApiVersion = version,
                Endpoint =
                    command.Endpoint is null && profile.Dialect == ApiDialect.Azure
                        ? AzureAddress.Base(profile.Endpoint.ToString(), version)
                        : profile.Endpoint,
            };

    /// <summary>A key of another kind leaves nothing of the place of the one before.</summary>
    private ConnectionProfile WithKey(ConnectionProfile profile) =>
        command.ParameterSetName switch
        {
            "Found" => profile,
            "Secret" => profile with
            {
                Key = KeyOrigin.Secret,
                SecretName = command.SecretName,
                Vault = command.Vault,
                ClientId = null,
            },
            "Identity" => profile with { Key = KeyOrigin.Identity, SecretName = null, ClientId = command.ClientId },
            "Token" when command.TokenProvider is null => profile with
            {
                Key = KeyOrigin.Given,
                GivenBy = nameof(command.AccessToken),
                SecretName = null,
                ClientId = null,
            },
            "Token" or "Provider" => profile with
            {
                Key = KeyOrigin.Given,
                GivenBy = nameof(command.TokenProvider),
                SecretName = null,
                ClientId = null,
            },
            _ => profile with
            {
                Key = KeyOrigin.Given,
                GivenBy = nameof(command.ApiKey),
                SecretName = null,
                ClientId = null,
            },
        };

    private void Refuse(string message, string action) =>
        command.ThrowTerminatingError(ConnectionErrors.Invalid(message, action, command.Name));
}
