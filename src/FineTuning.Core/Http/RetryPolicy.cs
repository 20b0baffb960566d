using FineTuning.Core.Errors;

namespace FineTuning.Core.Http;

/// <summary>Whether a request may be sent again when it is not known what became of it.</summary>
internal enum Repeatability
{
    /// <summary>Reads, deletes, state changes that say the same twice, and uploads, of which a second one costs
    /// nothing.</summary>
    Repeatable,

    /// <summary>A second one costs money: repeated only if the first was certainly not taken.</summary>
    OnlyIfNotTaken,

    /// <summary>A look that only adds to what is known already.</summary>
    Never,
}

/// <summary>Decides whether and when a failed request is sent again. Pure, so that every case can be tested.</summary>
internal sealed class RetryPolicy
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_maxDelay = TimeSpan.FromSeconds(20);

    // A service that asks for more than this is better reported than waited for in silence.
    private static readonly TimeSpan s_maxRequestedDelay = TimeSpan.FromMinutes(2);

    private readonly Func<double> _random;

    /// <param name="maxRetryCount">Repeats after the first attempt, at least 0.</param>
    /// <param name="random">Gives numbers from 0 to 1.</param>
    public RetryPolicy(int maxRetryCount, Func<double> random)
    {
        MaxRetryCount = maxRetryCount;
        _random = random;
    }

    public int MaxRetryCount { get; }

    /// <summary>How long to wait before the next attempt, or null to give up.</summary>
    /// <param name="failure">What the last attempt gave.</param>
    /// <param name="attempt">The number of the last attempt, from 1.</param>
    /// <param name="repeatability">What a second request would do.</param>
    public TimeSpan? DelayAfter(FineTuningApiException failure, int attempt, Repeatability repeatability)
    {
        if (
            attempt > MaxRetryCount
            || repeatability == Repeatability.Never
            || failure.IsLast
            || !failure.Has(ApiErrorTraits.Retried)
            || failure.RetryAfter > s_maxRequestedDelay
        )
        {
            return null;
        }

        if (repeatability == Repeatability.OnlyIfNotTaken && !failure.Has(ApiErrorTraits.NotTaken))
        {
            return null;
        }

        if (failure.RetryAfter is TimeSpan asked)
        {
            return asked;
        }

        // Full jitter: clients that failed together must not come back together.
        double ceiling = Math.Min(s_maxDelay.TotalSeconds, s_firstDelay.TotalSeconds * Math.Pow(2, attempt - 1));
        return TimeSpan.FromSeconds(ceiling * _random());
    }
}
