using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Common;
using FineTuning.Core.Models;

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
