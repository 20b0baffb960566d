using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Common;
using FineTuning.Completers;
using FineTuning.Connections;
using FineTuning.Core.Api;
using FineTuning.Core.Connections;

namespace FineTuning.Commands;

/// <summary>Chooses the service and the key for this session.</summary>
[Cmdlet(VerbsCommunications.Connect, "FineTuning", DefaultParameterSetName = "Found", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
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
    [Parameter(Mandatory = true, ParameterSetName = "Identity")]
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
        CheckParameters();
        if (Open() is FineTuningConnection open)
        {
            Use(open);
            return;
        }

        IReadOnlyList<RequestHeader> headers = ReadHeaders();
        ConnectionProfile profile = Overlay(Base(), headers);
        var given = new GivenSecrets
        {
            ApiKey = ApiKey,
            AccessToken = AccessToken,
            TokenProvider = TokenProvider,
            ProxyCredential = ProxyCredential,
            Headers = [.. headers.Where(h => h.IsSecret)],
        };
        FineTuningConnection connection = new ConnectionMaker(this).Make(profile, given, Name);
        if (!SkipCheck)
        {
            await ConnectionResolver.CheckAsync(this, connection, cancellationToken);
        }

        if (Save && ShouldProcess(Name, "Save connection"))
        {
            ConnectionResolver.WithSaved(this, Name, store =>
            {
                store.Write(Name!, profile);
                return true;
            });
        }

        Use(connection);
    }

    /// <summary>An open connection of this session that was named and nothing else.</summary>
    private FineTuningConnection? Open() => Name is not null && !HasSettings ? RunspaceState.Current.Find(Name) : null;

    private bool HasSettings => MyInvocation.BoundParameters.Keys.Except(s_manners).Except(CommonParameters).Any();

    /// <summary>What the parameters change: a saved connection, or the service that is named or that the environment has.</summary>
    private ConnectionProfile Base()
    {
        if (Endpoint is null && AzureResource is null)
        {
            ConnectionProfile? saved = Name is null ? null : ConnectionResolver.ReadSaved(this, Name);
            if (saved is null && Name is not null && !HasSettings)
            {
                throw ConnectionResolver.NotFound(this, Name);
            }

            return saved ?? EnvironmentSettings.Service(this);
        }

        return NamedService.Find(this, Endpoint, AzureResource, ApiVersion);
    }

    private ConnectionProfile Overlay(ConnectionProfile profile, IReadOnlyList<RequestHeader> headers)
    {
        bool Has(string name) => MyInvocation.BoundParameters.ContainsKey(name);

        // A new key leaves nothing of the old one's place.
        ConnectionProfile keyed = ParameterSetName == "Found" ? profile : profile with { Key = KeyOrigin.Given, SecretName = null, ClientId = null };
        keyed = ParameterSetName switch
        {
            "Secret" => keyed with { Key = KeyOrigin.Secret, SecretName = SecretName, Vault = Vault },
            "Identity" => keyed with { Key = KeyOrigin.Identity, ClientId = ClientId },
            _ => keyed,
        };
        return keyed with
        {
            ApiVersion = ApiVersion ?? keyed.ApiVersion,
            Organization = Organization ?? keyed.Organization,
            Project = Project ?? keyed.Project,
            Headers = Merge(keyed.Headers, headers),
            SecretHeaders = MergeSecret(keyed.SecretHeaders, headers),
            Proxy = Proxy ?? keyed.Proxy,
            ProxyUserName = ProxyCredential?.UserName ?? (Has(nameof(ProxyUseDefaultCredentials)) ? null : keyed.ProxyUserName),
            ProxyUseDefaultCredentials = Has(nameof(ProxyUseDefaultCredentials)) ? ProxyUseDefaultCredentials : keyed.ProxyUseDefaultCredentials && ProxyCredential is null,
            TimeoutSec = Has(nameof(TimeoutSec)) ? TimeoutSec : keyed.TimeoutSec,
            MaxRetryCount = Has(nameof(MaxRetryCount)) ? MaxRetryCount : keyed.MaxRetryCount,
            AllowInsecureHttp = Has(nameof(AllowInsecureHttp)) ? AllowInsecureHttp : keyed.AllowInsecureHttp,
            AdminSecretName = AdminSecretName ?? keyed.AdminSecretName,
            Vault = Vault ?? keyed.Vault,
        };
    }

    private static Dictionary<string, string>? Merge(IReadOnlyDictionary<string, string>? before, IReadOnlyList<RequestHeader> headers)
    {
        var merged = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (KeyValuePair<string, string> header in before ?? new Dictionary<string, string>())
        {
            merged[header.Key] = header.Value;
        }

        foreach (RequestHeader header in headers)
        {
            merged.Remove(header.Name);
            if (header.Value is string value)
            {
                merged[header.Name] = value;
            }
        }

        return merged.Count > 0 ? merged : null;
    }

    private static string[]? MergeSecret(IReadOnlyList<string>? before, IReadOnlyList<RequestHeader> headers)
    {
        // One that is given as plain text now is no secret any more.
        string[] names = [.. (before ?? []).Where(name => !headers.Any(h => !h.IsSecret && h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            .Concat(headers.Where(h => h.IsSecret).Select(h => h.Name))
            .Distinct(StringComparer.OrdinalIgnoreCase)];
        return names.Length > 0 ? names : null;
    }

    private IReadOnlyList<RequestHeader> ReadHeaders()
    {
        try
        {
            return HeaderTable.Read(Header);
        }
        catch (ArgumentException e)
        {
            ThrowTerminatingError(ErrorRecords.Invalid(
                "InvalidHeader", e.Message.Split('\n')[0].Split([" (Parameter '"], StringSplitOptions.None)[0].Trim(), "Correct -Header.", null));
            throw;
        }
    }

    private void CheckParameters()
    {
        if (Endpoint is not null && AzureResource is not null)
        {
            Refuse("-Endpoint and -AzureResource name the service twice.", "Give one of them.");
        }

        if (Save && Name is null)
        {
            Refuse("-Save needs a name to keep the connection under.", "Add -Name.");
        }

        if (Save && UserFolder.Connections is null)
        {
            Refuse("This account has no profile folder to save a connection in.", "Give the parameters each time, or give the account a home folder.");
        }

        if (Name is not null && !ProfileStore.IsName(Name))
        {
            Refuse($"'{Name}' cannot be the name of a connection.", "Use letters, digits, spaces, dots, dashes or underscores, 64 at the most.");
        }

        if (Vault is not null && SecretName is null && AdminSecretName is null && (Name is null || HasEndpoint))
        {
            Refuse("-Vault says where to look, but not for what.", "Add -SecretName or -AdminSecretName.");
        }

        if (Proxy is not null && (!Proxy.IsAbsoluteUri || Proxy.Scheme is not ("http" or "https") || Proxy.UserInfo.Length > 0))
        {
            // Not shown: it may hold a password.
            Refuse("-Proxy is not an http address without name and password, such as http://proxy.example:8080.", "Give name and password with -ProxyCredential.");
        }
    }

    private bool HasEndpoint => Endpoint is not null || AzureResource is not null;

    private void Refuse(string message, string action) => ThrowTerminatingError(ErrorRecords.Invalid("InvalidConnection", message, action, Name));

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
