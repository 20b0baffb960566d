using System.Diagnostics;
using FineTuning.Core.Client;

namespace FineTuning.Core.Jobs;

/// <summary>When a wait is over. A job that ended in time is no time-out, so each is looked at a last time after that.
/// Those looks are bounded by the machine's clock, whatever the client's is: how long a server hangs is real.</summary>
/// <param name="clock">The client's clock.</param>
/// <param name="timeout">The time from now on; null has no end.</param>
internal sealed class PollDeadline(IClock clock, TimeSpan? timeout)
{
    /// <summary>How long one look may take after the end.</summary>
    public static readonly TimeSpan LookTime = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan s_maxOvertime = TimeSpan.FromSeconds(30);

    private readonly DateTimeOffset? _end = clock.UtcNow + timeout;
    private readonly Stopwatch _overtime = new();

    /// <summary>Whether the time is up.</summary>
    public bool IsUp()
    {
        bool isUp = _end <= clock.UtcNow;
        if (isUp)
        {
            _overtime.Start();
        }

        return isUp;
    }

    /// <summary>Whether a job is looked at once more when the time is up.</summary>
    /// <param name="began">When its last look began; null if there was none.</param>
    public bool AllowsLastLook(DateTimeOffset? began) =>
        began is null ? _overtime.Elapsed < s_maxOvertime : began < _end && _overtime.Elapsed < LookTime;

    /// <summary>A time, or the end if that comes first.</summary>
    public DateTimeOffset Before(DateTimeOffset time) => time < _end || _end is null ? time : _end.Value;
}
