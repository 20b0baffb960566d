namespace FineTuning.Core.Errors;

/// <summary>What a failed request means for the caller, whatever words and status the provider used.</summary>
public enum ApiErrorKind
{
    /// <summary>No connection was made: the request was certainly not seen.</summary>
    ConnectionFailed,

    /// <summary>The connection broke after it was made: the request may have worked.</summary>
    ConnectionLost,

    /// <summary>No answer, or no more of it, within the time-out: the request may have worked.</summary>
    Timeout,

    /// <summary>The certificate or the TLS handshake was refused.</summary>
    TlsFailed,

    /// <summary>The proxy refused to pass the request on, such as 407 without its password.</summary>
    ProxyRefused,

    /// <summary>No access token could be had, so nothing was sent.</summary>
    TokenUnavailable,

    /// <summary>401: no key, or a wrong one.</summary>
    AuthenticationFailed,

    /// <summary>403: the key is good and may not do this.</summary>
    PermissionDenied,

    /// <summary>The organisation may not create jobs at this service; a repeat cannot help.</summary>
    NotEligible,

    /// <summary>404: there is no such thing.</summary>
    NotFound,

    /// <summary>The base model is unknown here or cannot be fine-tuned.</summary>
    ModelNotAvailable,

    /// <summary>Any other request that the service refused as wrong.</summary>
    InvalidRequest,

    /// <summary>409: something else is going on with the same thing.</summary>
    Conflict,

    /// <summary>413: the body is over the service's limit.</summary>
    TooLarge,

    /// <summary>429: too many requests for now.</summary>
    RateLimited,

    /// <summary>The budget is used up; a repeat cannot help.</summary>
    QuotaExhausted,

    /// <summary>5xx: the service failed.</summary>
    ServerError,

    /// <summary>The answer is not what the API describes: HTML, cut off, empty.</summary>
    InvalidResponse,

    /// <summary>The server sends the caller elsewhere. The key is never sent along.</summary>
    Redirected,
}
