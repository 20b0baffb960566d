using FineTuning.Core.Errors;
using FineTuning.Core.Http;

namespace FineTuning.Core.Credentials;

/// <summary>What opens a service: a key, or tokens that end and are renewed. Safe for use by many threads.</summary>
public abstract class ApiCredential : IDisposable
{
    private protected ApiCredential() { }

    /// <summary>Whether it is the same key, or tokens of the same source.</summary>
    public abstract bool IsSame(ApiCredential? other);

    /// <summary>Wipes it from memory.</summary>
    public abstract void Dispose();

    /// <summary>Returns a text that does not contain the key.</summary>
    public override string ToString() => GetType().Name;

    /// <summary>What authorises the next attempt; fetched first where that is needed.</summary>
    /// <param name="observer">Who asks.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="FineTuningApiException">There is none now.</exception>
    internal abstract Task<RequestAuthorization> AcquireAsync(
        IApiObserver? observer,
        CancellationToken cancellationToken
    );

    /// <summary>Whether a 401 is worth another attempt, because the next <see cref="AcquireAsync"/> gives something
    /// new.</summary>
    /// <param name="refused">What was refused.</param>
    internal virtual bool TryRenew(RequestAuthorization refused) => false;
}
