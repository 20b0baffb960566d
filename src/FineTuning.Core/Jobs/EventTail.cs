using System.Globalization;
using System.Text;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Jobs;

/// <summary>What one job has told so far. Each reading gives what is new, and asks for no more pages than that
/// takes.</summary>
internal sealed class EventTail
{
    // Small pages while little happens, larger ones for many events at once.
    private const int QuietPage = 25,
        LargestPage = 100,
        ManyNews = 10;

    private readonly FineTuningClient _client;
    private readonly string _jobId;
    private readonly HashSet<string> _after;
    private readonly Action? _onGap;

    /// <summary>Keys of all events that were given, and of those that were passed over.</summary>
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private bool _hasBegun;
    private bool _hasNameless;
    private int _pageSize = LargestPage;

    /// <param name="client">Where the job is.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="after">Events of which the newest that is the job's own, and all before it, are left out; none
    /// leaves out nothing.</param>
    /// <param name="onGap">Is told when the service has events that it gives no way to ask for. It may run on any
    /// thread.</param>
    public EventTail(FineTuningClient client, string jobId, IEnumerable<string>? after, Action? onGap = null)
    {
        _onGap = onGap;
        _client = client;
        _jobId = jobId;
        _after = new HashSet<string>(after ?? [], StringComparer.Ordinal);
    }

    /// <summary>Gives what is new, oldest first. What a reading that fails half-way has seen, the next one
    /// gives.</summary>
    /// <exception cref="FineTuningApiException">A request failed, or the job has none of the events to begin
    /// after.</exception>
    public async Task<IReadOnlyList<EventResource>> ReadAsync(CancellationToken cancellationToken)
    {
        var news = new List<EventResource>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var cursors = new HashSet<string>(StringComparer.Ordinal);
        bool foundStart = _hasBegun || _after.Count == 0;
        string? cursor = null;
        bool hasMore = true;
        bool isCutOff = false;
        while (hasMore)
        {
            var query = new PageQuery { After = cursor, Limit = cursor is null ? _pageSize : LargestPage };
            ListResource<EventResource> page = await _client
                .ListEventsAsync(_jobId, query, cancellationToken)
                .ConfigureAwait(false);
            hasMore = page.HasMore && page.Data.Count > 0;
            foreach ((EventResource item, string key) in WithKeys(page.Data))
            {
                if (_after.Contains(item.Id))
                {
                    foundStart = true;
                    hasMore = false;
                    break;
                }

                // A service that orders by whole seconds may put a new event below one of the same second that is
                // known: the page is read to its end, and the next one is asked for if the last event is new.
                bool isKnown = _known.Contains(key);
                hasMore = page.HasMore && !isKnown;
                if (!isKnown && keys.Add(key))
                {
                    news.Add(item);
                }
            }

            cursor = page.Data.LastOrDefault(item => item.Id.Length > 0)?.Id;
            isCutOff = hasMore && cursor is null;
            hasMore &= cursor is not null;
            _hasNameless |= page.Data.Any(item => item.Id.Length == 0);
            if (hasMore && !cursors.Add(cursor!))
            {
                throw Pager.Circle("page of events", cursor!);
            }
        }

        if (!foundStart)
        {
            throw UnknownStart();
        }

        // Marked only when the whole stretch was read: a failure half-way must not hide the older half from the next
        // reading.
        _known.UnionWith(keys);
        _hasBegun = true;

        // Without ids there is no asking for what lies behind a page, so each must reach as far as it can.
        _pageSize = news.Count > ManyNews || _hasNameless ? LargestPage : QuietPage;
        if (isCutOff)
        {
            _onGap?.Invoke();
        }

        news.Reverse();
        return news;
    }

    /// <summary>The error of an event to begin after that the job does not have.</summary>
    private FineTuningApiException UnknownStart()
    {
        string ids = string.Join("', '", _after);
        return new FineTuningApiException(
            ApiErrorKind.NotFound,
            _after.Count == 1
                ? $"'{ids}' is not an event of the job {_jobId}."
                : $"None of '{ids}' is an event of the job {_jobId}."
        )
        {
            Code = EventFollower.UnknownEvent,
            Param = "after",
        };
    }

    /// <summary>
    /// Gives what tells an event from all others: its id, and where a provider has none, all it says, counted from the
    /// oldest where several say the same.
    /// </summary>
    private static IEnumerable<(EventResource Item, string Key)> WithKeys(IReadOnlyList<EventResource> newestFirst)
    {
        var counts = newestFirst
            .Where(e => e.Id.Length == 0)
            .GroupBy(Describe, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Count());
        foreach (EventResource item in newestFirst)
        {
            if (item.Id.Length > 0)
            {
                yield return (item, item.Id);
                continue;
            }

            string description = Describe(item);
            yield return (item, FormattableString.Invariant($"{description}\n{counts[description]--}"));
        }
    }

    private static string Describe(EventResource item) =>
        new StringBuilder("\n")
            .Append(item.CreatedAt.UtcTicks.ToString(CultureInfo.InvariantCulture))
            .Append('\n')
            .Append(item.Level)
            .Append('\n')
            .Append(item.Type)
            .Append('\n')
            .Append(item.Message)
            .Append('\n')
            .Append(item.Data?.GetRawText())
            .ToString();
}
