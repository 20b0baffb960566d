using System;
using System.Management.Automation;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Common;
using FineTuning.Completers;
using FineTuning.Connections;
using FineTuning.Core.Api;

namespace FineTuning.Commands;

/// <summary>Chooses the service and the key for this session.</summary>
[Cmdlet(VerbsCommunications.Connect, "FineTuning", DefaultParameterSetName = "Found")]
[OutputType(typeof(FineTuningConnection))]
public sealed class ConnectFineTuningCommand : AsyncCmdlet
{
    /// <summary>The exact base of the API, or the word OpenAI.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(EndpointCompleter))]
    public string? Endpoint { get; set; }

    /// <summary>The key.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Key")]
    [ApiKeyTransform]
    [ValidateNotNull]
    public SecureString? ApiKey { get; set; }

    /// <summary>The name of a secret with the key.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Secret")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    public string? SecretName { get; set; }

    /// <summary>The vault of the secret.</summary>
    [Parameter(ParameterSetName = "Secret")]
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

    /// <summary>Seconds without progress until a request is given up.</summary>
    [Parameter]
    [ValidateRange(0.001, 86400)]
    public double TimeoutSec { get; set; } = new ClientOptions().Timeout.TotalSeconds;

    /// <summary>Repeats of a request that failed for a passing reason.</summary>
    [Parameter]
    [ValidateRange(0, 20)]
    public int MaxRetryCount { get; set; } = new ClientOptions().MaxRetryCount;

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
        Uri endpoint = Endpoint is null
            ? ConnectionResolver.EndpointFromEnvironment(this)
            : ConnectionResolver.ParseEndpoint(this, Endpoint, "-Endpoint");
        var options = new ClientOptions
        {
            Endpoint = endpoint,
            Organization = Organization ?? ConnectionResolver.Variable(ConnectionResolver.OrganizationVariable),
            Project = Project ?? ConnectionResolver.Variable(ConnectionResolver.ProjectVariable),
            Timeout = TimeSpan.FromSeconds(TimeoutSec),
            MaxRetryCount = MaxRetryCount,
            AllowInsecureHttp = AllowInsecureHttp,
        };
        if (AllowInsecureHttp && endpoint.Scheme == "http" && !endpoint.IsLoopback)
        {
            WriteWarning($"The key goes to {endpoint.Authority} unencrypted: everybody on the way can read it.");
        }

        (SecureString? Key, string Source) key = ParameterSetName switch
        {
            "Key" => (ApiKey, "parameter ApiKey"),
            "Secret" => (SecretVault.Get(this, SecretName!, Vault), Vault is null ? $"secret {SecretName}" : $"secret {SecretName} in vault {Vault}"),
            _ => ConnectionResolver.FindKey(this, endpoint),
        };
        FineTuningConnection connection = ConnectionResolver.Open(this, options, key);
        if (!SkipCheck)
        {
            await ConnectionResolver.CheckAsync(this, connection, cancellationToken);
        }

        // The connection before is not closed: a variable or another runspace may still use it.
        RunspaceState.Current.Connection = connection;
        if (PassThru)
        {
            WriteObject(connection);
        }
    }
}
