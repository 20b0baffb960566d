using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Jobs;
using FineTuning.Core.Threading;
using FineTuning.Core.Wire;
using FineTuning.Errors;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>Waits for jobs for a cmdlet: shows how they get on, and emits each as it ends.</summary>
internal sealed class JobWaitRun(ApiCmdlet cmdlet)
{
    private readonly List<string> _waitedFor = [];
    private StatusWarnings? _statuses;

    /// <summary>What to say when the wait was stopped; null if no job is waited for.</summary>
    public string? StopMessage
    {
        get
        {
            string ids = string.Join(", ", _waitedFor);
            return _waitedFor.Count switch
            {
                0 => null,
                1 => $"The wait was stopped; the job goes on. 'Wait-FineTuningJob {ids}' waits again, "
                    + $"'Stop-FineTuningJob {ids}' ends it.",
                _ => $"The wait was stopped; the jobs go on. 'Wait-FineTuningJob {ids}' waits again, "
                    + $"'Stop-FineTuningJob {ids}' ends them.",
            };
        }
    }

    /// <summary>Takes jobs to wait for.</summary>
    public void Add(IEnumerable<string> jobIds) => _waitedFor.AddRange(jobIds.Distinct(StringComparer.Ordinal));

    /// <summary>Waits for the jobs that were taken. The cmdlet's pipeline thread calls it.</summary>
    /// <param name="client">The client of the connection.</param>
    /// <param name="options">Times of the wait; where it is shown and warned of is decided here.</param>
    /// <param name="cancellationToken">Ends the wait; the jobs go on.</param>
    public async Task WaitAsync(FineTuningClient client, WaitOptions options, CancellationToken cancellationToken)
    {
        using var view = new WaitView(cmdlet, _waitedFor);
        options = options with { ReadMetrics = view.ShowsSteps, Outages = new OutageWarnings(cmdlet, "The wait") };
        StatusWarnings statuses = _statuses ??= new(cmdlet);
        var progress = new SynchronousProgress<WaitProgress>(p =>
        {
            view.Show(p);
            statuses.Report(p);
        });
        await foreach (
            WaitOutcome outcome in new JobWaiter(client, options).WaitAsync(
                _waitedFor.ToList(),
                progress,
                cancellationToken
            )
        )
        {
            view.End(outcome.JobId);
            _waitedFor.Remove(outcome.JobId);
            Write(outcome, client.Options.Endpoint, options.Timeout);
        }
    }

    /// <summary>An end that is not known has failed where the service tells an error, and no model.</summary>
    private static bool HasFailed(JobResource job) =>
        job.Status == JobStatus.Failed
        || (
            !job.Status.IsFinished
            && job.HasEnded
            && job.Error is { IsEmpty: false }
            && string.IsNullOrEmpty(job.FineTunedModel)
        );

    private void Write(WaitOutcome outcome, Uri endpoint, TimeSpan? timeout)
    {
        if (outcome.Job is not null)
        {
            cmdlet.WriteObject(new FineTuningJob(outcome.Job));
        }

        if (outcome.Failure is FineTuningApiException failure)
        {
            cmdlet.WriteError(ApiErrors.Make(failure, "Job", outcome.JobId, endpoint));
        }
        else if (outcome.TimedOut)
        {
            string silence = outcome.Outage is null
                ? string.Empty
                : $" The service {OutageWarnings.State(outcome.Outage)}: {outcome.Outage.Message}";
            string status = outcome.Job?.Status.Value is { Length: > 0 } word ? word : "in an unknown state";
            double seconds = timeout?.TotalSeconds ?? 0;
            cmdlet.WriteError(JobErrors.WaitTimedOut(outcome.JobId, seconds, status, silence));
        }
        else if (outcome.Job is JobResource job && HasFailed(job))
        {
            string reason =
                job.Error is { IsEmpty: false } error ? new FineTuningJobError(error).ToString()
                : job.Status.Value.Equals(JobStatus.Failed.Value, StringComparison.OrdinalIgnoreCase)
                    ? "The service gave no reason."
                : $"Its status is '{job.Status}'; the service gave no reason.";
            cmdlet.WriteError(JobErrors.Failed(outcome.JobId, reason));
        }
    }
}
