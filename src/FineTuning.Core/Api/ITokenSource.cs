using System.Threading;
using System.Threading.Tasks;

namespace FineTuning.Core.Api;

/// <summary>Gives access tokens, such as a managed identity's.</summary>
public interface ITokenSource
{
    /// <summary>Fetches a token. Is not called twice at one time by one <see cref="TokenCredential"/>.</summary>
    /// <param name="observer">Who asks; null if nobody watches.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="FineTuningApiException">There is none; the kind is <see cref="ApiErrorKind.TokenUnavailable"/>.</exception>
    Task<AccessToken> GetTokenAsync(IApiObserver? observer, CancellationToken cancellationToken);
}
