using System.Management.Automation;
using FineTuning.Core.Jobs;
using FineTuning.Operations;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>A cmdlet that can wait for jobs and shows how they get on.</summary>
public abstract class JobWaitCmdlet : ApiCmdlet
{
    private static readonly TimeSpan s_timeToAppear = TimeSpan.FromSeconds(30);

    private JobWaitRun? _run;

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
        JobWaitRun run = _run ??= new(this);
        run.Add(jobIds);
        var options = new WaitOptions
        {
            Timeout = MyInvocation.BoundParameters.ContainsKey(nameof(TimeoutSec))
                ? TimeSpan.FromSeconds(TimeoutSec)
                : null,
            PollInterval = PollIntervalSec > 0 ? TimeSpan.FromSeconds(PollIntervalSec) : null,
            WasReached = wasReached,
            NotFoundTime = areNew ? s_timeToAppear : TimeSpan.Zero,
        };
        await WhileOpenAsync(cancellationToken, token => run.WaitAsync(Client, options, token));
    }

    /// <inheritdoc/>
    protected override void OnStopped()
    {
        if (_run?.StopMessage is string message)
        {
            TellHost(message);
        }
    }
}
