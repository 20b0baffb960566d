namespace FineTuning.Server.Jobs;

/// <summary>
/// Tells from the speed so far how long a run will still take. The mean time of a step leans towards the last quarter
/// of the plan: long enough to hold several looks at the validation data, which make single steps slow, and short
/// enough to follow a machine that becomes busy.
/// </summary>
internal sealed class FinishEstimate
{
    private const double RememberedShare = 0.25;
    private TimeSpan _last;
    private double _secondsPerStep;
    private int _seen;
    private int _step;

    /// <summary>Takes note of a step.</summary>
    /// <param name="step">Its number.</param>
    /// <param name="totalSteps">The number of the last one.</param>
    /// <param name="elapsed">Time since any fixed moment.</param>
    /// <returns>What is left; null after the first step of a run, whose own time includes reading the data.</returns>
    public TimeSpan? Next(int step, int totalSteps, TimeSpan elapsed)
    {
        // A trainer may tell of some of its steps only, and tells of some again when it had to go back.
        TimeSpan took = (elapsed - _last) / Math.Max(1, step - _step);
        (_last, _step) = (elapsed, step);
        if (_seen++ == 0)
        {
            return null;
        }

        double weight = Math.Max(1.0 / (_seen - 1), 1 / Math.Max(1, RememberedShare * totalSteps));
        _secondsPerStep += weight * (took.TotalSeconds - _secondsPerStep);
        return TimeSpan.FromSeconds(_secondsPerStep * (totalSteps - step));
    }
}
