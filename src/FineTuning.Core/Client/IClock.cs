namespace FineTuning.Core.Client;

/// <summary>Time, so that hours of waiting can be tested in moments.</summary>
public interface IClock
{
    /// <summary>The current time in UTC.</summary>
    DateTimeOffset UtcNow { get; }

    /// <summary>Ends after a time, or with the cancellation.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken);
}

/// <summary>The machine's own clock.</summary>
public sealed class SystemClock : IClock
{
    private SystemClock() { }

    /// <summary>The only instance; it has no state.</summary>
    public static SystemClock Instance { get; } = new();

    /// <inheritdoc/>
    public DateTimeOffset UtcNow => DateTimeOffset.UtcNow;

    /// <inheritdoc/>
    public Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken) => Task.Delay(delay, cancellationToken);
}
