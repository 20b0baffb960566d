namespace FineTuning.Core.Http;

/// <summary>Is told of every request while it goes on, from any thread. It must not throw.</summary>
public interface IApiObserver
{
    /// <summary>Whether to fill <see cref="ApiTrace.Body"/>, which costs a copy of each text body.</summary>
    bool WantsBodies { get; }

    /// <summary>Something happened.</summary>
    void OnTrace(ApiTrace trace);
}

/// <summary>What <see cref="ApiTrace"/> tells of.</summary>
public enum ApiTraceKind
{
    /// <summary>An attempt is being sent.</summary>
    Sending,

    /// <summary>The headers of an answer came.</summary>
    Answered,

    /// <summary>An attempt failed and will be repeated after <see cref="ApiTrace.Delay"/>.</summary>
    Retrying,

    /// <summary>An answer has what cannot be understood; <see cref="ApiTrace.Reason"/> says what.</summary>
    Odd,
}

/// <summary>One thing that happened to a request. It never holds a key.</summary>
public sealed record ApiTrace(ApiTraceKind Kind, string Method, Uri Uri, int Attempt)
{
    /// <summary>The answer's status.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The service's name for the request.</summary>
    public string? RequestId { get; init; }

    /// <summary>From sending to the answer's headers.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>How long until the repeat.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Why it is repeated, or what is odd about the answer.</summary>
    public string? Reason { get; init; }

    /// <summary>The text body, scrubbed; null for binary bodies or when not asked for.</summary>
    public string? Body { get; init; }
}
