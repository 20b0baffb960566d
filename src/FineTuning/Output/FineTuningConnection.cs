using FineTuning.Core.Client;
using FineTuning.Core.Connections;
using FineTuning.Core.Credentials;

namespace FineTuning.Output;

/// <summary>A service with a key to it. It shows where requests go and where the key came from, never the
/// key.</summary>
public sealed class FineTuningConnection
{
    private readonly ApiCredential _credential;
    private readonly ApiCredential? _admin;
    private readonly CancellationTokenSource _closed = new();

    internal FineTuningConnection(ClientOptions options, ApiCredential credential, ApiCredential? admin)
    {
        _credential = credential;
        _admin = admin;
        Client = new FineTuningClient(options, credential, admin);
    }

    /// <summary>Its name, if it was given one.</summary>
    public string? Name { get; internal init; }

    /// <summary>The exact base of the API.</summary>
    public Uri Endpoint => Client.Options.Endpoint;

    /// <summary>How the service spells the API: OpenAI or Azure.</summary>
    public string Dialect => Client.Options.Dialect.ToString();

    /// <summary>The version of the API that requests ask for.</summary>
    public string? ApiVersion => Client.Options.ApiVersion;

    /// <summary>Where the key was found.</summary>
    public string KeySource { get; internal init; } = string.Empty;

    /// <summary>Where the key for checkpoint permissions was found; null if there is no other.</summary>
    public string? AdminKeySource { get; internal init; }

    /// <summary>The organisation to bill.</summary>
    public string? Organization => Client.Options.Organization;

    /// <summary>The project to bill.</summary>
    public string? Project => Client.Options.Project;

    /// <summary>The names of headers that go along with every request.</summary>
    public string[] HeaderName => [.. Client.Options.Headers.Select(h => h.Name)];

    /// <summary>The proxy; null is the system's.</summary>
    public Uri? Proxy => Client.Options.Proxy?.Address;

    /// <summary>Seconds without progress until a request is given up.</summary>
    public double TimeoutSec => Client.Options.Timeout.TotalSeconds;

    /// <summary>Repeats of a request that failed for a passing reason.</summary>
    public int MaxRetryCount => Client.Options.MaxRetryCount;

    /// <summary>Whether it was disconnected.</summary>
    public bool IsClosed => _closed.IsCancellationRequested;

    /// <summary>Ends what goes on over it when it is closed.</summary>
    internal CancellationToken Closed => _closed.Token;

    internal FineTuningClient Client { get; }

    /// <summary>What it was made of; null for one of Start-FineTuningServer, which has no name.</summary>
    internal ConnectionProfile? Profile { get; init; }

    /// <summary>Whether the other one reaches the same jobs: with the same key, or none, for the same organisation and
    /// project.</summary>
    internal bool IsSameAccount(FineTuningConnection other) =>
        this == other
        || (
            Endpoint == other.Endpoint
            && Organization == other.Organization
            && Project == other.Project
            && !IsClosed
            && !other.IsClosed
            && _credential.IsSame(other._credential)
        );

    /// <inheritdoc/>
    public override string ToString() => Endpoint.ToString();

    internal void Close()
    {
        _closed.Cancel();
        Client.Dispose();
        _credential.Dispose();
        _admin?.Dispose();
        Client.Options.Forget();
    }
}
