using System.Management.Automation;
using FineTuning.Core.Errors;
using FineTuning.Core.Jobs;
using FineTuning.Core.Threading;
using FineTuning.Core.Wire;
using FineTuning.Errors;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>A cmdlet that can wait for jobs and shows how they get on.</summary>
public abstract class JobWaitCmdlet : ApiCmdlet
{
    private static readonly TimeSpan s_timeToAppear = TimeSpan.FromSeconds(30);

    private readonly List<string> _waitedFor = [];
    private StatusWarnings? _statuses;

    /// <summary>Seconds to wait at the most; the jobs go on after that. Requests have the connection's own
    /// time-out.</summary>
    [Parameter]
    [ValidateRange(0.0, 31_536_000.0)]
    public double TimeoutSec { get; set; }

    /// <summary>Seconds between two looks at a job; adapted to what happens by default.</summary>
    [Parameter]
    [ValidateRange(0.01, 86_400.0)]
    public double PollIntervalSec { get; set; }

    /// <summary>Waits for jobs and emits each as it ends.</summary>
    /// <param name="jobIds">The jobs.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="wasReached">Whether the service was heard before; then silence is waited out from the first look
    /// on.</param>
    /// <param name="areNew">The jobs were created just now, so that not every copy of the service's data may have
    /// them.</param>
    protected async Task WaitAsync(
        IReadOnlyList<string> jobIds,
        CancellationToken cancellationToken,
        bool wasReached = true,
        bool areNew = false
    )
    {
        _waitedFor.AddRange(jobIds.Distinct(StringComparer.Ordinal));
        using var view = new WaitView(this, _waitedFor);
        var options = new WaitOptions
        {
            Timeout = MyInvocation.BoundParameters.ContainsKey(nameof(TimeoutSec))
                ? TimeSpan.FromSeconds(TimeoutSec)
                : null,
            PollInterval = PollIntervalSec > 0 ? TimeSpan.FromSeconds(PollIntervalSec) : null,
            ReadMetrics = view.ShowsSteps,
            WasReached = wasReached,
            NotFoundTime = areNew ? s_timeToAppear : TimeSpan.Zero,
            Outages = new OutageWarnings(this, "The wait"),
        };
        StatusWarnings statuses = _statuses ??= new(this);
        var progress = new SynchronousProgress<WaitProgress>(p =>
        {
            view.Show(p);
            statuses.Report(p);
        });
        await WhileOpenAsync(
            cancellationToken,
            async token =>
            {
                await foreach (
                    WaitOutcome outcome in new JobWaiter(Client, options).WaitAsync(
                        _waitedFor.ToList(),
                        progress,
                        token
                    )
                )
                {
                    view.End(outcome.JobId);
                    _waitedFor.Remove(outcome.JobId);
                    Write(outcome);
                }
            }
        );
    }

    /// <inheritdoc/>
    protected override void OnStopped()
    {
        if (_waitedFor.Count > 0)
        {
            string ids = string.Join(", ", _waitedFor);
            TellHost(
                _waitedFor.Count == 1
                    ? $"The wait was stopped; the job goes on. 'Wait-FineTuningJob {ids}' waits again, "
                        + $"'Stop-FineTuningJob {ids}' ends it."
                    : $"The wait was stopped; the jobs go on. 'Wait-FineTuningJob {ids}' waits again, "
                        + $"'Stop-FineTuningJob {ids}' ends them."
            );
        }
    }

    private void Write(WaitOutcome outcome)
    {
        if (outcome.Job is not null)
        {
            WriteObject(new FineTuningJob(outcome.Job));
        }

        if (outcome.Failure is FineTuningApiException failure)
        {
            WriteError(ApiErrors.Make(failure, "Job", outcome.JobId, InUse?.Endpoint));
        }
        else if (outcome.TimedOut)
        {
            string silence = outcome.Outage is null
                ? string.Empty
                : $" The service {OutageWarnings.State(outcome.Outage)}: {outcome.Outage.Message}";
            string status = outcome.Job?.Status.Value ?? "in an unknown state";
            WriteError(JobErrors.WaitTimedOut(outcome.JobId, TimeoutSec, status, silence));
        }
        else if (outcome.Job?.Status == JobStatus.Failed)
        {
            string reason = outcome.Job.Error is { IsEmpty: false } error
                ? new FineTuningJobError(error).ToString()
                : "The service gave no reason.";
            WriteError(JobErrors.Failed(outcome.JobId, reason));
        }
    }
}
