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
    [ApiVersionTransform]
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
        var parameters = new ConnectParameters(this);
        parameters.Check();
        if (parameters.IsNameAlone && RunspaceState.Current.Find(Name!) is FineTuningConnection open)
        {
            Use(open);
            return;
        }

        IReadOnlyList<RequestHeader> headers = HeaderTable.Read(this, Header);
        ConnectionProfile profile = parameters.Change(parameters.Base(), headers);
        if (!ShouldProcess(profile.Endpoint.ToString(), "Connect"))
        {
            return;
        }

        FineTuningConnection connection = new ConnectionFactory(this).Make(profile, parameters.Secrets(headers), Name);
        if (!SkipCheck)
        {
            await ConnectionResolver.CheckAsync(this, connection, cancellationToken);
        }

        if (Save && ShouldProcess(Name, "Save connection"))
        {
            new SavedConnections(this).Save(Name!, profile, parameters.IsLocal);
        }

        Use(connection);
    }

    /// <summary>Whether the cmdlet was given a parameter.</summary>
    internal bool Has(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    private void Use(FineTuningConnection connection)
    {
        RunspaceState.Current.Use(connection);
        if (PassThru)
        {
            WriteObject(connection);
        }
    }
}
