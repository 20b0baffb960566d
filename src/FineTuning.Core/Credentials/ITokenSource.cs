using FineTuning.Core.Errors;
using FineTuning.Core.Http;

namespace FineTuning.Core.Credentials;

/// <summary>Gives access tokens, such as a managed identity's.</summary>
public interface ITokenSource
{
    /// <summary>
    /// Whether a token is fetched on the thread of whoever asks, such as a pipeline's. Then nobody waits for another's
    /// fetching, since that one's thread may be waiting for him.
    /// </summary>
    bool RunsAtCaller { get; }

    /// <summary>Fetches a token. Unless it <see cref="RunsAtCaller"/>, it is not called twice at one time by one <see
    /// cref="TokenCredential"/>.</summary>
    /// <param name="observer">Who asks; null if nobody watches.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="FineTuningApiException">There is none; the kind is <see
    /// cref="ApiErrorKind.TokenUnavailable"/>.</exception>
    Task<AccessToken> GetTokenAsync(IApiObserver? observer, CancellationToken cancellationToken);
}
