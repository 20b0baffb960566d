namespace FineTuning.Operations;

/// <summary>The jobs that are followed, in order, each with the event that was shown last.</summary>
internal sealed class FollowedJobs
{
    // The event's id is empty before the first.
    private readonly List<(string JobId, string LastEvent)> _jobs = [];

    /// <summary>How many are still followed.</summary>
    public int Count => _jobs.Count;

    /// <summary>The ids of the jobs that are still followed.</summary>
    public IEnumerable<string> Ids => _jobs.Select(job => job.JobId);

    /// <summary>Takes a job. False if it is followed already.</summary>
    public bool Add(string jobId)
    {
        bool isNew = !_jobs.Exists(job => job.JobId == jobId);
        if (isNew)
        {
            _jobs.Add((jobId, string.Empty));
        }

        return isNew;
    }

    /// <summary>Stops following a job that has ended.</summary>
    public void Remove(string jobId) => _jobs.RemoveAll(job => job.JobId == jobId);

    /// <summary>Notes the event of a job that was shown last.</summary>
    public void Shown(string jobId, string eventId) =>
        _jobs[_jobs.FindIndex(job => job.JobId == jobId)] = (jobId, eventId);

    /// <summary>What to say when the following was stopped; null if no job is followed any more.</summary>
    /// <param name="after">Where the following began; null is the first event.</param>
    public string? HowToGoOn(string[]? after)
    {
        if (_jobs.Count == 0)
        {
            return null;
        }

        // An event that is named must be one of the job's own, so jobs that have shown none yet are followed from
        // where they were.
        IEnumerable<string> commands = _jobs
            .GroupBy(f => f.LastEvent.Length > 0)
            .Select(g =>
                $"'Get-FineTuningEvent {string.Join(", ", g.Select(f => f.JobId))} "
                + $"-Follow{FromHere(g.Key ? [.. g.Select(f => f.LastEvent)] : after)}'"
            );
        string jobs = _jobs.Count == 1 ? "job goes" : "jobs go";
        return $"The events are no longer followed; the {jobs} on. {string.Join(" and ", commands)} goes on from here.";
    }

    private static string FromHere(string[]? after) =>
        after is null ? string.Empty : $" -After {string.Join(", ", after)}";
}
