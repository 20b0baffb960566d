using FineTuning.Core.Client;

namespace FineTuning.Reliability.Tests.Support;

/// <summary>The real time plus all that was waited: a delay is over at once, and the time has gone on by it.</summary>
internal sealed class SkippingClock : IClock
{
    // A loop that never ends must fail its test, not hang it.
    private const int MaxDelays = 20_000;

    private long _skipped;
    private int _delays;

    /// <summary>Runs in place of each delay with its number from 1, after the time has gone on.</summary>
    public Func<int, Task>? OnDelay { get; set; }

    /// <summary>The delays until now, summed.</summary>
    public TimeSpan Skipped => TimeSpan.FromTicks(Interlocked.Read(ref _skipped));

    public DateTimeOffset UtcNow => DateTimeOffset.UtcNow + Skipped;

    public async Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Add(ref _skipped, delay.Ticks);
        int number = Interlocked.Increment(ref _delays);
        if (number > MaxDelays)
        {
            throw new InvalidOperationException(
                $"The clock was asked for more than {MaxDelays} delays, {Skipped} in all."
            );
        }

        // Others have their turn, as they would in a real delay.
        await Task.Yield();
        if (OnDelay is not null)
        {
            await OnDelay(number);
        }
    }
}
