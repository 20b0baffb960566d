using FineTuning.Core.Errors;
using FineTuning.Core.Http;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Client;

/// <content>Jobs, their events and their checkpoints.</content>
public sealed partial class FineTuningClient
{
    /// <summary>
    /// Creates a job, which costs money at a hosted service. Sent again only where the first was certainly not taken;
    /// <see cref="Jobs.JobCreator"/> also looks for a job whose answer was lost.
    /// </summary>
    public Task<JobResource> CreateJobAsync(JobCreateRequest request, CancellationToken cancellationToken = default) =>
        SendAsync(
            Post("fine_tuning/jobs", request, RequestContext.Default.JobCreateRequest) with
            {
                Repeatability = Repeatability.OnlyIfNotTaken,
            },
            Answers.Job,
            cancellationToken
        );

    /// <summary>One page of jobs, newest first.</summary>
    public Task<ListResource<JobResource>> ListJobsAsync(
        JobQuery? query = null,
        CancellationToken cancellationToken = default
    ) => SendAsync(Get("fine_tuning/jobs" + (query ?? new JobQuery()).ToQuery()), Answers.Jobs, cancellationToken);

    /// <summary>All jobs, newest first; asks for a page only when it is needed.</summary>
    public IAsyncEnumerable<JobResource> EnumerateJobsAsync(
        JobQuery? query = null,
        CancellationToken cancellationToken = default
    )
    {
        JobQuery start = query ?? new JobQuery();
        return Pager.EnumerateAsync(
            (after, token) => ListJobsAsync(start with { After = after ?? start.After }, token),
            job => job.Id,
            start.LooksAhead,
            cancellationToken
        );
    }

    /// <summary>A job as it is now.</summary>
    public Task<JobResource> GetJobAsync(string jobId, CancellationToken cancellationToken = default) =>
        SendAsync(Get($"fine_tuning/jobs/{Segment(jobId)}"), Answers.Job, cancellationToken);

    /// <summary>Ends a job. The answer's status is cancelled at once. A job that is cancelled already is no
    /// error.</summary>
    public Task<JobResource> CancelJobAsync(string jobId, CancellationToken cancellationToken = default) =>
        ChangeJobAsync(
            jobId,
            "cancel",
            (refusal, job) => job.Status == JobStatus.Cancelled,
            job => job.HasEnded || job.Status.Value.StartsWith("cancel", StringComparison.OrdinalIgnoreCase),
            cancellationToken
        );

    /// <summary>Stops a job so that it can go on later.</summary>
    public Task<JobResource> PauseJobAsync(string jobId, CancellationToken cancellationToken = default) =>
        ChangeJobAsync(
            jobId,
            "pause",
            (refusal, job) =>
                refusal.EarlierAttemptMayHaveWorked
                && (job.Status == JobStatus.Pausing || job.Status == JobStatus.Paused),
            job => job.HasEnded || job.Status == JobStatus.Pausing || job.Status == JobStatus.Paused,
            cancellationToken
        );

    /// <summary>Lets a paused job go on.</summary>
    public Task<JobResource> ResumeJobAsync(string jobId, CancellationToken cancellationToken = default) =>
        ChangeJobAsync(
            jobId,
            "resume",
            // The job may have resumed and ended since; one that is still pausing was not resumed.
            (refusal, job) =>
                refusal.EarlierAttemptMayHaveWorked
                && job.Status != JobStatus.Pausing
                && job.Status != JobStatus.Paused
                && job.Status != JobStatus.Cancelled,
            job => job.Status != JobStatus.Pausing && job.Status != JobStatus.Paused,
            cancellationToken
        );

    /// <summary>One page of a job's events, newest first.</summary>
    public Task<ListResource<EventResource>> ListEventsAsync(
        string jobId,
        PageQuery? query = null,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            Get($"fine_tuning/jobs/{Segment(jobId)}/events{(query ?? new PageQuery()).ToQuery()}"),
            Answers.Events,
            cancellationToken
        );

    /// <summary>All events of a job, newest first; asks for a page only when it is needed.</summary>
    public IAsyncEnumerable<EventResource> EnumerateEventsAsync(
        string jobId,
        PageQuery? query = null,
        CancellationToken cancellationToken = default
    )
    {
        PageQuery start = query ?? new PageQuery();
        return Pager.EnumerateAsync(
            (after, token) => ListEventsAsync(jobId, start with { After = after ?? start.After }, token),
            e => e.Id,
            start.LooksAhead,
            cancellationToken
        );
    }

    /// <summary>One page of a job's checkpoints, newest first.</summary>
    public Task<ListResource<CheckpointResource>> ListCheckpointsAsync(
        string jobId,
        PageQuery? query = null,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            Get($"fine_tuning/jobs/{Segment(jobId)}/checkpoints{(query ?? new PageQuery()).ToQuery()}"),
            Answers.Checkpoints,
            cancellationToken
        );

    /// <summary>All checkpoints of a job, newest first; asks for a page only when it is needed.</summary>
    public IAsyncEnumerable<CheckpointResource> EnumerateCheckpointsAsync(
        string jobId,
        PageQuery? query = null,
        CancellationToken cancellationToken = default
    )
    {
        PageQuery start = query ?? new PageQuery();
        return Pager.EnumerateAsync(
            (after, token) => ListCheckpointsAsync(jobId, start with { After = after ?? start.After }, token),
            c => c.Id,
            start.LooksAhead,
            cancellationToken
        );
    }

    /// <param name="jobId">The job.</param>
    /// <param name="verb">The end of the path.</param>
    /// <param name="isDone">Whether a refusal, and the job as it is, mean that what was wanted has happened
    /// already.</param>
    /// <param name="isSo">Whether a job is as it was wanted.</param>
    /// <param name="cancellationToken">The caller's.</param>
    private async Task<JobResource> ChangeJobAsync(
        string jobId,
        string verb,
        Func<FineTuningApiException, JobResource, bool> isDone,
        Func<JobResource, bool> isSo,
        CancellationToken cancellationToken
    )
    {
        ApiRequest request = Bodiless(HttpMethod.Post, $"fine_tuning/jobs/{Segment(jobId)}/{verb}");
        try
        {
            for (int sent = 1; ; sent++)
            {
                Maybe<JobResource> answer = await _transport
                    .SendOptionalAsync(request, Answers.Job, _observer, cancellationToken)
                    .ConfigureAwait(false);
                JobResource job = answer.Value ?? await GetJobAsync(jobId, cancellationToken).ConfigureAwait(false);

                // An empty 200 can come from a gateway that has not passed the request on.
                if (answer.Value is not null || answer.IsPlain || isSo(job))
                {
                    return job;
                }

                if (sent == 2)
                {
                    throw WithoutWords(
                        $"the job {jobId} is {(job.Status.Value.Length == 0 ? "as it was" : job.Status)}"
                    );
                }
            }
        }
        catch (FineTuningApiException refusal)
            when (refusal.Kind is ApiErrorKind.InvalidRequest or ApiErrorKind.Conflict)
        {
            JobResource? job = await TryGetJobAsync(jobId, cancellationToken).ConfigureAwait(false);
            if (job is not null && isDone(refusal, job))
            {
                return job;
            }

            throw;
        }
    }

    /// <summary>Null if it cannot be read: what led to the question says more than why the answer failed.</summary>
    private async Task<JobResource?> TryGetJobAsync(string jobId, CancellationToken cancellationToken)
    {
        try
        {
            return await GetJobAsync(jobId, cancellationToken).ConfigureAwait(false);
        }
        catch (FineTuningApiException)
        {
            return null;
        }
    }
}
