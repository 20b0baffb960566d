namespace FineTuning.Core.Http;

/// <summary>A request that can be sent more than once: its body is made anew for each attempt.</summary>
internal sealed record ApiRequest(HttpMethod Method, string Path)
{
    /// <summary>Makes the body of one attempt. The argument is told of sent bytes, which keeps the attempt from timing
    /// out.</summary>
    public Func<Attempt, HttpContent>? Content { get; init; }

    /// <summary>The text of the body for observers; null for streams.</summary>
    public string? BodyText { get; init; }

    /// <summary>Adds to the headers of an attempt.</summary>
    public Action<HttpRequestMessage>? Prepare { get; init; }

    /// <summary>How many bytes of a transfer are safely there, where a repeat goes on from them; null where it begins
    /// anew.</summary>
    public Func<long>? Reached { get; init; }

    /// <summary>It wants the admin key, where the connection has one.</summary>
    public bool NeedsAdmin { get; init; }

    /// <summary>Where it waits for its turn among the requests of a batch; null does not wait.</summary>
    public AdaptiveRateLimiter? Gate { get; init; }

    public Repeatability Repeatability { get; init; } = Repeatability.Repeatable;
}
