using System.Security;
using FineTuning.Core.Http;

namespace FineTuning.Core.Credentials;

/// <summary>A key, or a token that nobody renews.</summary>
public sealed class KeyCredential : ApiCredential
{
    private readonly RequestAuthorization _authorization;

    /// <summary>Keeps a copy of the key.</summary>
    /// <param name="key">The key; the caller stays its owner.</param>
    /// <param name="isToken">It is an access token: it goes as a bearer token to every service.</param>
    /// <exception cref="ArgumentException">The key is empty, or has characters that a header cannot carry.</exception>
    public KeyCredential(SecureString key, bool isToken = false)
    {
        var secret = new ApiSecret(key ?? throw new ArgumentNullException(nameof(key)));
        if (secret.HeaderFault(isToken ? "token" : "key", isKey: true) is string fault)
        {
            secret.Dispose();
            throw new ArgumentException(fault, nameof(key));
        }

        _authorization = new RequestAuthorization(secret, isToken);
    }

    /// <inheritdoc/>
    public override bool IsSame(ApiCredential? other) =>
        other is KeyCredential key
        && _authorization.IsToken == key._authorization.IsToken
        && _authorization.Secret.IsSame(key._authorization.Secret);

    /// <inheritdoc/>
    public override void Dispose() => _authorization.Secret.Dispose();

    internal override Task<RequestAuthorization> AcquireAsync(
        IApiObserver? observer,
        CancellationToken cancellationToken
    ) => Task.FromResult(_authorization);
}
