using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Http;

namespace FineTuning.Core.Credentials;

/// <summary>Access tokens of a source: one is kept until shortly before its end, and given up when the service refuses
/// it.</summary>
public sealed class TokenCredential : ApiCredential
{
    // A request that begins before the end of its token must not arrive after it.
    private static readonly TimeSpan s_margin = TimeSpan.FromMinutes(5);

    // A source that gives a token shortly before its end would be asked for each request.
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(30);

    private readonly ITokenSource _source;
    private readonly IClock _clock;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private Held? _held;
    private volatile bool _isDisposed;

    /// <summary>Makes a credential of a source.</summary>
    /// <param name="source">Gives the tokens.</param>
    /// <param name="first">A token to begin with; null fetches one for the first request.</param>
    /// <param name="clock">Time; replaced by tests.</param>
    /// <exception cref="ArgumentException">The first token is empty, or has characters that a header cannot
    /// carry.</exception>
    public TokenCredential(ITokenSource source, AccessToken? first = null, IClock? clock = null)
    {
        _source = source ?? throw new ArgumentNullException(nameof(source));
        _clock = clock ?? SystemClock.Instance;
        if (first is not null)
        {
            _held = Hold(first, out string? fault) ?? throw new ArgumentException(fault, nameof(first));
        }
    }

    /// <inheritdoc/>
    public override bool IsSame(ApiCredential? other) =>
        other is TokenCredential token && (token == this || token._source.Equals(_source));

    /// <inheritdoc/>
    public override void Dispose()
    {
        _isDisposed = true;
        Interlocked.Exchange(ref _held, null)?.Authorization.Secret.Dispose();
        (_source as IDisposable)?.Dispose();

        // The semaphore is not disposed: another thread may be waiting for it.
    }

    internal override async Task<RequestAuthorization> AcquireAsync(
        IApiObserver? observer,
        CancellationToken cancellationToken
    )
    {
        if (_held is Held held && !IsDue(held))
        {
            return held.Authorization;
        }

        if (_source.RunsAtCaller)
        {
            return await FetchAsync(_held, observer, cancellationToken).ConfigureAwait(false);
        }

        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            held = _held!;
            return held is not null && !IsDue(held)
                ? held.Authorization
                : await FetchAsync(held, observer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    internal override bool TryRenew(RequestAuthorization refused)
    {
        Held? held = _held;
        if (held is not null && ReferenceEquals(held.Authorization, refused))
        {
            Interlocked.CompareExchange(ref _held, null, held);
        }

        return true;
    }

    private async Task<RequestAuthorization> FetchAsync(
        Held? before,
        IApiObserver? observer,
        CancellationToken cancellationToken
    )
    {
        if (_isDisposed)
        {
            throw new ObjectDisposedException(nameof(TokenCredential));
        }

        Held held;
        try
        {
            AccessToken token = await _source.GetTokenAsync(observer, cancellationToken).ConfigureAwait(false);
            held = Hold(token, out string? fault) ?? throw FineTuningApiException.NoToken(fault!, mayPass: false);
        }
        catch (FineTuningApiException) when (before is not null && before.ExpiresAt > _clock.UtcNow)
        {
            // The old token is still valid for a while, so it is used until the source is asked again.
            held = before with
            {
                FetchedAt = _clock.UtcNow,
            };
        }

        _held = held;
        return held.Authorization;
    }

    private bool IsDue(Held held) =>
        held.ExpiresAt is DateTimeOffset end
        && end - s_margin <= _clock.UtcNow
        && (end <= _clock.UtcNow || held.FetchedAt + s_pause <= _clock.UtcNow);

    private Held? Hold(AccessToken token, out string? fault)
    {
        var secret = new ApiSecret(token.Value);
        fault = secret.HeaderFault("token", isKey: true);
        if (fault is not null)
        {
            secret.Dispose();
            return null;
        }

        return new Held(new RequestAuthorization(secret, IsToken: true), token.ExpiresAt, _clock.UtcNow);
    }

    private sealed record Held(RequestAuthorization Authorization, DateTimeOffset? ExpiresAt, DateTimeOffset FetchedAt);
}
