using FineTuning.Core.Credentials;
using FineTuning.Core.Http;

namespace FineTuning.Core.Client;

/// <summary>Where requests go and how patient they are.</summary>
public sealed record ClientOptions
{
    private readonly ApiDialect? _dialect;

    /// <summary>Where OpenAI serves its API.</summary>
    public static Uri OpenAIEndpoint { get; } = new("https://api.openai.com/v1");

    /// <summary>The exact base, such as <c>https://api.openai.com/v1</c>: paths are added to it and nothing
    /// else.</summary>
    public Uri Endpoint { get; init; } = OpenAIEndpoint;

    /// <summary>How the service spells the API; by default what its host tells.</summary>
    public ApiDialect Dialect
    {
        get => _dialect ?? ApiDialects.Of(Endpoint);
        init => _dialect = value;
    }

    /// <summary>The version of the API, which goes along with every request as <c>api-version</c>; null sends
    /// none.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Headers that go along with every request.</summary>
    public IReadOnlyList<RequestHeader> Headers { get; init; } = [];

    /// <summary>The proxy; null is the system's.</summary>
    public ProxyOptions? Proxy { get; init; }

    /// <summary>The organisation to bill, as <c>OpenAI-Organization</c>.</summary>
    public string? Organization { get; init; }

    /// <summary>The project to bill, as <c>OpenAI-Project</c>.</summary>
    public string? Project { get; init; }

    /// <summary>
    /// The longest time without any progress of a request: to the first answer, and between two pieces of a body. Above
    /// zero, and at the most 24 days.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>Repeats of a request that failed for a passing reason, 0 to 20.</summary>
    public int MaxRetryCount { get; init; } = 3;

    /// <summary>
    /// No repeat of a request begins later than this after its first failure, however many are left. A download that
    /// goes on where it was counts anew from there.
    /// </summary>
    public TimeSpan RetryTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Allows plain http to other machines, which shows the key to everybody on the way.</summary>
    public bool AllowInsecureHttp { get; init; }

    /// <summary>The clock of time-outs and pauses; tests replace it.</summary>
    public IClock Clock { get; init; } = SystemClock.Instance;

    /// <summary>Wipes the secrets among the options from memory; requests fail from then on.</summary>
    public void Forget()
    {
        Proxy?.Forget();
        foreach (RequestHeader header in Headers)
        {
            header.Forget();
        }
    }

    /// <summary>Throws if a request could not be sent safely with these options.</summary>
    /// <exception cref="ArgumentException">Says which option is wrong.</exception>
    public void Validate()
    {
        if (!Endpoint.IsAbsoluteUri || Endpoint.Scheme is not ("https" or "http"))
        {
            throw new ArgumentException(
                $"The endpoint '{Endpoint}' is not an http or https address such as {OpenAIEndpoint}."
            );
        }

        if (Endpoint.UserInfo.Length > 0)
        {
            throw new ArgumentException("The endpoint must not carry a name or password; give the key by itself.");
        }

        if (Redaction.Scrub(Endpoint.Query) != Endpoint.Query)
        {
            throw new ArgumentException(
                "The endpoint must not carry a key in its query, where logs would keep it; give the key by itself, "
                    + "or as a header."
            );
        }

        if (Endpoint.Scheme == "http" && !Endpoint.IsLoopback && !AllowInsecureHttp)
        {
            throw new ArgumentException(
                $"The endpoint '{Endpoint}' is not encrypted, so the key could be read on the way. Use https."
            );
        }

        if (
            Endpoint.Scheme == "http"
            && Endpoint.IsLoopback
            && Proxy?.Address is { IsLoopback: false }
            && !AllowInsecureHttp
        )
        {
            throw new ArgumentException(
                $"The endpoint '{Endpoint}' is not encrypted, so the proxy and everybody on the way to it could read "
                    + $"the key. Connect to it without a proxy."
            );
        }

        if (Endpoint.Fragment.Length > 0)
        {
            throw new ArgumentException("The endpoint must not have a part behind a #.");
        }

        if (ApiVersion is not null && Endpoint.Query.IndexOf("api-version=", StringComparison.OrdinalIgnoreCase) >= 0)
        {
            throw new ArgumentException("The version of the API is in the endpoint and beside it; give it once.");
        }

        // A timer of the platform takes no more than 24.8 days.
        if (Timeout <= TimeSpan.Zero || Timeout > TimeSpan.FromDays(24))
        {
            throw new ArgumentException("The time-out must be above zero and at the most 24 days.");
        }

        if (RetryTime < TimeSpan.Zero)
        {
            throw new ArgumentException("The time for retries must not be below zero.");
        }

        if (MaxRetryCount is < 0 or > 20)
        {
            throw new ArgumentException("The number of retries must be from 0 to 20.");
        }
    }
}
