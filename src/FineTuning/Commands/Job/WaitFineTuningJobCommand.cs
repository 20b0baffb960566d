using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Identities;
using FineTuning.Output;

namespace FineTuning.Commands;

/// <summary>Waits until jobs have ended, all at once.</summary>
[Cmdlet(VerbsLifecycle.Wait, "FineTuningJob")]
[OutputType(typeof(FineTuningJob))]
public sealed class WaitFineTuningJobCommand : JobWaitCmdlet
{
    private readonly List<string> _ids = [];
    private bool _wasReached;

    /// <summary>The jobs to wait for.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("JobId")]
    [ArgumentCompleter(typeof(JobIdCompleter))]
    public JobIdentity[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (JobIdentity id in Id)
        {
            await ForEachAsync(
                "Job",
                id,
                () =>
                {
                    if (IsOfOneService(id))
                    {
                        _ids.Add(id.Id);
                        _wasReached |= CameFromHere(id);
                    }

                    return Task.CompletedTask;
                }
            );
        }
    }

    /// <inheritdoc/>
    protected override Task EndAsync(CancellationToken cancellationToken) =>
        _ids.Count == 0 ? Task.CompletedTask : WaitAsync(_ids, cancellationToken, _wasReached);
}
