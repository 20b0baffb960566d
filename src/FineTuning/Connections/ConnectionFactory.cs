using FineTuning.Core.Client;
using FineTuning.Core.Connections;
using FineTuning.Core.Credentials;
using FineTuning.Core.Http;
using FineTuning.Errors;
using FineTuning.Output;
using FineTuning.Runtime;
using FineTuning.Vaults;

namespace FineTuning.Connections;

/// <summary>Makes a connection of what is known of it, and finds its key. What is wrong or missing stops the
/// cmdlet.</summary>
internal sealed class ConnectionFactory(AsyncCmdlet cmdlet)
{
    /// <summary>Goes where a key is wanted and any will do. Long enough to be no part of any other text, which would be
    /// masked.</summary>
    private const string NoKey = "no-key-for-a-local-server";

    /// <summary>A local server without a key takes any key that begins like an admin key for one.</summary>
    private const string NoAdminKey = "sk-admin-no-key-for-a-local-server";

    /// <summary>Makes a connection; it sends nothing.</summary>
    /// <param name="profile">Everything but secrets.</param>
    /// <param name="given">The secrets that were given.</param>
    /// <param name="name">Its name, if it has one.</param>
    public FineTuningConnection Make(ConnectionProfile profile, ExplicitSecrets given, string? name)
    {
        WarnOfPlainHttp(profile);
        CheckSecrets(profile, given, name);
        return Guard(
            profile.Endpoint,
            () =>
            {
                ClientOptions options = Options(profile, given);
                // A wrong address is reported before a vault is asked for the key.
                options.Validate();
                (ApiCredential credential, string source) = Key(profile, given);
                (ApiCredential? admin, string? adminSource) = AdminKey(profile);
                return new FineTuningConnection(options, credential, admin)
                {
                    Name = name,
                    Profile = profile,
                    KeySource = source,
                    AdminKeySource = adminSource,
                };
            }
        );
    }

    /// <summary>Makes a connection to a local server that this session has started.</summary>
    /// <param name="server">The server.</param>
    /// <param name="key">Its key; null if it takes any.</param>
    public FineTuningConnection MakeLocal(FineTuningServerInfo server, System.Security.SecureString? key)
    {
        var options = new ClientOptions { Endpoint = server.Endpoint, Dialect = server.Dialect };
        return Guard(
            server.Endpoint,
            () =>
                new FineTuningConnection(
                    options,
                    new KeyCredential(key ?? EnvironmentSettings.Secure(NoKey)),
                    LocalAdmin(key)
                )
                {
                    KeySource = key is null ? "none (the local server takes any key)" : "parameter ApiKey",
                }
        );
    }

    private static KeyCredential? LocalAdmin(System.Security.SecureString? key) =>
        key is null ? new KeyCredential(EnvironmentSettings.Secure(NoAdminKey)) : null;

    private static ClientOptions Options(ConnectionProfile profile, ExplicitSecrets given)
    {
        var usual = new ClientOptions();
        return new ClientOptions
        {
            Endpoint = profile.Endpoint,
            Dialect = profile.Dialect,
            ApiVersion = profile.ApiVersion,
            Organization = profile.Organization,
            Project = profile.Project,
            Headers = Headers(profile, given),
            Proxy = Proxy(profile, given),
            Timeout = profile.TimeoutSec is double seconds ? TimeSpan.FromSeconds(seconds) : usual.Timeout,
            MaxRetryCount = profile.MaxRetryCount ?? usual.MaxRetryCount,
            AllowInsecureHttp = profile.AllowInsecureHttp,
        };
    }

    /// <summary>Stops the cmdlet if a saved connection wants secrets that were not given again, and names all of
    /// them.</summary>
    private void CheckSecrets(ConnectionProfile profile, ExplicitSecrets given, string? name)
    {
        var missing = new List<(string What, string Parameter)>();
        if (
            profile.Key == KeyOrigin.Given
            && given.ApiKey is null
            && given.AccessToken is null
            && given.TokenProvider is null
        )
        {
            missing.Add(
                profile.GivenBy switch
                {
                    "AccessToken" => ("its token", "-AccessToken (Read-Host -AsSecureString)"),
                    "TokenProvider" => ("its token provider", "-TokenProvider { … }"),
                    _ => ("its key", "-ApiKey (Read-Host -AsSecureString)"),
                }
            );
        }

        missing.AddRange(
            (profile.SecretHeaders ?? [])
                .Where(secret => !given.Headers.Any(h => h.Name.Equals(secret, StringComparison.OrdinalIgnoreCase)))
                .Select(secret =>
                    ($"the value of the header {secret}", $"-Header @{{ '{secret}' = (Read-Host -AsSecureString) }}")
                )
        );
        if (profile.ProxyUserName is not null && given.ProxyCredential is null)
        {
            missing.Add(("the password for the proxy", "-ProxyCredential (Get-Credential)"));
        }

        if (missing.Count > 0)
        {
            throw cmdlet.Stop(
                ConnectionErrors.SecretNotSaved(
                    name,
                    string.Join(" and ", missing.Select(m => m.What)),
                    string.Join(" ", missing.Select(m => m.Parameter))
                )
            );
        }
    }

    private static IReadOnlyList<RequestHeader> Headers(ConnectionProfile profile, ExplicitSecrets given) =>
        [
            .. (profile.Headers ?? new Dictionary<string, string>()).Select(h => new RequestHeader(h.Key, h.Value)),
            .. given.Headers,
        ];

    private static ProxyOptions? Proxy(ConnectionProfile profile, ExplicitSecrets given)
    {
        bool isSystems = profile.Proxy is null && given.ProxyCredential is null && !profile.ProxyUseDefaultCredentials;
        return isSystems
            ? null
            : new ProxyOptions(
                profile.Proxy,
                given.ProxyCredential?.UserName,
                given.ProxyCredential?.Password,
                profile.ProxyUseDefaultCredentials
            );
    }

    private (ApiCredential Credential, string Source) Key(ConnectionProfile profile, ExplicitSecrets given)
    {
        if (given.ApiKey is not null)
        {
            return (new KeyCredential(given.ApiKey), "parameter ApiKey");
        }

        if (given.TokenProvider is not null)
        {
            AccessToken? first = given.AccessToken is null ? null : new AccessToken(given.AccessToken, null);
            return (
                new TokenCredential(new TokenProvider(given.TokenProvider), first),
                first is null ? "token provider" : "parameter AccessToken, then the token provider"
            );
        }

        if (given.AccessToken is not null)
        {
            return (new KeyCredential(given.AccessToken, isToken: true), "parameter AccessToken");
        }

        switch (profile.Key)
        {
            case KeyOrigin.Secret:
                return (
                    new KeyCredential(SecretVault.Get(cmdlet, profile.SecretName!, profile.Vault, profile.Endpoint)),
                    KeySources.Secret(profile.SecretName!, profile.Vault)
                );
            case KeyOrigin.Identity:
                return (
                    new TokenCredential(new ManagedIdentity(profile.Endpoint, profile.ClientId, Proxy(profile, given))),
                    KeySources.Identity(profile.ClientId)
                );
            default:
                ResolvedKey found = Find(profile.Endpoint);
                return (new KeyCredential(found.Key, found.IsToken), found.Source);
        }
    }

    private (ApiCredential? Credential, string? Source) AdminKey(ConnectionProfile profile)
    {
        if (profile.AdminSecretName is string secret)
        {
            return (
                new KeyCredential(SecretVault.Get(cmdlet, secret, profile.AdminVault, profile.Endpoint)),
                KeySources.Secret(secret, profile.AdminVault)
            );
        }

        return EnvironmentSettings.AdminKeyFor(profile.Endpoint) is ResolvedKey found
            ? (new KeyCredential(found.Key), found.Source)
            : (null, null);
    }

    /// <summary>Looks for a key that nobody named: in the vault, then in the environment.</summary>
    private ResolvedKey Find(Uri endpoint)
    {
        // A key in a vault is sent only to the endpoint it is for, whatever base address the environment has.
        if (
            SecretVault.FindForEndpoint(cmdlet, EnvironmentSettings.Key, endpoint, out string? advice)
            is ResolvedSecret secret
        )
        {
            return new ResolvedKey(secret.Key, $"secret {EnvironmentSettings.Key} in vault {secret.Vault}");
        }

        if (EnvironmentSettings.KeyFor(endpoint) is ResolvedKey found)
        {
            return found;
        }

        if (endpoint.IsLoopback)
        {
            // A server of this machine that was started without a key takes any.
            return new ResolvedKey(EnvironmentSettings.Secure(NoKey), "none (a local server that asks for no key)");
        }

        bool isAzure = ApiDialects.Of(endpoint) == ApiDialect.Azure;
        string handOver = RunspaceState.IsConnectedElsewhere
            ? "Another runspace of this process is connected: hand its connection over with -Connection "
                + "$using:connection. Or run"
            : "Run";
        string variables = isAzure
            ? $"{EnvironmentSettings.AzureKey} and {EnvironmentSettings.AzureEndpoint}"
            : $"{EnvironmentSettings.Key} and {EnvironmentSettings.Endpoint}";
        string vault =
            endpoint == ClientOptions.OpenAIEndpoint
                ? $"Set-Secret {EnvironmentSettings.Key} with SecretManagement"
                : "Set-Secret with SecretManagement and name the secret with -SecretName";
        string identity = isAzure ? " -Identity uses Azure's managed identity." : string.Empty;
        throw cmdlet.Stop(
            ConnectionErrors.NoKey(
                endpoint,
                ("advice", advice is null ? null : advice + " "),
                ("run", handOver),
                ("vault", vault),
                ("variables", variables),
                ("identity", identity)
            )
        );
    }

    private void WarnOfPlainHttp(ConnectionProfile profile)
    {
        if (profile.AllowInsecureHttp && profile.Endpoint.Scheme == "http" && !profile.Endpoint.IsLoopback)
        {
            cmdlet.WriteWarning(
                $"The key goes to {profile.Endpoint.Authority} unencrypted: everybody on the way can read it."
            );
        }
    }

    private FineTuningConnection Guard(Uri endpoint, Func<FineTuningConnection> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException e)
        {
            throw cmdlet.Stop(ConnectionErrors.Refused(e, endpoint));
        }
    }
}
