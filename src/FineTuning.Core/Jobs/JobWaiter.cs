using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Core.Api;
using FineTuning.Core.Metrics;
using FineTuning.Core.Models;

namespace FineTuning.Core.Jobs;

/// <summary>How to wait.</summary>
public sealed record WaitOptions
{
    /// <summary>The longest wait over all jobs; null waits for ever.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Time between two looks at the jobs; null adapts it to what happens.</summary>
    public TimeSpan? PollInterval { get; init; }
}

/// <summary>How the wait for one job ended. Exactly one of finished, failed to be read, and timed out.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Job">The job as last seen; null if it never was.</param>
/// <param name="Failure">Why the job could not be read any more.</param>
/// <param name="TimedOut">The time was up and the job goes on.</param>
public sealed record WaitOutcome(string JobId, JobResource? Job, FineTuningApiException? Failure, bool TimedOut);

/// <summary>What is known of a job during the wait.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Job">As last seen.</param>
/// <param name="Latest">The newest numbers, if there are any.</param>
/// <param name="Outage">Why the last look failed; null if it did not.</param>
public sealed record WaitProgress(string JobId, JobResource? Job, StepMetrics? Latest, FineTuningApiException? Outage);

/// <summary>
/// Waits until jobs have ended. A server that goes away for a while ends no wait that has begun: only an error that no repeat can mend, or
/// the time-out, does. A paused job is waited for: somebody may resume it.
/// </summary>
public sealed class JobWaiter
{
    private static readonly TimeSpan s_forEver = TimeSpan.FromDays(36500);
    private static readonly TimeSpan s_longestTimer = TimeSpan.FromDays(20);

    // A wait without any time still looks once.
    private static readonly TimeSpan s_shortestLook = TimeSpan.FromSeconds(1);

    private readonly FineTuningClient _client;
    private readonly WaitOptions _options;

    /// <summary>Makes a waiter.</summary>
    public JobWaiter(FineTuningClient client, WaitOptions? options = null)
    {
        _client = client ?? throw new ArgumentNullException(nameof(client));
        _options = options ?? new WaitOptions();
    }

    /// <summary>Gives each job's outcome as soon as it is known.</summary>
    /// <param name="jobIds">The jobs; one named twice is waited for once.</param>
    /// <param name="progress">Is told after every look; null saves the requests for metrics.</param>
    /// <param name="cancellationToken">Ends the wait; the jobs go on.</param>
    public async IAsyncEnumerable<WaitOutcome> WaitAsync(
        IEnumerable<string> jobIds,
        IProgress<WaitProgress>? progress = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        IClock clock = _client.Options.Clock;
        DateTimeOffset? deadline = _options.Timeout < s_forEver ? clock.UtcNow + _options.Timeout : null;
        var waits = jobIds.Distinct(StringComparer.Ordinal).Select(id => new Wait(id, _options.PollInterval, _client)).ToList();
        bool begun = false;
        while (waits.Count > 0)
        {
            TimeSpan pause = TimeSpan.MaxValue;
            foreach (Wait wait in waits.Where(w => w.Due <= clock.UtcNow).ToList())
            {
                WaitOutcome? outcome = await LookAsync(wait, begun, deadline, progress, cancellationToken).ConfigureAwait(false);
                begun |= wait.Job is not null;
                if (outcome is not null)
                {
                    waits.Remove(wait);
                    yield return outcome;
                }
                else
                {
                    wait.Due = clock.UtcNow + wait.Schedule.Next(wait.Job, clock.UtcNow);
                }
            }

            if (deadline <= clock.UtcNow)
            {
                break;
            }

            foreach (Wait wait in waits)
            {
                pause = Min(pause, wait.Due - clock.UtcNow);
            }

            if (waits.Count > 0)
            {
                pause = deadline is null ? pause : Min(pause, deadline.Value - clock.UtcNow);
                await clock.DelayAsync(pause > TimeSpan.Zero ? pause : TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (Wait wait in waits)
        {
            yield return new WaitOutcome(wait.JobId, wait.Job, null, TimedOut: true);
        }
    }

    private async Task<WaitOutcome?> LookAsync(
        Wait wait, bool begun, DateTimeOffset? deadline, IProgress<WaitProgress>? progress, CancellationToken cancellationToken)
    {
        // A server that does not answer must not draw the wait out: its requests, with all their repeats, end when the time is up.
        using var look = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (deadline - _client.Options.Clock.UtcNow is TimeSpan left && left < s_longestTimer)
        {
            look.CancelAfter(left > s_shortestLook ? left : s_shortestLook);
        }

        try
        {
            JobResource job = await _client.GetJobAsync(wait.JobId, look.Token).ConfigureAwait(false);
            if (wait.Job?.Status != job.Status)
            {
                wait.Schedule.Changed();
            }

            wait.Job = job;
            if (progress is not null && job.Status == JobStatus.Running)
            {
                wait.Latest = await LatestMetricsAsync(wait.JobId, look.Token).ConfigureAwait(false) ?? wait.Latest;
            }

            progress?.Report(new WaitProgress(wait.JobId, job, wait.Latest, null));
            return job.Status.IsFinished ? new WaitOutcome(wait.JobId, job, null, TimedOut: false) : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new WaitOutcome(wait.JobId, wait.Job, null, TimedOut: true);
        }
        catch (FineTuningApiException e) when (e.IsTransient && begun)
        {
            progress?.Report(new WaitProgress(wait.JobId, wait.Job, wait.Latest, e));
            return null;
        }
        catch (FineTuningApiException e)
        {
            return new WaitOutcome(wait.JobId, wait.Job, e, TimedOut: false);
        }
    }

    private async Task<StepMetrics?> LatestMetricsAsync(string jobId, CancellationToken cancellationToken)
    {
        // A step and a checkpoint message often come together, so the newest event alone may not be a step.
        try
        {
            ListResource<EventResource> page = await _client
                .ListEventsAsync(jobId, new PageQuery { Limit = 5 }, cancellationToken)
                .ConfigureAwait(false);
            return page.Data.Select(StepMetrics.FromEvent).FirstOrDefault(metrics => metrics is not null);
        }
        catch (FineTuningApiException)
        {
            // The numbers are an extra. A provider without events, or a key that may not read them, must not end the wait.
            return null;
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private sealed class Wait(string jobId, TimeSpan? interval, FineTuningClient client)
    {
        public string JobId { get; } = jobId;

        public PollSchedule Schedule { get; } = new(interval, client.Options.Endpoint.IsLoopback);

        public DateTimeOffset Due { get; set; } = DateTimeOffset.MinValue;

        public JobResource? Job { get; set; }

        public StepMetrics? Latest { get; set; }
    }
}
