using System.Diagnostics;
using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Http;

/// <summary>Sends requests to one endpoint with one key: headers, time-outs, repeats, and errors of one type. Safe for
/// use by many threads.</summary>
internal sealed class Transport : IDisposable
{
    private readonly HttpClient _http;
    private readonly ApiCredential? _credential;
    private readonly ApiCredential? _adminCredential;
    private readonly RetryPolicy _retries;
    private readonly RequestBuilder _requests;
    private readonly CertificateCheck _certificates = new();
    private volatile bool _wasReached;

    public Transport(ClientOptions options, ApiCredential? credential, ApiCredential? adminCredential)
    {
        options.Validate();
        Options = options;
        _credential = credential;
        _adminCredential = adminCredential;
        _retries = new RetryPolicy(options.MaxRetryCount, SharedRandom.Next);
        _requests = new RequestBuilder(options);
        _http = new HttpClient(HandlerFactory.Create(options, _certificates), disposeHandler: true)
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public ClientOptions Options { get; }

    /// <summary>Whether the server was found to know the limit of an answer by its older name only.</summary>
    public bool TakesOldLimit { get; set; }

    /// <summary>Whether an answer has come that was what was asked for, so that the address is right.</summary>
    public bool WasReached => _wasReached;

    public void Dispose() => _http.Dispose();

    /// <summary>Sends until it works or is not worth repeating, and reads the answer as JSON.</summary>
    /// <param name="request">What to send.</param>
    /// <param name="type">What the answer must be.</param>
    /// <param name="observer">Is told of it.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public Task<T> SendAsync<T>(
        ApiRequest request,
        AnswerType<T> type,
        IApiObserver? observer,
        CancellationToken cancellationToken
    )
        where T : Resource =>
        SendAsync(request, new JsonAnswer<T>(Options, type).ReadAsync, observer, cancellationToken);

    /// <summary>The same where the status says enough, so that there need be no body.</summary>
    /// <param name="request">What to send.</param>
    /// <param name="type">What the answer must be, if it has a body.</param>
    /// <param name="observer">Is told of it.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public Task<Maybe<T>> SendOptionalAsync<T>(
        ApiRequest request,
        AnswerType<T> type,
        IApiObserver? observer,
        CancellationToken cancellationToken
    )
        where T : Resource =>
        SendAsync(request, new JsonAnswer<T>(Options, type).ReadOptionalAsync, observer, cancellationToken);

    /// <summary>Sends until it works or is not worth repeating. <paramref name="read"/> may run once per
    /// attempt.</summary>
    /// <exception cref="FineTuningApiException">The request failed for good.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public Task<T> SendAsync<T>(
        ApiRequest request,
        Func<HttpResponseMessage, Attempt, RequestTrace, Task<T>> read,
        IApiObserver? observer,
        CancellationToken cancellationToken
    )
    {
        var trace = new RequestTrace(observer, request, _requests.UriOf(request));
        return SendAsync(request, (response, attempt) => read(response, attempt, trace), trace, cancellationToken);
    }

    private async Task<T> SendAsync<T>(
        ApiRequest request,
        Func<HttpResponseMessage, Attempt, Task<T>> read,
        RequestTrace trace,
        CancellationToken cancellationToken
    )
    {
        var repeated = new RetryState(request, _retries, Options);
        ApiCredential? credential = request.NeedsAdmin ? _adminCredential ?? _credential : _credential;
        bool isRenewed = false;
        while (true)
        {
            RequestAuthorization? authorization = null;
            Attempt? attempt = null;
            AdaptiveRateLimiter.Pass? pass = null;
            FineTuningApiException failure;
            try
            {
                pass = request.Gate is null
                    ? null
                    : await request.Gate.EnterAsync(cancellationToken).ConfigureAwait(false);
                authorization = credential is null
                    ? null
                    : await credential.AcquireAsync(trace.Observer, cancellationToken).ConfigureAwait(false);
                // Its time is for the service, so it begins when there is a token.
                attempt = new Attempt(repeated.Attempt, Options.Timeout, cancellationToken);
                T answer = await SendOnceAsync(request, authorization, read, trace, attempt).ConfigureAwait(false);
                pass?.Succeed();
                return answer;
            }
            catch (FineTuningApiException e)
            {
                failure = e;
                if (e.Kind == ApiErrorKind.RateLimited)
                {
                    pass?.Refuse(e.RetryAfter);
                }
            }
            catch (Exception e)
            {
                // Whatever broke on the way out, the caller asked for it. Not in a filter: what a filter throws is
                // lost.
                if (cancellationToken.IsCancellationRequested)
                {
                    throw new OperationCanceledException("The request was cancelled.", e, cancellationToken);
                }

                attempt?.LocalFault?.Throw();
                if (
                    attempt is null
                    || ConnectionFaults.Read(e, attempt, Options, _certificates)
                        is not FineTuningApiException translated
                )
                {
                    throw;
                }

                failure = translated;
            }
            finally
            {
                attempt?.Dispose();
                pass?.Dispose();
            }

            int number = repeated.Attempt;
            TimeSpan delay = TimeSpan.Zero;
            if (
                failure.Kind == ApiErrorKind.AuthenticationFailed
                && !isRenewed
                && authorization is not null
                && credential!.TryRenew(authorization)
            )
            {
                // Refused before anything was done, so even a creation can be sent again.
                isRenewed = true;
                failure = failure.With("The access token was refused, so a new one is fetched.");
            }
            else if (
                Options.MaxRetryCount > 0
                && request.Gate?.Takes(failure, Options.RetryTime) == true
                && repeated.TryAgain()
            )
            {
                // The rate limiter delays it together with all the others.
                delay = request.Gate.Pause;
                trace.Retrying(number, failure, delay);
                continue;
            }
            else
            {
                delay = repeated.Fail(failure);
            }

            trace.Retrying(number, failure, delay);
            await Options.Clock.DelayAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<T> SendOnceAsync<T>(
        ApiRequest request,
        RequestAuthorization? authorization,
        Func<HttpResponseMessage, Attempt, Task<T>> read,
        RequestTrace trace,
        Attempt attempt
    )
    {
        using HttpRequestMessage message = _requests.Make(request, trace.Uri, authorization, attempt);
        trace.Sending(attempt);
        var watch = Stopwatch.StartNew();
        using HttpResponseMessage response = await _http
            .SendAsync(message, HttpCompletionOption.ResponseHeadersRead, attempt.Token)
            .ConfigureAwait(false);
        attempt.Answered((int)response.StatusCode, ErrorReader.RequestId(response));
        request.Gate?.Hear(response);
        trace.Answered(attempt, watch.Elapsed);

        // On .NET Framework a read of the body does not see the token: closing the connection ends it.
        using CancellationTokenRegistration closing = attempt.Token.Register(
            static r => ((HttpResponseMessage)r!).Dispose(),
            response
        );
        if (response.IsSuccessStatusCode)
        {
            T answer = await read(response, attempt).ConfigureAwait(false);
            _wasReached = true;
            return answer;
        }

        if ((int)response.StatusCode is >= 300 and < 400)
        {
            throw ErrorReader.Redirected(response);
        }

        string text = await AnswerBody.ReadErrorAsync(response, attempt).ConfigureAwait(false);
        trace.Body(response, attempt, text);
        throw ErrorReader.Read(response, text, Options.Clock.UtcNow);
    }
}
