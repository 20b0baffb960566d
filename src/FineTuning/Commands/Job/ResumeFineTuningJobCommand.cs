using System.Management.Automation;
using FineTuning.Core.Wire;
using FineTuning.Output;

namespace FineTuning.Commands;

/// <summary>Lets paused jobs go on.</summary>
[Cmdlet(VerbsLifecycle.Resume, "FineTuningJob", SupportsShouldProcess = true)]
[OutputType(typeof(FineTuningJob))]
public sealed class ResumeFineTuningJobCommand : JobChangeCmdlet
{
    private protected override string Action => "Resume fine-tuning job";

    private protected override Task<JobResource> ChangeAsync(string jobId, CancellationToken cancellationToken) =>
        Client.ResumeJobAsync(jobId, cancellationToken);
}
