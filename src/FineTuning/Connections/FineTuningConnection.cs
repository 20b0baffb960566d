using System;
using System.Security;
using System.Threading;
using FineTuning.Core.Api;

namespace FineTuning;

/// <summary>A service with a key to it. It shows where requests go and where the key came from, never the key.</summary>
public sealed class FineTuningConnection
{
    private readonly ApiCredential? _credential;
    private readonly CancellationTokenSource _closed = new();

    internal FineTuningConnection(ClientOptions options, SecureString? key, string keySource)
    {
        _credential = key is null ? null : new KeyCredential(key);
        Client = new FineTuningClient(options, _credential);
        KeySource = keySource;
    }

    /// <summary>The exact base of the API.</summary>
    public Uri Endpoint => Client.Options.Endpoint;

    /// <summary>Where the key was found.</summary>
    public string KeySource { get; }

    /// <summary>The organisation to bill.</summary>
    public string? Organization => Client.Options.Organization;

    /// <summary>The project to bill.</summary>
    public string? Project => Client.Options.Project;

    /// <summary>Seconds without progress until a request is given up.</summary>
    public double TimeoutSec => Client.Options.Timeout.TotalSeconds;

    /// <summary>Repeats of a request that failed for a passing reason.</summary>
    public int MaxRetryCount => Client.Options.MaxRetryCount;

    /// <summary>Whether it was disconnected.</summary>
    public bool IsClosed => _closed.IsCancellationRequested;

    /// <summary>Ends what goes on over it when it is closed.</summary>
    internal CancellationToken Closed => _closed.Token;

    internal FineTuningClient Client { get; }

    /// <summary>Whether the other one reaches the same jobs: with the same key, or none, for the same organisation and project.</summary>
    internal bool IsSameAccount(FineTuningConnection other) => this == other || (
        Endpoint == other.Endpoint && Organization == other.Organization && Project == other.Project && !IsClosed && !other.IsClosed &&
        (_credential?.IsSame(other._credential) ?? other._credential is null));

    /// <summary>The endpoint.</summary>
    public override string ToString() => Endpoint.ToString();

    internal void Close()
    {
        _closed.Cancel();
        Client.Dispose();
        _credential?.Dispose();
    }
}
