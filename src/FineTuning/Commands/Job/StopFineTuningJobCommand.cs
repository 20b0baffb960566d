using System.Management.Automation;
using FineTuning.Core.Wire;
using FineTuning.Output;

namespace FineTuning.Commands;

/// <summary>Ends jobs for good. What they trained is lost.</summary>
[Cmdlet(VerbsLifecycle.Stop, "FineTuningJob", SupportsShouldProcess = true)]
[OutputType(typeof(FineTuningJob))]
public sealed class StopFineTuningJobCommand : JobChangeCmdlet
{
    private protected override string Action => "Cancel fine-tuning job";

    private protected override Task<JobResource> ChangeAsync(string jobId, CancellationToken cancellationToken) =>
        Client.CancelJobAsync(jobId, cancellationToken);
}
