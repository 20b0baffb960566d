using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Core.Wire;
using FineTuning.Identities;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>A cmdlet that changes the state of jobs and emits them as they are then.</summary>
public abstract class JobChangeCmdlet : ApiCmdlet
{
    /// <summary>The jobs to change.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("JobId")]
    [ArgumentCompleter(typeof(JobIdCompleter))]
    public JobIdentity[] Id { get; set; } = [];

    /// <summary>What is done, as -WhatIf and -Confirm show it.</summary>
    private protected abstract string Action { get; }

    /// <summary>Asks the service to do it.</summary>
    private protected abstract Task<JobResource> ChangeAsync(string jobId, CancellationToken cancellationToken);

    /// <inheritdoc/>
    protected sealed override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (JobIdentity id in Id)
        {
            await ForEachAsync(
                "Job",
                id,
                async () =>
                {
                    if (ShouldProcess(id.Id, Action))
                    {
                        WriteObject(new FineTuningJob(await ChangeAsync(id.Id, cancellationToken)));
                    }
                }
            );
        }
    }
}
