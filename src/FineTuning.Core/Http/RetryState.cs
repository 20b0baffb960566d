using FineTuning.Core.Client;
using FineTuning.Core.Errors;

namespace FineTuning.Core.Http;

/// <summary>What became of the attempts at one request until now, and whether another one is made.</summary>
internal sealed class RetryState(ApiRequest request, RetryPolicy policy, ClientOptions options)
{
    // Less does not count as progress: a server that gives a byte each time would be asked without end.
    private const long ProgressBytes = 1024 * 1024;

    // Even where most requests are refused, one of so many attempts gets through.
    private const int MaxRefusals = 30;

    private int _refusals;
    private DateTimeOffset? _firstRefusal;
    private long _reached = request.Reached?.Invoke() ?? 0;
    private int _failures;
    private DateTimeOffset _firstFailure;
    private bool _mayHaveWorked;

    /// <summary>The number of the present attempt, from 1.</summary>
    public int Attempt { get; private set; } = 1;

    /// <summary>Goes on to the next attempt without counting the present one as a failure.</summary>
    /// <returns>False if that has been done too often or for too long: what others get through with is not for this
    /// request.</returns>
    public bool TryAgain()
    {
        DateTimeOffset now = options.Clock.UtcNow;
        _firstRefusal ??= now;
        if (++_refusals > MaxRefusals || now - _firstRefusal > options.RetryTime)
        {
            return false;
        }

        Attempt++;
        return true;
    }

    /// <summary>Takes the failure of the present attempt, and goes on to the next.</summary>
    /// <returns>How long to wait before it.</returns>
    /// <exception cref="FineTuningApiException">There is none: the failure, with what the attempts before it
    /// mean.</exception>
    public TimeSpan Fail(FineTuningApiException failure)
    {
        failure.IsRead = request.Method == HttpMethod.Get;
        DateTimeOffset now = options.Clock.UtcNow;
        long reached = request.Reached?.Invoke() ?? 0;
        if (_failures == 0 || reached - _reached >= ProgressBytes)
        {
            // A transfer that goes on where it was has all its repeats again: in hours a line breaks more often than
            // they allow.
            _reached = reached;
            _failures = 0;
            _firstFailure = now;
        }

        TimeSpan? delay = policy.DelayAfter(failure, ++_failures, request.Repeatability);
        if (delay is null || now + delay - _firstFailure > options.RetryTime)
        {
            throw Attempt == 1
                ? failure
                : failure.With($"{failure.Message} Tried {Attempt} times.", Attempt, _mayHaveWorked);
        }

        _mayHaveWorked |= failure.MayHaveWorked;
        Attempt++;
        return delay.Value;
    }
}
