using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Core.Api;
using FineTuning.Core.Common;
using FineTuning.Core.Jobs;
using FineTuning.Core.Models;

namespace FineTuning.Common;

/// <summary>A cmdlet that can wait for jobs, with a line of progress for each.</summary>
public abstract class JobWaitCmdlet : ApiCmdlet
{
    private readonly List<string> _waitedFor = [];

    /// <summary>Seconds to wait at the most; the jobs go on after that. Requests have the connection's own time-out.</summary>
    [Parameter]
    [ValidateRange(0.0, 31_536_000.0)]
    public double TimeoutSec { get; set; }

    /// <summary>Seconds between two looks at the jobs; adapted to what happens by default.</summary>
    [Parameter]
    [ValidateRange(0.01, 86_400.0)]
    public double PollIntervalSec { get; set; }

    /// <summary>Waits for jobs and emits each as it ends.</summary>
    protected async Task WaitAsync(IReadOnlyList<string> jobIds, CancellationToken cancellationToken)
    {
        _waitedFor.AddRange(jobIds);
        var options = new WaitOptions
        {
            Timeout = MyInvocation.BoundParameters.ContainsKey(nameof(TimeoutSec)) ? TimeSpan.FromSeconds(TimeoutSec) : null,
            PollInterval = PollIntervalSec > 0 ? TimeSpan.FromSeconds(PollIntervalSec) : null,
        };
        var lines = jobIds.Distinct(StringComparer.Ordinal).ToDictionary(id => id, id => new ProgressLine(this, $"Fine-tuning job {id}"));
        try
        {
            var progress = new DirectProgress<WaitProgress>(p => Show(lines[p.JobId], p));
            await foreach (WaitOutcome outcome in new JobWaiter(Client, options).WaitAsync(jobIds, progress, cancellationToken))
            {
                lines[outcome.JobId].Dispose();
                _waitedFor.Remove(outcome.JobId);
                Write(outcome);
            }
        }
        finally
        {
            foreach (ProgressLine line in lines.Values)
            {
                line.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    protected override void OnStopped()
    {
        if (_waitedFor.Count > 0)
        {
            string ids = string.Join(", ", _waitedFor);
            TellHost(_waitedFor.Count == 1
                ? $"The wait was stopped; the job goes on. 'Wait-FineTuningJob {ids}' waits again, 'Stop-FineTuningJob {ids}' ends it."
                : $"The wait was stopped; the jobs go on. 'Wait-FineTuningJob {ids}' waits again, 'Stop-FineTuningJob {ids}' ends them.");
        }
    }

    private static void Show(ProgressLine line, WaitProgress p)
    {
        string status = p.Job?.Status.Value ?? "…";
        if (p.Outage is not null)
        {
            line.Report($"{status}; no answer at the moment: {p.Outage.Message}");
            return;
        }

        double? share = p.Latest is { TotalSteps: > 0 } ? (double)p.Latest.Step / p.Latest.TotalSteps : null;
        if (p.Latest is not null)
        {
            status += FormattableString.Invariant($", step {p.Latest.Step}");
            status += p.Latest.TotalSteps is int total ? FormattableString.Invariant($" of {total}") : string.Empty;
            status += p.Latest.TrainLoss is double loss ? FormattableString.Invariant($", train loss {loss:0.0000}") : string.Empty;
            status += (p.Latest.FullValidLoss ?? p.Latest.ValidLoss) is double valid ? FormattableString.Invariant($", valid loss {valid:0.0000}") : string.Empty;
        }

        TimeSpan? left = p.Job?.EstimatedFinish - DateTimeOffset.UtcNow;
        line.Report(status, share, left > TimeSpan.Zero ? left : null);
    }

    private void Write(WaitOutcome outcome)
    {
        if (outcome.Job is not null)
        {
            WriteObject(new FineTuningJob(outcome.Job));
        }

        if (outcome.Failure is FineTuningApiException failure)
        {
            WriteError(ErrorRecords.FromApi(failure, "Job", outcome.JobId, Connection?.Endpoint));
        }
        else if (outcome.TimedOut)
        {
            string message = FormattableString.Invariant(
                $"The job {outcome.JobId} had not ended after {TimeoutSec:0.###} seconds; it is {outcome.Job?.Status.Value ?? "unknown"} and goes on.");
            WriteError(ErrorRecords.Make(
                new TimeoutException(message), "WaitTimedOut", ErrorCategory.OperationTimeout, outcome.JobId, message,
                $"'Wait-FineTuningJob {outcome.JobId}' waits again."));
        }
        else if (outcome.Job?.Status == JobStatus.Failed)
        {
            string reason = outcome.Job.Error is { IsEmpty: false } error ? new FineTuningJobError(error).ToString() : "The service gave no reason.";
            string message = $"The job {outcome.JobId} failed: {reason}";
            WriteError(ErrorRecords.Make(
                new InvalidOperationException(message), "JobFailed", ErrorCategory.InvalidResult, outcome.JobId, message,
                $"'Get-FineTuningEvent {outcome.JobId}' shows what led to it."));
        }
    }
}
