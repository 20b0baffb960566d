using System.Runtime.CompilerServices;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Jobs;

/// <summary>How to follow.</summary>
public sealed record FollowOptions
{
    /// <summary>
    /// Only events that came after these: for each job the newest of them that is its own counts, and a job that has
    /// none of them is an error. Null or none gives all events.
    /// </summary>
    public IReadOnlyList<string>? After { get; init; }

    /// <summary>Ends the following of a job when so many of its events were given; null ends it with the job.</summary>
    public long? First { get; init; }

    /// <summary>Says that the service was heard before; see <see cref="WaitOptions.WasReached"/>.</summary>
    public bool WasReached { get; init; }

    /// <summary>Is told when an outage begins and when it has ended.</summary>
    public IProgress<ServiceOutage>? Outages { get; init; }

    /// <summary>
    /// Is told the job, from any thread, each time that a page of its events is new throughout, more lie behind it, and
    /// the service gives no ids to ask for them with. If there are new ones among those, they are not given.
    /// </summary>
    public IProgress<string>? Gaps { get; init; }
}

/// <summary>An event of a job that is followed; or, without one, the end of it.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Event">The event; null when the job is not followed any more.</param>
/// <param name="Failure">Why it cannot be followed any more; null if the job has ended, or enough was given.</param>
public sealed record FollowedEvent(string JobId, EventResource? Event, FineTuningApiException? Failure);

/// <summary>
/// Gives the events of jobs oldest first, each once, until the jobs have ended and all their events were given. Outages
/// are waited out as
/// <see cref="JobWaiter"/> does.
/// </summary>
public sealed class EventFollower
{
    /// <summary>The code of the error of an event to begin after that the job does not have.</summary>
    public const string UnknownEvent = "unknown_event";

    // Some services write the last event a moment after the status. An end that was watched is believed when two looks
    // have found nothing new since; one that was met when the following began, at the second look, if that finds
    // nothing new; one that lies long back at once. A server of this machine has no copies of its data that lag.
    private const int LooksAfterEnd = 2;
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(2),
        s_localLastWords = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan s_longAgo = TimeSpan.FromMinutes(5);

    private readonly FineTuningClient _client;
    private readonly TimeSpan? _pollInterval;

    /// <summary>Makes a follower.</summary>
    /// <param name="client">Where the jobs are.</param>
    /// <param name="pollInterval">Time between two looks at a job, 10 milliseconds to 24 days; null adapts it to what
    /// happens.</param>
    /// <exception cref="ArgumentOutOfRangeException">The interval is out of its range.</exception>
    public EventFollower(FineTuningClient client, TimeSpan? pollInterval = null)
    {
        PollSchedule.Check(pollInterval, nameof(pollInterval));
        _client = client ?? throw new ArgumentNullException(nameof(client));
        _pollInterval = pollInterval;
    }

    /// <summary>Follows a job.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="after">Only events that came after the one with this id; null gives all.</param>
    /// <param name="outage">Is told when an outage begins and when it has ended.</param>
    /// <param name="cancellationToken">Ends the following; the job goes on.</param>
    /// <exception cref="FineTuningApiException">The job cannot be followed any more, or has no event <paramref
    /// name="after"/>.</exception>
    public async IAsyncEnumerable<EventResource> FollowAsync(
        string jobId,
        string? after = null,
        IProgress<ServiceOutage>? outage = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var options = new FollowOptions { After = after is null ? null : [after], Outages = outage };
        await foreach (FollowedEvent item in FollowAsync([jobId], options, cancellationToken).ConfigureAwait(false))
        {
            if (item.Failure is not null)
            {
                throw item.Failure;
            }

            if (item.Event is not null)
            {
                yield return item.Event;
            }
        }
    }

    /// <summary>Follows jobs, all at once: their events come as they are seen, those of each job in order.</summary>
    /// <param name="jobIds">The jobs; one named twice is followed once.</param>
    /// <param name="options">How; null is the usual way.</param>
    /// <param name="cancellationToken">Ends the following; the jobs go on.</param>
    public async IAsyncEnumerable<FollowedEvent> FollowAsync(
        IEnumerable<string> jobIds,
        FollowOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        options ??= new FollowOptions();
        var follows = jobIds
            .Distinct(StringComparer.Ordinal)
            .Select(id => new Follow(
                id,
                new EventTail(_client, id, options.After, () => options.Gaps?.Report(id)),
                options.First
            ))
            .ToDictionary(f => f.JobId, StringComparer.Ordinal);
        var looks = new JobPoller<JobSnapshot>(
            _client,
            _pollInterval,
            options.Outages,
            async (id, token) =>
            {
                // The status is read before the events: a job that had ended by then has told everything it will, but
                // for its last words.
                JobResource job = await _client.GetJobAsync(id, token).ConfigureAwait(false);
                return new JobSnapshot(job, await follows[id].Tail.ReadAsync(token).ConfigureAwait(false));
            }
        )
        {
            WasReached = options.WasReached,
        };
        await foreach (
            PollResult<JobSnapshot> look in looks
                .RunAsync(follows.Keys.ToList(), null, cancellationToken)
                .ConfigureAwait(false)
        )
        {
            if (look.Seen is not JobSnapshot sight)
            {
                yield return new FollowedEvent(look.JobId, null, look.Failure);
                continue;
            }

            Follow follow = follows[look.JobId];
            foreach (EventResource item in sight.News.Take((int)Math.Min(int.MaxValue, follow.Left)))
            {
                yield return new FollowedEvent(look.JobId, item, null);
            }

            follow.Left -= sight.News.Count;
            if (follow.IsOver(sight, _client.Options.Clock.UtcNow))
            {
                yield return new FollowedEvent(look.JobId, null, null);
                continue;
            }

            bool hasEnded = sight.Job.HasEnded;
            TimeSpan lastWords = _client.Options.Endpoint.IsLoopback ? s_localLastWords : s_lastWords;
            looks.Again(look.JobId, sight.Job, sight.News.Count > 0 || hasEnded, hasEnded ? lastWords : null);
        }
    }

    /// <summary>What a job has told until now since an event of it, newest first.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="after">The newest of these that is the job's own counts.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="FineTuningApiException">A request failed, or the job has none of the events <paramref
    /// name="after"/>.</exception>
    public async Task<IReadOnlyList<EventResource>> ReadAsync(
        string jobId,
        IReadOnlyList<string> after,
        CancellationToken cancellationToken = default
    )
    {
        IReadOnlyList<EventResource> news = await new EventTail(_client, jobId, after)
            .ReadAsync(cancellationToken)
            .ConfigureAwait(false);
        return [.. news.Reverse()];
    }

    private sealed record JobSnapshot(JobResource Job, IReadOnlyList<EventResource> News);

    private sealed class Follow(string jobId, EventTail tail, long? first)
    {
        private bool _sawItGoing;
        private int _looksAfterEnd;
        private int _quietLooks;

        public string JobId { get; } = jobId;

        public EventTail Tail { get; } = tail;

        /// <summary>Events that are still wanted.</summary>
        public long Left { get; set; } = first ?? long.MaxValue;

        public bool IsOver(JobSnapshot sight, DateTimeOffset now)
        {
            if (Left <= 0)
            {
                return true;
            }

            if (!sight.Job.HasEnded)
            {
                _sawItGoing = true;
                _looksAfterEnd = _quietLooks = 0;
                return false;
            }

            _looksAfterEnd++;
            _quietLooks = sight.News.Count > 0 ? 0 : _quietLooks + 1;
            return _sawItGoing
                ? _quietLooks >= LooksAfterEnd
                : (_quietLooks > 0 && _looksAfterEnd >= LooksAfterEnd) || sight.Job.FinishedAt < now - s_longAgo;
        }
    }
}
