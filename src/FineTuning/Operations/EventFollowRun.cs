using System.Management.Automation;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Jobs;
using FineTuning.Core.Threading;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>Writes the events of jobs as they happen, as far as -First and -Skip ask for them.</summary>
/// <param name="cmdlet">What writes.</param>
/// <param name="client">Where the jobs are.</param>
/// <param name="followed">The jobs; those that have ended are taken out.</param>
/// <param name="onFailure">Gets a failure with the id of its job.</param>
internal sealed class EventFollowRun(
    ApiCmdlet cmdlet,
    FineTuningClient client,
    FollowedJobs followed,
    Action<FineTuningApiException, string> onFailure
)
{
    /// <summary>Follows the jobs until all have ended.</summary>
    /// <param name="after">The events to begin behind; null begins with the first.</param>
    /// <param name="wasReached">Whether the service was heard before; then silence is waited out from the first look
    /// on.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(string[]? after, bool wasReached, CancellationToken cancellationToken)
    {
        bool areSeveral = followed.Count > 1;
        ulong skip = cmdlet.PagingParameters.Skip;
        var toSkip = followed.Ids.ToDictionary(id => id, _ => skip, StringComparer.Ordinal);
        IAsyncEnumerable<FollowedEvent> events = new EventFollower(client).FollowAsync(
            toSkip.Keys.ToList(),
            OptionsFor(after, wasReached),
            cancellationToken
        );
        await foreach (FollowedEvent item in events)
        {
            if (item.Event is null)
            {
                followed.Remove(item.JobId);
                if (item.Failure is not null)
                {
                    onFailure(item.Failure, item.JobId);
                }
            }
            else if (toSkip[item.JobId] > 0)
            {
                toSkip[item.JobId]--;
            }
            else
            {
                cmdlet.WriteObject(Label(new FineTuningEvent(item.Event, item.JobId), areSeveral));
                followed.Shown(item.JobId, item.Event.Id);
            }
        }
    }

    private FollowOptions OptionsFor(string[]? after, bool wasReached)
    {
        (ulong first, ulong skip) = (cmdlet.PagingParameters.First, cmdlet.PagingParameters.Skip);
        SynchronizationContext pipeline = SynchronizationContext.Current!;
        return new FollowOptions
        {
            After = after,
            First = first > long.MaxValue - skip ? null : (long)(first + skip),
            WasReached = wasReached,
            Outages = new OutageWarnings(cmdlet, "The following"),
            Gaps = new SynchronousProgress<string>(id =>
                pipeline.Post(
                    _ =>
                        cmdlet.WriteWarning(
                            $"The job {id} tells more than the service gives at a time, and its events have no ids "
                                + $"to ask for the rest with: some may be missing."
                        ),
                    null
                )
            ),
        };
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
