using FineTuning.Core.Wire;

namespace FineTuning.Core.Jobs;

/// <summary>
/// Says how long to wait until a job is looked at again: short after a change, longer while nothing happens, and
/// shorter again near the estimated finish. Estimates may be missing, past or far; none of that makes it wait longer
/// than its longest interval.
/// </summary>
internal sealed class PollSchedule
{
    private const double Growth = 1.4;

    // A shorter time is no pause, and the platform's timers take at most 24.8 days.
    private static readonly TimeSpan s_least = TimeSpan.FromMilliseconds(10),
        s_most = TimeSpan.FromDays(24);

    private readonly TimeSpan _shortest;
    private readonly TimeSpan _longest;
    private TimeSpan _next;

    /// <param name="fixedInterval">The user's own interval; null adapts.</param>
    /// <param name="isLocal">The server is on this machine, where asking costs nothing.</param>
    public PollSchedule(TimeSpan? fixedInterval, bool isLocal)
    {
        _shortest = fixedInterval ?? TimeSpan.FromSeconds(isLocal ? 0.2 : 2);
        _longest = fixedInterval ?? TimeSpan.FromSeconds(isLocal ? 2 : 30);
        _next = _shortest;
    }

    /// <summary>Refuses a user's own interval that would ask without any pause, or that no timer can wait
    /// for.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of its range.</exception>
    public static void Check(TimeSpan? interval, string name)
    {
        if (interval < s_least || interval > s_most)
        {
            throw new ArgumentOutOfRangeException(
                name,
                interval,
                "The time between two looks must be from 10 milliseconds to 24 days."
            );
        }
    }

    /// <summary>Something changed, so more may come soon.</summary>
    public void Changed() => _next = _shortest;

    /// <summary>The time until the next look.</summary>
    /// <param name="job">The job as last seen; null if it was not.</param>
    /// <param name="now">The time.</param>
    public TimeSpan Next(JobResource? job, DateTimeOffset now)
    {
        TimeSpan interval = _next;
        _next = Min(_longest, TimeSpan.FromTicks((long)(_next.Ticks * Growth)));
        if (job?.EstimatedFinish - now is TimeSpan left && left > TimeSpan.Zero)
        {
            var half = TimeSpan.FromTicks(left.Ticks / 2);
            interval = Min(interval, half < _shortest ? _shortest : half);
        }

        return interval;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
