using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Errors;
#if NET
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
#endif

namespace FineTuning.Core.Http;

/// <summary>Sends requests to one endpoint with one key: headers, time-outs, repeats, and errors of one type. Safe for
/// use by many threads.</summary>
internal sealed class Transport : IDisposable
{
    private const int MaxErrorBytes = 256 * 1024;
    internal const int MaxJsonBytes = 64 * 1024 * 1024;

    private static readonly ProductInfoHeaderValue s_userAgent = new(
        "FineTuning",
        typeof(Transport).Assembly.GetName().Version?.ToString(3) ?? "0"
    );

    private static readonly object s_randomGate = new();
    private static readonly Random s_random = new();

    private readonly HttpClient _http;
    private readonly ApiCredential? _credential;
    private readonly ApiCredential? _adminCredential;
    private readonly RetryPolicy _retries;
    private readonly CertificateCheck _certificates = new();

    public Transport(ClientOptions options, ApiCredential? credential, ApiCredential? adminCredential)
    {
        options.Validate();
        Options = options;
        _credential = credential;
        _adminCredential = adminCredential;
        _retries = new RetryPolicy(options.MaxRetryCount, NextRandom);
        _http = new HttpClient(CreateHandler(options, _certificates), disposeHandler: true)
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public ClientOptions Options { get; }

    /// <summary>Whether the server was found to know the limit of an answer by its older name only.</summary>
    public bool TakesOldLimit { get; set; }

    public void Dispose() => _http.Dispose();

    /// <summary>Sends until it works or is not worth repeating, and reads the answer as JSON.</summary>
    /// <param name="request">What to send.</param>
    /// <param name="type">How to read the answer.</param>
    /// <param name="id">Where the answer has its id; without one it is some other page that happens to be JSON. Null
    /// does not look.</param>
    /// <param name="observer">Is told of it.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public Task<T> SendAsync<T>(
        ApiRequest request,
        JsonTypeInfo<T> type,
        Func<T, string>? id,
        IApiObserver? observer,
        CancellationToken cancellationToken
    ) =>
        SendAsync(
            request,
            (response, attempt) => ReadJsonAsync(request, response, type, id, observer, attempt),
            observer,
            cancellationToken
        );

    /// <summary>Sends until it works or is not worth repeating. <paramref name="read"/> may run once per
    /// attempt.</summary>
    /// <exception cref="FineTuningApiException">The request failed for good.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<T> SendAsync<T>(
        ApiRequest request,
        Func<HttpResponseMessage, Attempt, Task<T>> read,
        IApiObserver? observer,
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
                    : await credential.AcquireAsync(observer, cancellationToken).ConfigureAwait(false);
                // Its time is for the service, so it begins when there is a token.
                attempt = new Attempt(repeated.Attempt, Options.Timeout, cancellationToken);
                T answer = await SendOnceAsync(request, authorization, read, observer, attempt).ConfigureAwait(false);
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
                // The gate holds it back with all the others, for as long as it takes.
                delay = request.Gate.Pause;
                observer?.OnTrace(Repeat(request, number, failure, delay));
                continue;
            }
            else
            {
                delay = repeated.Fail(failure);
            }

            observer?.OnTrace(Repeat(request, number, failure, delay));
            await Options.Clock.DelayAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    private static HttpMessageHandler CreateHandler(ClientOptions options, CertificateCheck certificates)
    {
        ProxyOptions? proxy = options.Proxy;
        // What stays on this machine has no business with the system's proxy, which would see the key where there is no
        // TLS.
        bool useProxy = proxy?.Address is not null || !options.Endpoint.IsLoopback;
#if NET
        return new SocketsHttpHandler
        {
            UseProxy = useProxy,
            Proxy = useProxy ? proxy?.ToWebProxy() : null,
            DefaultProxyCredentials = proxy?.Credentials,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            UseCookies = false,
            // A long wait must notice when a host name moves to another address.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
                    certificates.Accept(
                        ((SslStream)sender).TargetHostName,
                        certificate as X509Certificate2,
                        chain,
                        errors
                    ),
            },
        };
#else
        // Added to what is allowed, never set: other modules in the process have their own needs. Zero leaves the
        // choice to Windows.
        if (ServicePointManager.SecurityProtocol != 0)
        {
            ServicePointManager.SecurityProtocol |= SecurityProtocolType.Tls12;
        }

        return new HttpClientHandler
        {
            UseProxy = useProxy,
            Proxy = useProxy ? proxy?.ToWebProxy() : null,
            DefaultProxyCredentials = proxy?.Credentials,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
            UseCookies = false,
            // .NET Framework opens two by default, which would make parallel requests wait for each other.
            MaxConnectionsPerServer = 256,
            ServerCertificateCustomValidationCallback = (request, certificate, chain, errors) =>
                certificates.Accept(request.RequestUri.Host, certificate, chain, errors),
        };
#endif
    }

    private async Task<T> SendOnceAsync<T>(
        ApiRequest request,
        RequestAuthorization? authorization,
        Func<HttpResponseMessage, Attempt, Task<T>> read,
        IApiObserver? observer,
        Attempt attempt
    )
    {
        Uri uri = UriOf(request);
        using var message = new HttpRequestMessage(request.Method, uri) { Content = request.Content?.Invoke(attempt) };
        message.Headers.UserAgent.Add(s_userAgent);
        message.Headers.Accept.ParseAdd("application/json");
        message.Headers.ExpectContinue = false;
        AddIfSet(message, "OpenAI-Organization", Options.Organization);
        AddIfSet(message, "OpenAI-Project", Options.Project);
        foreach (RequestHeader header in Options.Headers)
        {
            header.Use(
                (name, value) =>
                {
                    message.Headers.Remove(name);
                    message.Headers.TryAddWithoutValidation(name, value);
                }
            );
        }

        request.Prepare?.Invoke(message);
        authorization?.Apply(message.Headers, Options.Dialect);

        observer?.OnTrace(
            new ApiTrace(ApiTraceKind.Sending, request.Method.Method, uri, attempt.Number)
            {
                Body = observer.WantsBodies
                    ? request.BodyText is null
                        ? null
                        : Redaction.Scrub(request.BodyText)
                    : null,
            }
        );
        var watch = Stopwatch.StartNew();
        using HttpResponseMessage response = await _http
            .SendAsync(message, HttpCompletionOption.ResponseHeadersRead, attempt.Token)
            .ConfigureAwait(false);
        attempt.Answered((int)response.StatusCode, ErrorReader.RequestId(response));
        request.Gate?.Hear(response);
        observer?.OnTrace(
            new ApiTrace(ApiTraceKind.Answered, request.Method.Method, uri, attempt.Number)
            {
                StatusCode = attempt.StatusCode,
                RequestId = attempt.RequestId,
                Duration = watch.Elapsed,
            }
        );

        // On .NET Framework a read of the body does not see the token: closing the connection ends it.
        using CancellationTokenRegistration closing = attempt.Token.Register(
            static r => ((HttpResponseMessage)r!).Dispose(),
            response
        );
        if (response.IsSuccessStatusCode)
        {
            return await read(response, attempt).ConfigureAwait(false);
        }

        if ((int)response.StatusCode is >= 300 and < 400)
        {
            throw ErrorReader.Redirected(response);
        }

        string text = await ReadErrorAsync(response, attempt).ConfigureAwait(false);
        TraceBody(observer, request, response, attempt, text);
        throw ErrorReader.Read(response, text, Options.Clock.UtcNow);
    }

    private async Task<T> ReadJsonAsync<T>(
        ApiRequest request,
        HttpResponseMessage response,
        JsonTypeInfo<T> type,
        Func<T, string>? id,
        IApiObserver? observer,
        Attempt attempt
    )
    {
        (byte[] body, bool whole) = await ReadBytesAsync(response, MaxJsonBytes, attempt).ConfigureAwait(false);
        if (observer?.WantsBodies == true)
        {
            TraceBody(observer, request, response, attempt, Encoding.UTF8.GetString(body));
        }

        string fault = whole ? "is empty" : $"is longer than {MaxJsonBytes / (1024 * 1024)} MB";
        if (whole && body.Length > 0)
        {
            try
            {
                T? result = JsonSerializer.Deserialize(WithoutMark(body), type);
                if (result is not null && (id is null || id(result).Length > 0))
                {
                    return result;
                }

                fault = result is null ? "is the word null" : "has no id";
            }
            catch (JsonException e)
            {
                string media = response.Content.Headers.ContentType?.MediaType ?? "no content type";
                fault = $"cannot be read ({media}; at {e.Path ?? "$"}, line {(e.LineNumber ?? 0) + 1})";
            }
        }

        throw new FineTuningApiException(
            ApiErrorKind.InvalidResponse,
            $"The server answered {(int)response.StatusCode}, but the body {fault}. Is {Options.Endpoint} the base "
                + $"of an OpenAI-style API?"
        )
        {
            StatusCode = attempt.StatusCode,
            RequestId = attempt.RequestId,
        };
    }

    /// <summary>The status has said what counts: words that do not come whole, or cannot be unpacked, change nothing
    /// about it.</summary>
    private static async Task<string> ReadErrorAsync(HttpResponseMessage response, Attempt attempt)
    {
        try
        {
            (byte[] body, _) = await ReadBytesAsync(response, MaxErrorBytes, attempt).ConfigureAwait(false);
            return Encoding.UTF8.GetString(body).TrimStart('\uFEFF');
        }
        catch (Exception e) when (attempt.TimedOut || e is IOException or HttpRequestException or InvalidDataException)
        {
            return string.Empty;
        }
    }

    internal static async Task<(byte[] Body, bool Whole)> ReadBytesAsync(
        HttpResponseMessage response,
        int limit,
        Attempt attempt
    )
    {
        using Stream stream = await OpenBodyAsync(response, attempt.Token).ConfigureAwait(false);
        using var body = new MemoryStream();
        byte[] piece = new byte[16 * 1024];
        int count;
        while ((count = await stream.ReadAsync(piece, 0, piece.Length, attempt.Token).ConfigureAwait(false)) > 0)
        {
            attempt.Touch();
            if (body.Length + count > limit)
            {
                return (body.ToArray(), false);
            }

            body.Write(piece, 0, count);
        }

        return (body.ToArray(), true);
    }

    /// <summary>Some gateways begin with a byte order mark, which is no JSON.</summary>
    private static ReadOnlySpan<byte> WithoutMark(byte[] body) =>
        body.Length >= 3 && body[0] == 0xEF && body[1] == 0xBB && body[2] == 0xBF
            ? new ReadOnlySpan<byte>(body, 3, body.Length - 3)
            : body;

    /// <summary>Opens an answer's body with whatever cancellation the platform has.</summary>
    internal static Task<Stream> OpenBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
#if NET
        return response.Content.ReadAsStreamAsync(cancellationToken);
#else
        cancellationToken.ThrowIfCancellationRequested();
        return response.Content.ReadAsStreamAsync();
#endif
    }

    internal static double NextRandom()
    {
        lock (s_randomGate)
        {
            return s_random.NextDouble();
        }
    }

    private static void AddIfSet(HttpRequestMessage message, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private ApiTrace Repeat(ApiRequest request, int attempt, FineTuningApiException failure, TimeSpan delay) =>
        new(ApiTraceKind.Retrying, request.Method.Method, UriOf(request), attempt)
        {
            Delay = delay,
            Reason = failure.Message,
            StatusCode = failure.StatusCode,
            RequestId = failure.RequestId,
        };

    private void TraceBody(
        IApiObserver? observer,
        ApiRequest request,
        HttpResponseMessage response,
        Attempt attempt,
        string body
    )
    {
        if (observer?.WantsBodies == true)
        {
            observer.OnTrace(
                new ApiTrace(ApiTraceKind.Answered, request.Method.Method, UriOf(request), attempt.Number)
                {
                    StatusCode = (int)response.StatusCode,
                    Body = Redaction.Scrub(body),
                }
            );
        }
    }

    private Uri UriOf(ApiRequest request)
    {
        // A query in the base goes along with every request.
        string path = Options.Endpoint.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/" + request.Path;
        string baseQuery = Options.ApiVersion is null
            ? Options.Endpoint.Query.TrimStart('?')
            : (
                Options.Endpoint.Query.TrimStart('?') + "&api-version=" + Uri.EscapeDataString(Options.ApiVersion)
            ).TrimStart('&');
        return new Uri(baseQuery.Length == 0 ? path : path + (path.IndexOf('?') < 0 ? "?" : "&") + baseQuery);
    }
}
