using FineTuning.Core.Client;

namespace FineTuning.Tests.Shared;

/// <summary>A clock that turns by itself: a delay is over at once, and the time has gone on by it.</summary>
public sealed class TestClock : IClock
{
    public static readonly DateTimeOffset Start = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly object _gate = new();
    private readonly List<TimeSpan> _delays = [];
    private DateTimeOffset _now = Start;

    /// <summary>
    /// Runs in place of each delay, after the time has gone on. It may wait or throw. What it does before it first
    /// waits happens at once with the time: no other thread reads the new time, and goes on, before that has happened.
    /// </summary>
    public Func<TimeSpan, CancellationToken, Task>? OnDelay { get; set; }

    /// <summary>More than the test needs.</summary>
    public int MaxDelays { get; init; } = 20_000;

    public DateTimeOffset UtcNow
    {
        get
        {
            lock (_gate)
            {
                return _now;
            }
        }
    }

    public IReadOnlyList<TimeSpan> Delays
    {
        get
        {
            lock (_gate)
            {
                return [.. _delays];
            }
        }
    }

    public TimeSpan Elapsed => UtcNow - Start;

    /// <summary>Lets the time go on, as work does that takes long.</summary>
    public void Advance(TimeSpan time)
    {
        lock (_gate)
        {
            _now += time;
        }
    }

    public async Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Task happening;
        lock (_gate)
        {
            _delays.Add(delay);

            // A loop that never ends must fail its test, not hang it.
            if (_delays.Count > MaxDelays)
            {
                throw new InvalidOperationException("The test's clock was asked for more delays than any test needs.");
            }

            _now += delay;
            happening = OnDelay?.Invoke(delay, cancellationToken) ?? Task.CompletedTask;
        }

        await happening;
    }
}
