namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>Who makes a fault.</summary>
internal enum FaultPlace
{
    /// <summary>The server, by a rule.</summary>
    Server,

    /// <summary>The gate before it, by being closed.</summary>
    Gate,

    /// <summary>A front with a bad certificate.</summary>
    Tls,
}

/// <summary>One way in which a request goes wrong.</summary>
/// <param name="Name">What the page calls it.</param>
/// <param name="Rule">The fields of the server's rule; <c>OTHER</c> stands for an address on another host.</param>
internal sealed record Fault(string Name, string Rule)
{
    public const string After = ", after the work";

    private const string Html = "'<html><body><h1>Sign in to the network</h1></body></html>'";

    private const string ServerErrors = "5xx",
        Nonsense = "200 with nonsense";

    public FaultPlace Place { get; init; }

    /// <summary>What the page calls this fault together with others of its kind.</summary>
    public string? Family { get; init; }

    /// <summary>The work is done before the request goes wrong: of interest where something is changed.</summary>
    public bool AfterWork { get; init; }

    /// <summary>Nothing comes within the client's time-out, or it comes so slowly that only its progress keeps it
    /// alive.</summary>
    public bool NeedsShortTimeout { get; init; }

    /// <summary>It can hit one request and not the next.</summary>
    public bool Passes { get; init; } = true;

    /// <summary>The service is well, or will be: who asks again gets what was asked for.</summary>
    public bool IsPassing { get; init; } = true;

    /// <summary>The answer is good, if strange.</summary>
    public bool IsHarmless { get; init; }

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("connection refused", string.Empty) { Place = FaultPlace.Gate },
        .. Both(new Fault("reset", "drop")),
        .. Both(new Fault("no answer in time", "delay_ms=600000") { NeedsShortTimeout = true }),
        new("408", "status=408,message=Try again."),
        new("409", "status=409,message=Locked by another request."),
        new("429", "status=429,message=Too many requests.") { Family = "429, also with Retry-After: 7" },
        new("429 with Retry-After: 7", "status=429,message=Too many requests.,retry_after=7")
        {
            Family = "429, also with Retry-After: 7",
        },
        new("429 with Retry-After: 900", "status=429,message=Too many requests.,retry_after=900") { IsPassing = false },
        new(
            "429 insufficient_quota",
            "status=429,type=insufficient_quota,code=insufficient_quota,message=You exceeded your quota."
        )
        {
            IsPassing = false,
        },
        .. ServerError("500", "status=500,message=Out of order."),
        .. ServerError("502", "status=502,message=Out of order."),
        .. ServerError("503", "status=503,message=Out of order."),
        .. ServerError("503 with Retry-After: 7", "status=503,message=Out of order.,retry_after=7"),
        .. ServerError("504", "status=504,message=Out of order."),
        .. ServerError("500 of 10 MB", "status=500,message=Out of order.,body_size=10485760"),
        .. ServerError("502 with HTML", $"status=502,body={Html}"),
        .. Both(new Fault("200 with HTML", $"status=200,body={Html}") { Family = Nonsense }),
        .. Both(new Fault("200 without a body", "status=200,body=''") { Family = Nonsense }),
        new("body cut off", "truncate_after=20"),
        new("body in slow drops", "slow_bytes=64,slow_interval_ms=60") { NeedsShortTimeout = true, IsHarmless = true },
        new("body compressed with gzip", "gzip") { IsHarmless = true },
        new("wrong content type", "content_type=text/html") { IsHarmless = true },
        new("redirect to another host", "redirect=OTHER") { IsPassing = false },
        new("expired certificate", string.Empty)
        {
            Place = FaultPlace.Tls,
            Passes = false,
            IsPassing = false,
        },
    ];

    /// <summary>The rule for the server.</summary>
    /// <param name="operation">The server's name of the operation it hits.</param>
    /// <param name="once">It hits one request, else all.</param>
    /// <param name="other">An address on another host.</param>
    public string RuleFor(string operation, bool once, string other) =>
        $"{operation}:{Rule.Replace("OTHER", other)}{(AfterWork ? ",after_work" : string.Empty)}"
        + $"{(once ? ",count=1" : string.Empty)}";

    public override string ToString() => Name;

    private static Fault[] ServerError(string name, string rule) =>
        Both(new Fault(name, rule) { Family = ServerErrors });

    /// <summary>Before the work, and after it.</summary>
    private static Fault[] Both(Fault before) =>
        [
            before,
            before with
            {
                Name = before.Name + After,
                AfterWork = true,
                Family = before.Family is null ? null : before.Family + After,
            },
        ];
}
