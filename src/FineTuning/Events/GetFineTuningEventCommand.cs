using System.Collections.Generic;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Common;
using FineTuning.Completers;
using FineTuning.Core.Api;
using FineTuning.Core.Common;
using FineTuning.Core.Jobs;
using FineTuning.Core.Models;

namespace FineTuning.Commands;

/// <summary>Shows what happened in jobs, newest first; with -Follow as it happens, oldest first.</summary>
[Cmdlet(VerbsCommon.Get, "FineTuningEvent", SupportsPaging = true)]
[OutputType(typeof(FineTuningEvent))]
public sealed class GetFineTuningEventCommand : ApiCmdlet
{
    private string? _following;

    /// <summary>The jobs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(JobIdCompleter))]
    public JobIdentity[] JobId { get; set; } = [];

    /// <summary>Gives each event once, oldest first, until the job has ended.</summary>
    [Parameter]
    public SwitchParameter Follow { get; set; }

    /// <summary>Only events that came after the one with this id.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? After { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (JobIdentity id in JobId)
        {
            await ForEachAsync("Job", id, async () =>
            {
                _following = Follow ? id.Id : null;
                IAsyncEnumerable<EventResource> events = Follow ? FollowAsync(id.Id, cancellationToken) : ListAsync(id.Id, cancellationToken);
                await WriteListAsync(events, e => new FineTuningEvent(e, id.Id), cancellationToken);
            });

            // Not in a finally: after Ctrl+C it says which job was followed.
            _following = null;
        }
    }

    /// <inheritdoc/>
    protected override void OnStopped()
    {
        if (_following is string id)
        {
            TellHost($"The events are no longer followed; the job goes on. 'Get-FineTuningEvent {id} -Follow' follows them again.");
        }
    }

    private async IAsyncEnumerable<EventResource> FollowAsync(string jobId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var line = new ProgressLine(this, $"Following {jobId}");
        var outage = new DirectProgress<FineTuningApiException>(e => line.Report($"No answer at the moment: {e.Message}"));
        await foreach (EventResource item in new EventFollower(Client).FollowAsync(jobId, After, outage, cancellationToken))
        {
            yield return item;
        }
    }

    private async IAsyncEnumerable<EventResource> ListAsync(string jobId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new PageQuery { Limit = PageSize() };
        await foreach (EventResource item in Client.EnumerateEventsAsync(jobId, query, cancellationToken))
        {
            if (item.Id == After)
            {
                yield break;
            }

            yield return item;
        }
    }
}
