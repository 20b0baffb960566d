using FineTuning.Core.Errors;
using FineTuning.Core.Metrics;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Jobs;

/// <summary>How to wait.</summary>
public sealed record WaitOptions
{
    /// <summary>
    /// The longest wait over all jobs, zero or more; null waits for ever. With zero each job is looked at once. A
    /// service that hangs over those last looks draws the wait out by 30 seconds at the most.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Time between two looks at a job, 10 milliseconds to 24 days; null adapts it to what happens.</summary>
    public TimeSpan? PollInterval { get; init; }

    /// <summary>Whether progress is told with the numbers of the newest step, which costs a request for each look at a
    /// job that trains.</summary>
    public bool ReadMetrics { get; init; } = true;

    /// <summary>
    /// Says that the service was heard before, over other connections than this client's. Then no answer to the first
    /// look is an outage as well, and not a sign of a wrong address. What the client itself has heard it knows.
    /// </summary>
    public bool WasReached { get; init; }

    /// <summary>
    /// For so long from the beginning of the wait, a job that was not seen yet and is not found is looked for again. It
    /// is for jobs that were created a moment ago: a service with several copies of its data may not know them
    /// everywhere yet. Zero takes the first answer.
    /// </summary>
    public TimeSpan NotFoundTime { get; init; }

    /// <summary>Is told when an outage begins and when it has ended.</summary>
    public IProgress<ServiceOutage>? Outages { get; init; }
}

/// <summary>How the wait for one job ended. Exactly one of finished, failed to be read, and timed out.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Job">The job as last seen; null if it never was.</param>
/// <param name="Failure">Why the job could not be read any more.</param>
/// <param name="TimedOut">The time was up and the job goes on.</param>
public sealed record WaitOutcome(string JobId, JobResource? Job, FineTuningApiException? Failure, bool TimedOut)
{
    /// <summary>Why the last look failed of a wait that timed out; null if it did not.</summary>
    public FineTuningApiException? Outage { get; init; }
}

/// <summary>What is known of a job during the wait.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Job">As last seen.</param>
/// <param name="Latest">The newest numbers, if there are any.</param>
/// <param name="Outage">Why the last look failed; null if it did not.</param>
public sealed record WaitProgress(string JobId, JobResource? Job, StepMetrics? Latest, FineTuningApiException? Outage);
