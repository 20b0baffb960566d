using System.Globalization;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;

namespace FineTuning.Core.Http;

/// <summary>
/// What many requests at once share, so that they obey a rate limit together: how many are on their way, and until when
/// none may start. A refusal for too many requests closes it for all of them and lets fewer through afterwards; answers
/// widen it again. Such a refusal does not use up the repeats of the one request that got it. Safe for use by many
/// threads.
/// </summary>
public sealed class AdaptiveRateLimiter
{
    private const double Narrowing = 0.7;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_leastPause = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan s_maxPause = TimeSpan.FromSeconds(20);

    // A timer takes a shorter time for none at all.
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(1);

    // A service that asks for more than this is better reported than waited for in silence.
    private static readonly TimeSpan s_maxRequestedPause = TimeSpan.FromMinutes(2);

    private readonly object _lock = new();
    private readonly Queue<TaskCompletionSource<int>> _waiting = new();
    private readonly int _max;
    private readonly IClock _clock;
    private readonly Func<double> _random;
    private double _width;
    private int _inside;
    private int _round;
    private int _refusalsInARow;
    private DateTimeOffset? _firstRefusal;
    private DateTimeOffset _closedUntil;

    /// <summary>Makes a gate.</summary>
    /// <param name="maxConcurrent">The most requests at once, at least 1.</param>
    /// <param name="clock">Time; null is the machine's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public AdaptiveRateLimiter(int maxConcurrent, IClock? clock = null)
        : this(maxConcurrent, clock, SharedRandom.Next) { }

    internal AdaptiveRateLimiter(int maxConcurrent, IClock? clock, Func<double> random)
    {
        _max =
            maxConcurrent >= 1
                ? maxConcurrent
                : throw new ArgumentOutOfRangeException(
                    nameof(maxConcurrent),
                    "At least one request must pass at a time."
                );
        _width = maxConcurrent;
        _clock = clock ?? SystemClock.Instance;
        _random = random;
    }

    /// <summary>The most requests at once.</summary>
    public int Max => _max;

    /// <summary>How many requests may be on their way now, from 1 to the most.</summary>
    public int Width
    {
        get
        {
            lock (_lock)
            {
                return (int)_width;
            }
        }
    }

    /// <summary>How often the service refused for too many requests.</summary>
    public long Refusals { get; private set; }

    /// <summary>How long none may start any more; zero if one may.</summary>
    public TimeSpan Pause
    {
        get
        {
            lock (_lock)
            {
                TimeSpan left = _closedUntil - _clock.UtcNow;
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Waits until a request may start, in the order of asking.</summary>
    internal async Task<Pass> EnterAsync(CancellationToken cancellationToken)
    {
        var turn = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = cancellationToken.Register(() =>
            turn.TrySetCanceled(cancellationToken)
        );
        lock (_lock)
        {
            _waiting.Enqueue(turn);
        }

        Admit();
        return new Pass(this, await turn.Task.ConfigureAwait(false));
    }

    /// <summary>Whether a refusal is the gate's to wait for; it is not when the service has let nothing through for too
    /// long.</summary>
    internal bool Takes(FineTuningApiException failure, TimeSpan timeout)
    {
        lock (_lock)
        {
            return failure.Kind == ApiErrorKind.RateLimited
                && !(failure.RetryAfter > s_maxRequestedPause)
                && (_firstRefusal is null || _clock.UtcNow - _firstRefusal < timeout);
        }
    }

    /// <summary>Reads how much the service lets through yet; once it is nothing, waiting is better than being
    /// refused.</summary>
    internal void Hear(HttpResponseMessage response)
    {
        if (
            Number(response, "x-ratelimit-remaining-requests") is not double remaining
            || remaining > 0
            || Header(response, "x-ratelimit-reset-requests") is not string text
            || ReadDuration(text) is not TimeSpan reset
        )
        {
            return;
        }

        // The time is that in which all come back; one is back after its part of it.
        double all = Math.Max(1, Number(response, "x-ratelimit-limit-requests") ?? 1);
        Close(TimeSpan.FromTicks((long)(reset.Ticks / all)));
    }

    /// <summary>Reads durations such as 1m30.5s and 20ms.</summary>
    internal static TimeSpan? ReadDuration(string text)
    {
        double seconds = 0;
        int position = 0;
        while (position < text.Length)
        {
            int start = position;
            while (position < text.Length && (char.IsDigit(text[position]) || text[position] == '.'))
            {
                position++;
            }

            if (
                !double.TryParse(
                    text.Substring(start, position - start),
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out double number
                )
            )
            {
                return null;
            }

            string rest = text.Substring(position);
            (double unit, int length) =
                rest.StartsWith("ms", StringComparison.Ordinal) ? (0.001, 2)
                : rest.StartsWith("s", StringComparison.Ordinal) ? (1, 1)
                : rest.StartsWith("m", StringComparison.Ordinal) ? (60, 1)
                : rest.StartsWith("h", StringComparison.Ordinal) ? (3600, 1)
                : (0, 0);
            if (length == 0)
            {
                return null;
            }

            seconds += number * unit;
            position += length;
        }

        return text.Length > 0 && seconds <= 86_400 ? TimeSpan.FromSeconds(seconds) : null;
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault()?.Trim() : null;

    private static double? Number(HttpResponseMessage response, string name) =>
        double.TryParse(
            Header(response, name),
            NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out double number
        )
            ? number
            : null;

    private void Close(TimeSpan time)
    {
        lock (_lock)
        {
            time = time < s_maxRequestedPause ? time : s_maxRequestedPause;
            DateTimeOffset until = _clock.UtcNow + time;
            if (until <= _closedUntil)
            {
                return;
            }

            _closedUntil = until;
        }

        _ = OpenAfterAsync(time);
    }

    private async Task OpenAfterAsync(TimeSpan time)
    {
        // Timers count in coarser steps than the clock and may end a little before it is time; nobody else would open
        // the gate then.
        for (; time > TimeSpan.Zero; time = Pause)
        {
            await _clock
                .DelayAsync(time < s_shortestPause ? s_shortestPause : time, CancellationToken.None)
                .ConfigureAwait(false);
        }

        Admit();
    }

    private void Admit()
    {
        lock (_lock)
        {
            while (_waiting.Count > 0 && _inside < (int)_width && _clock.UtcNow >= _closedUntil)
            {
                // One that was cancelled meanwhile takes no place.
                _inside += _waiting.Dequeue().TrySetResult(_round) ? 1 : 0;
            }
        }
    }

    private void Leave(int round, bool succeeded)
    {
        lock (_lock)
        {
            _inside--;
            if (succeeded)
            {
                _width = Math.Min(_max, _width + (1 / _width));
                _firstRefusal = null;
                _refusalsInARow = round == _round ? 0 : _refusalsInARow;
            }
        }

        Admit();
    }

    /// <summary>Longer with each refusal in a row, also where the service asks for less: a clock that goes wrong makes
    /// its date one of the past.</summary>
    private TimeSpan Backoff(TimeSpan first)
    {
        double ceiling = Math.Min(
            s_maxPause.TotalSeconds,
            first.TotalSeconds * Math.Pow(2, Math.Min(10, _refusalsInARow - 1))
        );
        return TimeSpan.FromSeconds(ceiling * (0.5 + (_random() / 2)));
    }

    private void Refuse(int round, TimeSpan? after)
    {
        TimeSpan pause;
        lock (_lock)
        {
            Refusals++;
            _firstRefusal ??= _clock.UtcNow;
            if (round == _round)
            {
                // Those that were on their way at the same time are refused for the same reason; they narrow it once.
                _round++;
                _refusalsInARow++;
                _width = Math.Max(1, _width * Narrowing);
            }

            TimeSpan own = Backoff(after is null ? s_firstPause : s_leastPause);
            pause = after > own ? after.Value : own;
        }

        Close(pause);
    }

    /// <summary>One request's way through the gate.</summary>
    internal sealed class Pass(AdaptiveRateLimiter gate, int round) : IDisposable
    {
        private bool _succeeded;

        public void Succeed() => _succeeded = true;

        public void Refuse(TimeSpan? after) => gate.Refuse(round, after);

        public void Dispose() => gate.Leave(round, _succeeded);
    }
}
