using FineTuning.Core.Credentials;

namespace FineTuning.Core.Errors;

/// <summary>A request that did not give what was asked for. No secret is in its words, nor in those of the exceptions
/// inside it.</summary>
public sealed class FineTuningApiException : Exception
{
    /// <summary>Makes an error of its kind and message.</summary>
    public FineTuningApiException(ApiErrorKind kind, string message, Exception? innerException = null)
        : base(Redaction.Scrub(message), Redaction.Scrub(innerException)) => Kind = kind;

    /// <summary>The error of a source that gives no token.</summary>
    /// <param name="message">Why.</param>
    /// <param name="mayPass">Whether the source may give one later.</param>
    public static FineTuningApiException NoToken(string message, bool mayPass) =>
        new(ApiErrorKind.TokenUnavailable, message) { IsLast = !mayPass, IsLasting = !mayPass };

    /// <summary>What it means for the caller.</summary>
    public ApiErrorKind Kind { get; }

    /// <summary>The HTTP status, or the one that an answer of 200 names for its error; null if there was no
    /// answer.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The service's code, such as <c>model_not_available</c>.</summary>
    public string? Code
    {
        get;
        init => field = Clean(value);
    }

    /// <summary>The innermost code of Azure's nested errors, such as <c>ResponsibleAIPolicyViolation</c>; null if the
    /// error has none inside.</summary>
    public string? InnerCode
    {
        get;
        init => field = Clean(value);
    }

    /// <summary>The parameter at fault.</summary>
    public string? Param
    {
        get;
        init => field = Clean(value);
    }

    /// <summary>The service's type, such as <c>invalid_request_error</c>.</summary>
    public string? Type
    {
        get;
        init => field = Clean(value);
    }

    /// <summary>The name of the request at the service, for its support.</summary>
    public string? RequestId
    {
        get;
        init => field = Clean(value);
    }

    /// <summary>How long the service asks to wait before a repeat.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What to do, where that depends on more than the kind.</summary>
    public string? Advice
    {
        get;
        init => field = Clean(value);
    }

    /// <summary>How many times the request was sent.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>Whether an attempt before the last one may have done the work, because its answer was lost.</summary>
    public bool EarlierAttemptMayHaveWorked { get; init; }

    /// <summary>The token to look for in the metadata of jobs, if a job that may exist carries one.</summary>
    public string? RequestToken { get; init; }

    /// <summary>Whether a later repeat can help: the network, the load or the service's health is at fault, not the
    /// request.</summary>
    public bool IsTransient => !IsLasting && Has(ApiErrorTraits.Transient);

    /// <summary>Whether it is the service's way, which no repeat mends, although the kind of error can pass.</summary>
    internal bool IsLasting { get; init; }

    /// <summary>Whether the request only asked, so that nothing can have changed.</summary>
    public bool IsRead { get; internal set; }

    /// <summary>Whether the same request is not sent again now, because it would only fail in the same way.</summary>
    internal bool IsLast { get; init; }

    /// <summary>Whether the service itself said that it failed, in the body of a success: no answer was lost that could
    /// be looked for.</summary>
    internal bool IsSpoken { get; init; }

    /// <summary>Whether the answer came whole and is JSON, and is not what was asked for.</summary>
    internal bool IsUnclear { get; init; }

    /// <summary>Whether the service may have done the work although no good answer came.</summary>
    public bool MayHaveWorked => !IsRead && Has(ApiErrorTraits.MayHaveWorked);

    /// <summary>Whether the error's kind has a trait.</summary>
    internal bool Has(ApiErrorTraits trait)
    {
        ApiErrorTraits traits = ApiErrorKinds.TraitsOf(Kind);
        if (Kind == ApiErrorKind.InvalidResponse && StatusCode is >= 300 and < 500)
        {
            // A page in place of the API's error still refuses the request.
            traits &= ~(ApiErrorTraits.Transient | ApiErrorTraits.Retried);
        }

        return (traits & trait) != 0;
    }

    private static string? Clean(string? value) => value is null ? null : Redaction.Scrub(value);

    /// <summary>The same error in other words.</summary>
    internal FineTuningApiException With(
        string message,
        int? attempts = null,
        bool? earlierMayHaveWorked = null,
        string? requestToken = null
    ) =>
        new(Kind, message, this)
        {
            StatusCode = StatusCode,
            Code = Code,
            InnerCode = InnerCode,
            Param = Param,
            Type = Type,
            RequestId = RequestId,
            RetryAfter = RetryAfter,
            Advice = Advice,
            Attempts = attempts ?? Attempts,
            EarlierAttemptMayHaveWorked = earlierMayHaveWorked ?? EarlierAttemptMayHaveWorked,
            RequestToken = requestToken ?? RequestToken,
            IsRead = IsRead,
            IsLast = IsLast,
            IsLasting = IsLasting,
            IsSpoken = IsSpoken,
            IsUnclear = IsUnclear,
        };
}
