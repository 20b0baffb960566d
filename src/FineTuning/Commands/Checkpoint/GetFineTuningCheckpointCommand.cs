using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Core.Client;
using FineTuning.Core.Metrics;
using FineTuning.Core.Wire;
using FineTuning.Identities;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Lists the models that a job made on its way, newest first, or picks the best.</summary>
[Cmdlet(VerbsCommon.Get, "FineTuningCheckpoint", SupportsPaging = true)]
[OutputType(typeof(FineTuningCheckpoint))]
public sealed class GetFineTuningCheckpointCommand : ApiCmdlet
{
    /// <summary>The jobs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(JobIdCompleter))]
    public JobIdentity[] JobId { get; set; } = [];

    /// <summary>Only the one with the least loss, or of reinforcement the highest reward: on all validation data, else
    /// on a batch of it, else in training.</summary>
    [Parameter]
    public SwitchParameter Best { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (JobIdentity id in JobId)
        {
            await ForEachAsync(
                "Job",
                id,
                async () =>
                {
                    if (Best)
                    {
                        await WriteBestAsync(id.Id, cancellationToken);
                        return;
                    }

                    IAsyncEnumerable<CheckpointResource> all = Client.EnumerateCheckpointsAsync(
                        id.Id,
                        new PageQuery { Limit = PageSize() },
                        cancellationToken
                    );
                    await WriteListAsync(all, Show, cancellationToken);
                }
            );
        }
    }

    private static object Show(CheckpointResource source)
    {
        var checkpoint = new FineTuningCheckpoint(source);
        return checkpoint.IsRewarded ? ViewAs("Reward", checkpoint) : checkpoint;
    }

    private static PSObject ViewAs(string view, FineTuningCheckpoint checkpoint)
    {
        var shown = new PSObject(checkpoint);
        shown.TypeNames.Insert(0, $"{typeof(FineTuningCheckpoint).FullName}#{view}");
        return shown;
    }

    private async Task WriteBestAsync(string jobId, CancellationToken cancellationToken)
    {
        var all = new List<CheckpointResource>();
        await foreach (
            CheckpointResource checkpoint in Client.EnumerateCheckpointsAsync(jobId, null, cancellationToken)
        )
        {
            all.Add(checkpoint);
        }

        if (CheckpointRanking.Best(all) is (CheckpointResource best, string by))
        {
            WriteVerbose($"Of {all.Count} checkpoints, {best.FineTunedModelCheckpoint} is the best by {by}.");
            WriteObject(ViewAs("Best", new FineTuningCheckpoint(best) { BestBy = by }));
        }
        else
        {
            WriteVerbose($"The job {jobId} has no checkpoints that a loss or reward could compare.");
        }
    }
}
