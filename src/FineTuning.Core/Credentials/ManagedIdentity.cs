using System.Diagnostics;
using FineTuning.Core.Errors;
using FineTuning.Core.Http;

namespace FineTuning.Core.Credentials;

/// <summary>Tokens of the Azure managed identity of this machine, function, runbook or pod.</summary>
public sealed class ManagedIdentity : ITokenSource, IDisposable
{
    private const int MaxAnswerBytes = 256 * 1024;
    private const int MaxProofBytes = 4096;

    // An identity endpoint of the machine answers at once; waiting for one that is not there would delay a runbook.
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_guessTimeout = TimeSpan.FromSeconds(4);

    private readonly Func<string, string?> _variable;
    private readonly HttpClient _near;
    private readonly HttpClient _remote;
    private bool _hasWorked;

    /// <summary>Makes a source of tokens for one service.</summary>
    /// <param name="service">The service's address: it tells which cloud's tokens it takes.</param>
    /// <param name="clientId">The client id of a user-assigned identity; null is the machine's own
    /// (system-assigned).</param>
    /// <param name="proxy">The proxy on the way to Entra, which pods ask; null is the system's.</param>
    /// <param name="variable">Gives environment variables; null is this process's.</param>
    public ManagedIdentity(
        Uri service,
        string? clientId = null,
        ProxyOptions? proxy = null,
        Func<string, string?>? variable = null
    )
    {
        ClientId = clientId;
        Resource = ResourceOf(service ?? throw new ArgumentNullException(nameof(service)));
        _variable = variable ?? Environment.GetEnvironmentVariable;
        // The token is for the machine itself: no proxy may come between.
        _near = new HttpClient(new HttpClientHandler { UseProxy = false, AllowAutoRedirect = false })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _remote = new HttpClient(
            new HttpClientHandler
            {
                AllowAutoRedirect = false,
                Proxy = proxy?.ToWebProxy(),
                DefaultProxyCredentials = proxy?.Credentials,
            }
        )
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>The client id of a user-assigned identity; null is the machine's own.</summary>
    public string? ClientId { get; }

    /// <summary>What the tokens open.</summary>
    public string Resource { get; }

    /// <inheritdoc/>
    public bool RunsAtCaller => false;

    /// <summary>Whether it is the same identity for the same resource.</summary>
    public override bool Equals(object? obj) =>
        obj is ManagedIdentity other && other.ClientId == ClientId && other.Resource == Resource;

    /// <inheritdoc/>
    public override int GetHashCode() => Resource.GetHashCode();

    /// <inheritdoc/>
    public void Dispose()
    {
        _near.Dispose();
        _remote.Dispose();
    }

    /// <inheritdoc/>
    public async Task<AccessToken> GetTokenAsync(IApiObserver? observer, CancellationToken cancellationToken = default)
    {
        IdentityHost host = Find();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(host.IsGuess ? s_guessTimeout : s_timeout);
        try
        {
            (int status, string body, string? challenge) = await AskAsync(host, null, observer, timeout.Token)
                .ConfigureAwait(false);
            if (host.HasChallenge && status == 401)
            {
                (status, body, _) = await AskAsync(host, ReadProof(challenge), observer, timeout.Token)
                    .ConfigureAwait(false);
            }

            AccessToken token =
                status == 200 ? IdentityAnswer.ReadToken(body, host) : throw Refused(status, body, host);
            _hasWorked = true;
            return token;
        }
        catch (Exception e)
            when (e is HttpRequestException or OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Unreachable(e, host);
        }
    }

    private static string ResourceOf(Uri service) =>
        service.Host switch
        {
            string host when host.EndsWith(".azure.us", StringComparison.OrdinalIgnoreCase) =>
                "https://cognitiveservices.azure.us",
            string host when host.EndsWith(".azure.cn", StringComparison.OrdinalIgnoreCase) =>
                "https://cognitiveservices.azure.cn",
            _ => "https://cognitiveservices.azure.com",
        };

    private IdentityHost Find()
    {
        try
        {
            return IdentityHost.Find(
                name => _variable(name) is string value && value.Trim().Length > 0 ? value.Trim() : null,
                ClientId
            );
        }
        catch (ArgumentException e)
        {
            throw FineTuningApiException.NoToken(e.Message, mayPass: false);
        }
    }

    private async Task<(int Status, string Body, string? Challenge)> AskAsync(
        IdentityHost host,
        string? proof,
        IApiObserver? observer,
        CancellationToken cancellationToken
    )
    {
        using HttpRequestMessage request = host.Ask(Resource, proof);
        observer?.OnTrace(new ApiTrace(ApiTraceKind.Sending, request.Method.Method, request.RequestUri!, 1));
        var watch = Stopwatch.StartNew();
        using HttpResponseMessage response = await (host.IsRemote ? _remote : _near)
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            .ConfigureAwait(false);
        observer?.OnTrace(
            new ApiTrace(ApiTraceKind.Answered, request.Method.Method, request.RequestUri!, 1)
            {
                StatusCode = (int)response.StatusCode,
                Duration = watch.Elapsed,
            }
        );
        // The body holds the token, so no observer sees it.
        using CancellationTokenRegistration closing = cancellationToken.Register(
            static r => ((HttpResponseMessage)r!).Dispose(),
            response
        );
        await response.Content.LoadIntoBufferAsync(MaxAnswerBytes).ConfigureAwait(false);
        string body = await response.Content.ReadAsStringAsync().ConfigureAwait(false);
        return ((int)response.StatusCode, body, response.Headers.WwwAuthenticate.FirstOrDefault()?.Parameter);
    }

    /// <summary>Reads the file that Arc names: only from its own folder, so that nobody else can have a file of the
    /// machine sent to him.</summary>
    private string ReadProof(string? challenge)
    {
        string path =
            challenge?.StartsWith("realm=", StringComparison.OrdinalIgnoreCase) == true
                ? challenge.Substring(6).Trim('"')
                : string.Empty;
        string folder =
            Path.DirectorySeparatorChar == '\\'
                ? Path.Combine(_variable("ProgramData") ?? @"C:\ProgramData", "AzureConnectedMachineAgent", "Tokens")
                : "/var/opt/azcmagent/tokens";
        StringComparison comparison =
            Path.DirectorySeparatorChar == '\\' ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        if (
            path.Length == 0
            || !string.Equals(Path.GetDirectoryName(Path.GetFullPath(path)), folder, comparison)
            || !path.EndsWith(".key", StringComparison.OrdinalIgnoreCase)
            || new FileInfo(path).Length > MaxProofBytes
        )
        {
            throw FineTuningApiException.NoToken(
                $"The identity endpoint of this machine names a file that is none of Azure Arc's: '{path}'.",
                mayPass: false
            );
        }

        return File.ReadAllText(path);
    }

    private FineTuningApiException Refused(int status, string body, IdentityHost host)
    {
        string words = IdentityAnswer.ReadError(body) is string text ? $": {text.TrimEnd('.')}" : string.Empty;
        bool passes = status is 408 or 429 or >= 500 || (_hasWorked && status is (404 or 410));
        string who = ClientId is null ? "the system-assigned identity" : $"the identity with the client id {ClientId}";
        return FineTuningApiException.NoToken(
            $"{char.ToUpperInvariant(host.Name[0])}{host.Name.Substring(1)} gave no token of {who} ({status}){words}.",
            passes
        );
    }

    private FineTuningApiException Unreachable(Exception e, IdentityHost host)
    {
        Exception inner = e;
        while (inner.InnerException is not null)
        {
            inner = inner.InnerException;
        }

        string why = e is OperationCanceledException ? "nothing answers" : inner.Message.TrimEnd('.');
        return host.IsGuess && !_hasWorked
            ? FineTuningApiException.NoToken(
                $"This machine seems to have no managed identity: {host.Name} of Azure does not answer ({why}).",
                mayPass: false
            )
            : FineTuningApiException.NoToken($"No token could be had of {host.Name}: {why}.", mayPass: true);
    }
}
