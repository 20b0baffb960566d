using static FineTuning.Core.Errors.ApiErrorTraits;

namespace FineTuning.Core.Errors;

/// <summary>The one table of what each kind of error means for a repeat and for a wait.</summary>
internal static class ApiErrorKinds
{
    private static readonly Dictionary<ApiErrorKind, ApiErrorTraits> s_traits = new()
    {
        [ApiErrorKind.ConnectionFailed] = Transient | Retried | NotTaken,
        [ApiErrorKind.ConnectionLost] = Transient | Retried | MayHaveWorked,
        [ApiErrorKind.Timeout] = Transient | Retried | MayHaveWorked,
        // A certificate that ran out is replaced without the request being changed.
        [ApiErrorKind.TlsFailed] = Outlived,
        [ApiErrorKind.ProxyRefused] = None,
        [ApiErrorKind.TokenUnavailable] = Transient | Retried | NotTaken,
        [ApiErrorKind.AuthenticationFailed] = None,
        [ApiErrorKind.PermissionDenied] = None,
        [ApiErrorKind.NotEligible] = None,
        [ApiErrorKind.NotFound] = None,
        [ApiErrorKind.ModelNotAvailable] = None,
        [ApiErrorKind.InvalidRequest] = None,
        [ApiErrorKind.Conflict] = Retried | NotTaken | Outlived | ServiceHeard,
        [ApiErrorKind.TooLarge] = None,
        [ApiErrorKind.RateLimited] = Transient | Retried | NotTaken | ServiceHeard,
        [ApiErrorKind.QuotaExhausted] = None,
        [ApiErrorKind.ServerError] = Transient | Retried | MayHaveWorked | ServiceHeard,
        // Transient only with a status that refuses nothing: see FineTuningApiException.Has.
        [ApiErrorKind.InvalidResponse] = Transient | Retried | MayHaveWorked,
        // Failures of a proxy in between pass as well.
        [ApiErrorKind.Redirected] = Outlived,
    };

    /// <summary>The kinds that the table tells of: all.</summary>
    public static IReadOnlyCollection<ApiErrorKind> All => s_traits.Keys;

    /// <summary>What a kind of error means.</summary>
    public static ApiErrorTraits TraitsOf(ApiErrorKind kind) =>
        s_traits.TryGetValue(kind, out ApiErrorTraits traits) ? traits : None;
}
