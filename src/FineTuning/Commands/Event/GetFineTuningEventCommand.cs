using System.Management.Automation;
using System.Runtime.CompilerServices;
using FineTuning.Completers;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Jobs;
using FineTuning.Core.Threading;
using FineTuning.Core.Wire;
using FineTuning.Errors;
using FineTuning.Identities;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Shows what happened in jobs, newest first; with -Follow as it happens, oldest first.</summary>
[Cmdlet(VerbsCommon.Get, "FineTuningEvent", SupportsPaging = true)]
[OutputType(typeof(FineTuningEvent))]
public sealed class GetFineTuningEventCommand : ApiCmdlet
{
    /// <summary>The jobs that are followed, in order, with the id of the event shown last; empty before the
    /// first.</summary>
    private readonly List<(string JobId, string LastEvent)> _followed = [];
    private bool _wasReached;

    /// <summary>The jobs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(JobIdCompleter))]
    public JobIdentity[] JobId { get; set; } = [];

    /// <summary>Gives each event once, oldest first, until the job has ended.</summary>
    [Parameter]
    public SwitchParameter Follow { get; set; }

    /// <summary>Only events that came after the one with this id; for several jobs, an id of each.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? After { get; set; }

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
                    if (!Follow)
                    {
                        await ListAsync(id.Id, cancellationToken);
                    }
                    else if (IsOfOneService(id) && !_followed.Exists(f => f.JobId == id.Id))
                    {
                        _followed.Add((id.Id, string.Empty));
                        _wasReached |= CameFromHere(id);
                    }
                }
            );
        }
    }

    /// <inheritdoc/>
    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_followed.Count > 0)
        {
            await WhileOpenAsync(cancellationToken, FollowAsync);
        }
    }

    /// <inheritdoc/>
    protected override void OnStopped()
    {
        if (_followed.Count > 0)
        {
            // An event that is named must be one of the job's own, so jobs that have shown none yet are followed from
            // where they were.
            IEnumerable<string> commands = _followed
                .GroupBy(f => f.LastEvent.Length > 0)
                .Select(g =>
                    $"'Get-FineTuningEvent {string.Join(", ", g.Select(f => f.JobId))} -Follow{FromHere(g.Key ? [.. g.Select(f => f.LastEvent)] : After)}'"
                );
            string jobs = _followed.Count == 1 ? "job goes" : "jobs go";
            TellHost(
                $"The events are no longer followed; the {jobs} on. {string.Join(" and ", commands)} goes on from here."
            );
        }
    }

    private static string FromHere(string[]? after) =>
        after is null ? string.Empty : $" -After {string.Join(", ", after)}";

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        (ulong first, ulong skip) = (PagingParameters.First, PagingParameters.Skip);
        WriteTotalCount();
        if (first == 0)
        {
            return;
        }

        SynchronizationContext pipeline = SynchronizationContext.Current!;
        bool areSeveral = _followed.Count > 1;
        var toSkip = _followed.ToDictionary(f => f.JobId, _ => skip, StringComparer.Ordinal);
        var options = new FollowOptions
        {
            After = After,
            First = first > long.MaxValue - skip ? null : (long)(first + skip),
            WasReached = _wasReached,
            Outages = new OutageWarnings(this, "The following"),
            Gaps = new SynchronousProgress<string>(id =>
                pipeline.Post(
                    _ =>
                        WriteWarning(
                            $"The job {id} tells more than the service gives at a time, and its events have no ids to ask for the rest with: some may be missing."
                        ),
                    null
                )
            ),
        };
        await foreach (
            FollowedEvent item in new EventFollower(Client).FollowAsync(
                toSkip.Keys.ToList(),
                options,
                cancellationToken
            )
        )
        {
            if (item.Event is null)
            {
                _followed.RemoveAll(f => f.JobId == item.JobId);
                if (item.Failure is not null)
                {
                    WriteFailure(item.Failure, item.JobId);
                }
            }
            else if (toSkip[item.JobId] > 0)
            {
                toSkip[item.JobId]--;
            }
            else
            {
                WriteObject(Label(new FineTuningEvent(item.Event, item.JobId), areSeveral));
                _followed[_followed.FindIndex(f => f.JobId == item.JobId)] = (item.JobId, item.Event.Id);
            }
        }
    }

    private async Task ListAsync(string jobId, CancellationToken cancellationToken)
    {
        try
        {
            IAsyncEnumerable<EventResource> events = After is null
                ? Client.EnumerateEventsAsync(jobId, new PageQuery { Limit = PageSize() }, cancellationToken)
                : SinceAsync(jobId, cancellationToken);
            await WriteListAsync(events, e => new FineTuningEvent(e, jobId), cancellationToken);
        }
        catch (FineTuningApiException e) when (e.Code == EventFollower.UnknownEvent)
        {
            WriteFailure(e, jobId);
        }
    }

    private async IAsyncEnumerable<EventResource> SinceAsync(
        string jobId,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // All of them before the first is emitted: whether the event is the job's own shows only when it is reached.
        foreach (EventResource item in await new EventFollower(Client).ReadAsync(jobId, After!, cancellationToken))
        {
            yield return item;
        }
    }

    private void WriteFailure(FineTuningApiException failure, string jobId)
    {
        bool isAboutEvent = failure.Code == EventFollower.UnknownEvent;
        object target = isAboutEvent ? string.Join(", ", After!) : jobId;
        WriteError(ApiErrors.Make(failure, isAboutEvent ? "Event" : "Job", target, InUse?.Endpoint));
    }

    /// <summary>Where the events of several jobs come mixed, the view says of each which job it is of.</summary>
    private static object Label(FineTuningEvent item, bool areSeveral)
    {
        if (!areSeveral)
        {
            return item;
        }

        var labelled = PSObject.AsPSObject(item);
        labelled.TypeNames.Insert(0, $"{typeof(FineTuningEvent).FullName}#OfSeveral");
        return labelled;
    }
}
