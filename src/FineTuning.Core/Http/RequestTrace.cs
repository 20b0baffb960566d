using FineTuning.Core.Credentials;
using FineTuning.Core.Errors;

namespace FineTuning.Core.Http;

/// <summary>Tells an observer, if there is one, what happens to a request. Bodies are told without their
/// secrets.</summary>
internal sealed class RequestTrace(IApiObserver? observer, ApiRequest request, Uri uri)
{
    public IApiObserver? Observer => observer;

    public Uri Uri => uri;

    public bool WantsBodies => observer?.WantsBodies == true;

    public void Sending(Attempt attempt) =>
        observer?.OnTrace(
            Make(ApiTraceKind.Sending, attempt.Number) with
            {
                Body = WantsBodies && request.BodyText is string body ? Redaction.Scrub(body) : null,
            }
        );

    public void Answered(Attempt attempt, TimeSpan duration) =>
        observer?.OnTrace(
            Make(ApiTraceKind.Answered, attempt.Number) with
            {
                StatusCode = attempt.StatusCode,
                RequestId = attempt.RequestId,
                Duration = duration,
            }
        );

    public void Body(HttpResponseMessage response, Attempt attempt, string body)
    {
        if (WantsBodies)
        {
            observer!.OnTrace(
                Make(ApiTraceKind.Answered, attempt.Number) with
                {
                    StatusCode = (int)response.StatusCode,
                    Body = Redaction.Scrub(body),
                }
            );
        }
    }

    /// <summary>Tells what of an answer cannot be understood.</summary>
    public void Odd(Attempt attempt, string sentence) =>
        observer?.OnTrace(Make(ApiTraceKind.Odd, attempt.Number) with { Reason = Redaction.Scrub(sentence) });

    /// <param name="attempt">The number of the attempt that failed.</param>
    /// <param name="failure">Why it failed.</param>
    /// <param name="delay">How long until the next.</param>
    public void Retrying(int attempt, FineTuningApiException failure, TimeSpan delay) =>
        observer?.OnTrace(
            Make(ApiTraceKind.Retrying, attempt) with
            {
                Delay = delay,
                Reason = failure.Message,
                StatusCode = failure.StatusCode,
                RequestId = failure.RequestId,
            }
        );

    private ApiTrace Make(ApiTraceKind kind, int attempt) => new(kind, request.Method.Method, uri, attempt);
}
