using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;

namespace FineTuning.Runtime;

/// <summary>Warns, from any thread, of the statuses that the end of a wait depends on.</summary>
/// <param name="cmdlet">Warns.</param>
internal sealed class StatusWarnings(AsyncCmdlet cmdlet) : IProgress<WaitProgress>
{
    private readonly SynchronizationContext _pipeline = SynchronizationContext.Current!;

    private readonly HashSet<string> _withoutStatus = new(StringComparer.Ordinal);

    /// <summary>The statuses as last told, of jobs that go on.</summary>
    private readonly Dictionary<string, JobStatus> _statuses = new(StringComparer.Ordinal);

    public void Report(WaitProgress value)
    {
        if (value.Job is JobResource job)
        {
            _pipeline.Post(_ => Tell(job), null);
        }
    }

    private void Tell(JobResource job)
    {
        bool wasKnown = _statuses.TryGetValue(job.Id, out JobStatus before);
        _statuses[job.Id] = job.Status;
        if (job.Status == JobStatus.Paused && before != JobStatus.Paused)
        {
            cmdlet.WriteWarning(
                $"The job {job.Id} is paused and is waited for: 'Resume-FineTuningJob {job.Id}' lets it go on, "
                    + $"'Stop-FineTuningJob {job.Id}' ends it."
            );
        }
        else if (job.Status.Value.Length == 0 && !job.HasEnded && _withoutStatus.Add(job.Id))
        {
            cmdlet.WriteWarning(
                $"The service does not say what the status of the job {job.Id} is. It is waited for until it has one, "
                    + $"or a time at which it finished."
            );
        }
        else if (job.HasEnded && !job.Status.IsFinished)
        {
            string status =
                job.Status.Value.Length == 0 ? "without a status" : $"as '{job.Status}', which is not known here";
            string model = job.FineTunedModel is { Length: > 0 } made ? $"made the model {made}" : "made no model";
            cmdlet.WriteWarning($"The job {job.Id} has finished {status}. It has {model}.");
        }
        else if (wasKnown && job.Status == JobStatus.Cancelled)
        {
            cmdlet.WriteWarning($"The job {job.Id} was cancelled and has made no model.");
        }
    }
}
