using System.Management.Automation;
using FineTuning.Core.Wire;
using FineTuning.Output;

namespace FineTuning.Commands;

/// <summary>Pauses jobs, to go on later.</summary>
[Cmdlet(VerbsLifecycle.Suspend, "FineTuningJob", SupportsShouldProcess = true)]
[OutputType(typeof(FineTuningJob))]
public sealed class SuspendFineTuningJobCommand : JobChangeCmdlet
{
    private protected override string Action => "Pause fine-tuning job";

    private protected override Task<JobResource> ChangeAsync(string jobId, CancellationToken cancellationToken) =>
        Client.PauseJobAsync(jobId, cancellationToken);
}
