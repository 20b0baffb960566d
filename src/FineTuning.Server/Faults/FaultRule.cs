namespace FineTuning.Server.Faults;

/// <summary>
/// Which requests are to go wrong, and how. What is null is left as it is. The same names are used over HTTP, in files
/// and, as text, in options.
/// </summary>
internal sealed record FaultRule
{
    /// <summary>Given by the server; what a client sends here is ignored, so that a list that was read can be put
    /// back.</summary>
    public string? Id { get; init; }

    /// <summary>Requests that were spoiled.</summary>
    public long? Hits { get; init; }

    /// <summary>Requests that fitted and that no earlier rule had taken.</summary>
    public long? Matched { get; init; }

    /// <summary>A name of <see cref="Http.Operations"/>, or * for all.</summary>
    public string? Operation { get; init; }

    /// <summary>With <see cref="Path"/>: the HTTP method; null is any.</summary>
    public string? Method { get; init; }

    /// <summary>Instead of an operation: a path in which * stands for anything.</summary>
    public string? Path { get; init; }

    /// <summary>How many of the fitting requests pass before the first hit.</summary>
    public int? Skip { get; init; }

    /// <summary>How many hits at most.</summary>
    public int? Count { get; init; }

    /// <summary>How likely a hit is, 0 to 1.</summary>
    public double? Probability { get; init; }

    /// <summary>Makes the probability repeat itself; chosen, and told, if it is not given.</summary>
    public int? Seed { get; init; }

    /// <summary>The work is done and stored first; only then the request goes wrong.</summary>
    public bool? AfterWork { get; init; }

    /// <summary>A wait: before the work, or with <see cref="AfterWork"/> before the answer.</summary>
    public int? DelayMs { get; init; }

    /// <summary>The connection ends without a byte of an answer.</summary>
    public bool? Drop { get; init; }

    /// <summary>The status of an answer instead of the real one.</summary>
    public int? Status { get; init; }

    public string? Message { get; init; }

    public string? Type { get; init; }

    public string? Code { get; init; }

    public string? Param { get; init; }

    /// <summary>The body of that answer instead of the service's error; may be empty.</summary>
    public string? Body { get; init; }

    /// <summary>That body is filled up with spaces to this many bytes.</summary>
    public int? BodySize { get; init; }

    /// <summary>Where to send the client instead.</summary>
    public string? Redirect { get; init; }

    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Another content type than the real one; empty is none.</summary>
    public string? ContentType { get; init; }

    /// <summary>The Retry-After header in seconds.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>The Retry-After header as the time that many seconds from now.</summary>
    public int? RetryAfterDate { get; init; }

    /// <summary>The retry-after-ms header.</summary>
    public int? RetryAfterMs { get; init; }

    /// <summary>The whole length is announced, but the body ends after this many bytes, and the connection with
    /// it.</summary>
    public int? TruncateAfter { get; init; }

    /// <summary>The body comes in pieces of this many bytes, with <see cref="SlowIntervalMs"/> between them.</summary>
    public int? SlowBytes { get; init; }

    public int? SlowIntervalMs { get; init; }

    /// <summary>The body is compressed, whatever the client accepts.</summary>
    public bool? Gzip { get; init; }

    /// <summary>Whether the real answer is not sent at all.</summary>
    public bool HidesAnswer() => Drop == true || Status is not null || Redirect is not null;
}
