using System.Collections;
using System.Management.Automation;
using System.Security;
using FineTuning.Completers;
using FineTuning.Connections;
using FineTuning.Core.Client;
using FineTuning.Core.Connections;
using FineTuning.Core.Http;
using FineTuning.Output;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Chooses the service and the key for this session.</summary>
[Cmdlet(
    VerbsCommunications.Connect,
    "FineTuning",
    DefaultParameterSetName = "Found",
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Low
)]
[OutputType(typeof(FineTuningConnection))]
public sealed class ConnectFineTuningCommand : AsyncCmdlet
{
    // These say nothing of the connection itself.
    private static readonly string[] s_manners = [nameof(Name), nameof(SkipCheck), nameof(PassThru)];

    /// <summary>The exact base of the API, or the words OpenAI or Local.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(EndpointCompleter))]
    public string? Endpoint { get; set; }

    /// <summary>The name or the address of an Azure OpenAI resource.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? AzureResource { get; set; }

    /// <summary>The key.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Key")]
    [SecretTransform("A key", SecretTransformAttribute.Key)]
    [ValidateNotNull]
    public SecureString? ApiKey { get; set; }

    /// <summary>The name of a secret with the key.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Secret")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    public string? SecretName { get; set; }

    /// <summary>Uses the Azure managed identity of this machine, function or runbook.</summary>
    [Parameter(ParameterSetName = "Identity")]
    public SwitchParameter Identity { get; set; }

    /// <summary>The client id of a user-assigned identity.</summary>
    [Parameter(ParameterSetName = "Identity")]
    [ValidateNotNullOrEmpty]
    public string? ClientId { get; set; }

    /// <summary>A token of Entra.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Token")]
    [SecretTransform("A token", SecretTransformAttribute.Token)]
    [ValidateNotNull]
    public SecureString? AccessToken { get; set; }

    /// <summary>Gives a new token when one is needed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Provider")]
    [Parameter(ParameterSetName = "Token")]
    [ValidateNotNull]
    public ScriptBlock? TokenProvider { get; set; }

    /// <summary>The name of a secret with the key for checkpoint permissions.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    public string? AdminSecretName { get; set; }

    /// <summary>The vault of the secrets.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VaultCompleter))]
    public string? Vault { get; set; }

    /// <summary>The organisation to bill.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Organization { get; set; }

    /// <summary>The project to bill.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Project { get; set; }

    /// <summary>The version of the API.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ApiVersionCompleter))]
    public string? ApiVersion { get; set; }

    /// <summary>Headers that go along with every request.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable? Header { get; set; }

    /// <summary>The proxy.</summary>
    [Parameter]
    [ProxyTransform]
    [ValidateNotNull]
    public Uri? Proxy { get; set; }

    /// <summary>Name and password for the proxy.</summary>
    [Parameter]
    [ValidateNotNull]
    public PSCredential? ProxyCredential { get; set; }

    /// <summary>The proxy knows the account that runs this process.</summary>
    [Parameter]
    public SwitchParameter ProxyUseDefaultCredentials { get; set; }

    /// <summary>Seconds without progress until a request is given up.</summary>
    [Parameter]
    [ValidateRange(0.001, 86400)]
    public double TimeoutSec { get; set; } = new ClientOptions().Timeout.TotalSeconds;

    /// <summary>Repeats of a request that failed for a passing reason.</summary>
    [Parameter]
    [ValidateRange(0, 20)]
    public int MaxRetryCount { get; set; } = new ClientOptions().MaxRetryCount;

    /// <summary>A name for the connection; or the name of one that is open or saved.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    public string? Name { get; set; }

    /// <summary>Keeps the connection, without its secrets, for other sessions.</summary>
    [Parameter]
    public SwitchParameter Save { get; set; }

    /// <summary>Allows plain http to other machines.</summary>
    [Parameter]
    public SwitchParameter AllowInsecureHttp { get; set; }

    /// <summary>Connects without a first request.</summary>
    [Parameter]
    public SwitchParameter SkipCheck { get; set; }

    /// <summary>Emits the connection.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        new ConnectParameters(this).Check();
        if (Open() is FineTuningConnection open)
        {
            Use(open);
            return;
        }

        IReadOnlyList<RequestHeader> headers = HeaderTable.Read(this, Header);
        ConnectionProfile profile = new ConnectParameters(this).Change(Base(), headers);
        if (!ShouldProcess(profile.Endpoint.ToString(), "Connect"))
        {
            return;
        }

        var given = new ExplicitSecrets
        {
            ApiKey = ApiKey,
            AccessToken = AccessToken,
            TokenProvider = TokenProvider,
            ProxyCredential = ProxyCredential,
            Headers = [.. headers.Where(h => h.IsSecret)],
        };
        FineTuningConnection connection = new ConnectionFactory(this).Make(profile, given, Name);
        if (!SkipCheck)
        {
            await ConnectionResolver.CheckAsync(this, connection, cancellationToken);
        }

        if (Save && ShouldProcess(Name, "Save connection"))
        {
            ConnectionResolver.WithSaved(
                this,
                Name,
                store =>
                {
                    store.Write(Name!, profile);
                    return true;
                }
            );
            WarnOfSaved(profile);
        }

        Use(connection);
    }

    /// <summary>An open connection of this session that was named and nothing else.</summary>
    private FineTuningConnection? Open() => Name is not null && !HasSettings ? RunspaceState.Current.Find(Name) : null;

    /// <summary>Whether the cmdlet was given a parameter.</summary>
    internal bool Has(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    private bool HasSettings =>
        MyInvocation
            .BoundParameters.Keys.Except(s_manners)
            .Except(CommonParameters)
            .Except(OptionalCommonParameters)
            .Any();

    /// <summary>Whether a service was named.</summary>
    internal bool HasService => Endpoint is not null || AzureResource is not null;

    /// <summary>What the parameters change: the service that is named, an open or saved connection, or the service of
    /// the environment.</summary>
    private ConnectionProfile Base()
    {
        if (HasService)
        {
            return ServiceAddress.Find(this, Endpoint, AzureResource, ApiVersion);
        }

        if (Name is not null)
        {
            // Not the environment's: a name that is spelled wrong must not send a key somewhere else.
            return RunspaceState.Current.Find(Name)?.Profile
                ?? ConnectionResolver.ReadSaved(this, Name)
                ?? throw ConnectionResolver.NotFound(this, Name);
        }

        return EnvironmentSettings.Service(this, isForToken: ParameterSetName is "Identity" or "Token" or "Provider");
    }

    /// <summary>Says what a session that nobody watches will miss.</summary>
    private void WarnOfSaved(ConnectionProfile profile)
    {
        if (profile.Key == KeyOrigin.Given || profile.SecretHeaders is not null || profile.ProxyUserName is not null)
        {
            WriteWarning(
                $"'{Name}' is saved without the secrets that were given by hand: they have to be given again where "
                    + $"it is used."
            );
        }

        if ("Local".Equals(Endpoint, StringComparison.OrdinalIgnoreCase))
        {
            WriteWarning(
                $"'{Name}' is saved with the address {profile.Endpoint}: start the server with -Port "
                    + $"{profile.Endpoint.Port} from now on, so that it keeps it."
            );
        }
    }

    private void Use(FineTuningConnection connection)
    {
        // The connection before is not closed: a variable or another runspace may still use it.
        RunspaceState session = RunspaceState.Current;
        session.Connection = connection;
        if (connection.Name is not null)
        {
            session.Add(connection);
        }

        if (PassThru)
        {
            WriteObject(connection);
        }
    }
}
