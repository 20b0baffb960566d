using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Checkpoints;

/// <summary>
/// Finds checkpoints by their ids, which no operation of the API takes: among those of the newest jobs, job after job.
/// What one search has seen, the next one does not ask for again. For one search at a time.
/// </summary>
public sealed class CheckpointFinder
{
    private readonly FineTuningClient _client;
    private readonly Dictionary<string, CheckpointResource> _seen = new(StringComparer.Ordinal);
    private readonly Queue<JobResource> _jobs = new();
    private readonly HashSet<string> _cursors = new(StringComparer.Ordinal);
    private string? _lastJob;
    private bool _isListed;

    /// <summary>Makes a finder.</summary>
    public CheckpointFinder(FineTuningClient client) =>
        _client = client ?? throw new ArgumentNullException(nameof(client));

    /// <summary>How many jobs are looked through at the most.</summary>
    public int MaxJobs { get; init; } = 200;

    /// <summary>Jobs that were looked through.</summary>
    public int Jobs { get; private set; }

    /// <summary>Looks for a checkpoint.</summary>
    /// <param name="id">Such as <c>ftckpt_abc123</c>.</param>
    /// <param name="progress">Is told the number of jobs that were looked through, before each.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The checkpoint; null if none of the jobs has it.</returns>
    /// <exception cref="FineTuningApiException">The jobs or their checkpoints could not be listed.</exception>
    public async Task<CheckpointResource?> FindAsync(
        string id,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        _ = id ?? throw new ArgumentNullException(nameof(id));
        CheckpointResource? found;
        while (
            !_seen.TryGetValue(id, out found)
            && Jobs < MaxJobs
            && await HasJobAsync(cancellationToken).ConfigureAwait(false)
        )
        {
            progress?.Report(Jobs);
            await foreach (
                CheckpointResource checkpoint in _client
                    .EnumerateCheckpointsAsync(_jobs.Peek().Id, null, cancellationToken)
                    .ConfigureAwait(false)
            )
            {
                _seen[checkpoint.Id] = checkpoint;
            }

            // Noted after the job is done: a search that failed begins again with it.
            _ = _jobs.Dequeue();
            Jobs++;
        }

        return found;
    }

    private async Task<bool> HasJobAsync(CancellationToken cancellationToken)
    {
        while (_jobs.Count == 0 && !_isListed)
        {
            ListResource<JobResource> page = await _client
                .ListJobsAsync(new JobQuery { After = _lastJob, Limit = Math.Min(100, MaxJobs) }, cancellationToken)
                .ConfigureAwait(false);
            foreach (JobResource job in page.Data)
            {
                _lastJob = job.Id;
                if (MayHaveCheckpoints(job))
                {
                    _jobs.Enqueue(job);
                }
            }

            // A server that repeats its pages would be asked without end.
            _isListed = !page.HasMore || page.Data.Count == 0 || !_cursors.Add(_lastJob!);
        }

        return _jobs.Count > 0;
    }

    private static bool MayHaveCheckpoints(JobResource job) =>
        ResourceId.IsOne(job.Id) && job.Status != JobStatus.ValidatingFiles && job.Status != JobStatus.Queued;
}
