using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Core.Api;
using FineTuning.Core.Models;

namespace FineTuning.Core.Jobs;

/// <summary>
/// Gives a job's events oldest first, each once, until the job has ended and all its events were given. An outage of the server is waited out
/// once the first look has worked.
/// </summary>
public sealed class EventFollower
{
    private readonly FineTuningClient _client;
    private readonly TimeSpan? _pollInterval;

    /// <summary>Makes a follower.</summary>
    /// <param name="client">Where the job is.</param>
    /// <param name="pollInterval">Time between two looks; null adapts it to what happens.</param>
    public EventFollower(FineTuningClient client, TimeSpan? pollInterval = null)
    {
        _client = client ?? throw new ArgumentNullException(nameof(client));
        _pollInterval = pollInterval;
    }

    /// <summary>Follows a job.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="after">Only events that came after the one with this id; null gives all.</param>
    /// <param name="outage">Is told why a look failed that will be repeated.</param>
    /// <param name="cancellationToken">Ends the following; the job goes on.</param>
    public async IAsyncEnumerable<EventResource> FollowAsync(
        string jobId,
        string? after = null,
        IProgress<FineTuningApiException>? outage = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        IClock clock = _client.Options.Clock;
        var schedule = new PollSchedule(_pollInterval, _client.Options.Endpoint.IsLoopback);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (after is not null)
        {
            seen.Add(after);
        }

        bool begun = false;
        while (true)
        {
            // The status is read before the events: a job that had ended by then has told everything it will, but for a last word
            // that some services write just after the status.
            JobResource? job = null;
            IReadOnlyList<EventResource> news = [];
            try
            {
                job = await _client.GetJobAsync(jobId, cancellationToken).ConfigureAwait(false);
                news = await ReadNewAsync(jobId, seen, cancellationToken).ConfigureAwait(false);
                begun = true;
            }
            catch (FineTuningApiException e) when (e.IsTransient && begun)
            {
                outage?.Report(e);
                job = null;
            }

            foreach (EventResource item in news)
            {
                yield return item;
            }

            if (job?.Status.IsFinished == true && news.Count == 0)
            {
                yield break;
            }

            if (news.Count > 0)
            {
                schedule.Changed();
            }

            await clock.DelayAsync(schedule.Next(job, clock.UtcNow), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Pages from the newest event back to the first one already seen, and gives what lies between, oldest first.</summary>
    private async Task<IReadOnlyList<EventResource>> ReadNewAsync(string jobId, HashSet<string> seen, CancellationToken cancellationToken)
    {
        var news = new List<EventResource>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        await foreach (EventResource item in _client.EnumerateEventsAsync(jobId, null, cancellationToken).ConfigureAwait(false))
        {
            if (seen.Contains(item.Id))
            {
                break;
            }

            // Pages that are cut by time overlap at events of one time. Without ids nothing can be told apart.
            if (ids.Add(item.Id) || item.Id.Length == 0)
            {
                news.Add(item);
            }
        }

        // Marked only when the whole stretch was read: a failure half-way must not hide the older half from the next look.
        seen.UnionWith(ids);
        news.Reverse();
        return news;
    }
}
