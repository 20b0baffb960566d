using System.Runtime.CompilerServices;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Metrics;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Jobs;

/// <summary>
/// Waits until jobs have ended, looking at a few of them at a time. A service that was there and goes away ends no
/// wait, however long it is away: only its own answer that no repeat can mend, or the time-out, does. A service that is
/// not heard at all at the first look is an error, since the address may be wrong; one that says 429 or 5xx is there. A
/// paused job is waited for: somebody may resume it.
/// </summary>
public sealed class JobWaiter
{
    private static readonly TimeSpan s_forEver = TimeSpan.FromDays(36500);

    // Real time: the numbers are an extra, and a service that hangs over them must not keep the status back.
    private static readonly TimeSpan s_metricsTime = TimeSpan.FromSeconds(10);

    // The time to find a new job is short, so that long pauses would leave only an early look in it.
    private static readonly TimeSpan s_maxSearchPause = TimeSpan.FromSeconds(5);

    private readonly FineTuningClient _client;
    private readonly WaitOptions _options;

    /// <summary>Makes a waiter.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A time in the options is out of its range.</exception>
    public JobWaiter(FineTuningClient client, WaitOptions? options = null)
    {
        _client = client ?? throw new ArgumentNullException(nameof(client));
        _options = options ?? new WaitOptions();
        PollSchedule.Check(_options.PollInterval, nameof(options));
        if (_options.Timeout < TimeSpan.Zero || _options.NotFoundTime < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options),
                "The longest wait, and the time to find a job in, must not be below zero."
            );
        }
    }

    /// <summary>
    /// Gives each job's outcome as soon as it is known. Jobs that are found at their end by the same round of looks
    /// come in the order of the ids, and so do those whose time was up.
    /// </summary>
    /// <param name="jobIds">The jobs; one named twice is waited for once.</param>
    /// <param name="progress">Is told after every look; null saves the requests for metrics.</param>
    /// <param name="cancellationToken">Ends the wait; the jobs go on.</param>
    public async IAsyncEnumerable<WaitOutcome> WaitAsync(
        IEnumerable<string> jobIds,
        IProgress<WaitProgress>? progress = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        List<Wait> waits = [.. jobIds.Distinct(StringComparer.Ordinal).Select(id => new Wait(id))];
        var open = waits.ToDictionary(w => w.JobId, StringComparer.Ordinal);
        bool readMetrics = progress is not null && _options.ReadMetrics;
        var looks = new JobPoller<JobSnapshot>(
            _client,
            _options.PollInterval,
            _options.Outages,
            (id, token) => LookAsync(id, readMetrics, token)
        )
        {
            WasReached = _options.WasReached,
            OnOutage = (id, failure) =>
            {
                open[id].Outage = failure;
                progress?.Report(open[id].ToProgress());
            },
        };
        IClock clock = _client.Options.Clock;
        DateTimeOffset began = clock.UtcNow;
        TimeSpan? timeout = _options.Timeout < s_forEver ? _options.Timeout : null;
        await foreach (
            PollResult<JobSnapshot> look in looks
                .RunAsync(waits.Select(w => w.JobId), timeout, cancellationToken)
                .ConfigureAwait(false)
        )
        {
            Wait wait = open[look.JobId];
            bool changed = false;
            if (look.Seen is JobSnapshot sight)
            {
                changed = wait.Job?.Status != sight.Job.Status;
                wait.Take(sight);
                progress?.Report(wait.ToProgress());
            }

            if (
                look.Failure?.Kind == ApiErrorKind.NotFound
                && wait.Job is null
                && clock.UtcNow - began < _options.NotFoundTime
            )
            {
                looks.Again(wait.JobId, null, changed: false, s_maxSearchPause);
                continue;
            }

            if (look.Failure is null && !wait.Job!.HasEnded)
            {
                looks.Again(wait.JobId, wait.Job, changed);
                continue;
            }

            open.Remove(wait.JobId);
            yield return new WaitOutcome(wait.JobId, wait.Job, look.Failure, TimedOut: false);
        }

        foreach (Wait wait in waits.Where(w => open.ContainsKey(w.JobId)))
        {
            yield return new WaitOutcome(wait.JobId, wait.Job, null, TimedOut: true) { Outage = wait.Outage };
        }
    }

    private async Task<JobSnapshot> LookAsync(string jobId, bool readMetrics, CancellationToken cancellationToken)
    {
        JobResource job = await _client.GetJobAsync(jobId, cancellationToken).ConfigureAwait(false);
        return new JobSnapshot(
            job,
            readMetrics && job.Status == JobStatus.Running
                ? await LatestMetricsAsync(jobId, cancellationToken).ConfigureAwait(false)
                : null
        );
    }

    private async Task<StepMetrics?> LatestMetricsAsync(string jobId, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(s_metricsTime);
        try
        {
            // A step and a checkpoint message often come together, so the newest event alone may not be a step.
            ListResource<EventResource> page = await _client
                .ListEventsAsync(jobId, new PageQuery { Limit = 5 }, timeout.Token)
                .ConfigureAwait(false);
            return page.Data.Select(StepMetrics.FromEvent).FirstOrDefault(metrics => metrics is not null);
        }
        catch (Exception e)
            when (e is FineTuningApiException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            // A provider without events, or a key that may not read them, must not end the wait.
            return null;
        }
    }

    private sealed record JobSnapshot(JobResource Job, StepMetrics? Latest);

    private sealed class Wait(string jobId)
    {
        public string JobId { get; } = jobId;

        public JobResource? Job { get; private set; }

        public FineTuningApiException? Outage { get; set; }

        private StepMetrics? Latest { get; set; }

        public void Take(JobSnapshot sight) => (Job, Latest, Outage) = (sight.Job, sight.Latest ?? Latest, null);

        public WaitProgress ToProgress() => new(JobId, Job, Latest, Outage);
    }
}
