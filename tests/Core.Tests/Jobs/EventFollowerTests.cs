using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Jobs;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Jobs;

public sealed class EventFollowerTests
{
    private readonly FakeService _service = new();
    private readonly TestClock _clock = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(250)]
    public async Task A_finished_job_tells_all_its_events_oldest_first(int count)
    {
        _service.SetJob("j", "succeeded");
        string[] ids = Add(0, count);
        Assert.Equal(ids, await FollowAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(345)]
    public async Task Bursts_between_two_looks_lose_and_double_nothing(int burst)
    {
        _service.SetJob("j", "running");
        var expected = new List<string>();
        int round = 0;
        _clock.OnDelay = (_, _) =>
        {
            // Now and then nothing happens.
            if (round % 2 == 0 && round < 8)
            {
                expected.AddRange(Add(expected.Count, burst));
            }

            if (++round == 8)
            {
                _service.SetJob("j", "succeeded");
            }

            return Task.CompletedTask;
        };
        Assert.Equal(expected, await FollowAsync());
        Assert.Equal(4 * burst, expected.Count);
    }

    [Fact]
    public async Task Events_that_come_between_two_pages_come_next_time()
    {
        _service.SetJob("j", "running");
        var expected = new List<string>(Add(0, 250));
        int pages = 0;
        _service.AfterEvents = () =>
        {
            if (++pages <= 3)
            {
                expected.AddRange(Add(expected.Count, 60));
            }
        };
        _clock.OnDelay = (_, _) =>
        {
            if (pages > 8)
            {
                _service.SetJob("j", "succeeded");
            }

            return Task.CompletedTask;
        };
        Assert.Equal(expected, await FollowAsync());
        Assert.Equal(430, expected.Count);
    }

    [Fact]
    public async Task Equal_times_and_identical_messages_are_events_of_their_own()
    {
        _service.SetJob("j", "succeeded");
        for (int i = 0; i < 150; i++)
        {
            _service.AddEvent("e" + i, time: 7, message: "same");
        }

        Assert.Equal(Enumerable.Range(0, 150).Select(i => "e" + i), await FollowAsync());
    }

    [Fact]
    public async Task A_service_whose_pages_overlap_doubles_nothing()
    {
        _service.SetJob("j", "succeeded");
        _service.Before = request =>
            !request.Target.Contains("/events", StringComparison.Ordinal) ? null
            : request.Target.Contains("after=", StringComparison.Ordinal)
                ? Reply.Json(Testing.List([Testing.Event("e3"), Testing.Event("e2"), Testing.Event("e1")]))
            : Reply.Json(Testing.List([Testing.Event("e4"), Testing.Event("e3")], more: true));
        Assert.Equal(["e1", "e2", "e3", "e4"], await FollowAsync());
    }

    [Fact]
    public async Task Events_without_ids_are_all_given_at_the_first_look()
    {
        _service.SetJob("j", "succeeded");
        _service.AddEvent(string.Empty, message: "a");
        _service.AddEvent(string.Empty, message: "b");
        Assert.Equal([string.Empty, string.Empty], await FollowAsync());
    }

    [Theory]
    [InlineData("e99", 100)]
    [InlineData("e249", 250)]
    [InlineData("e0", 1)]
    public async Task A_restart_goes_on_behind_the_event_it_is_given(string after, int next)
    {
        _service.SetJob("j", "succeeded");
        string[] ids = Add(0, 250);
        Assert.Equal(ids[next..], await FollowAsync(after));
    }

    [Fact]
    public async Task A_restart_does_not_read_what_lies_before()
    {
        _service.SetJob("j", "succeeded");
        Add(0, 1000);
        await using StubServer server = _service.Serve();
        using FineTuningClient client = Testing.Client(server, _clock);
        Assert.Single(await new EventFollower(client).FollowAsync("j", "e998").ToListAsync());
        Assert.Equal(2, server.Requests.Count(r => r.Target.Contains("/events", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_job_that_ends_between_two_looks_tells_its_last_words()
    {
        _service.SetJob("j", "running");
        Add(0, 3);
        bool ended = false;
        _clock.OnDelay = (_, _) =>
        {
            if (!ended)
            {
                ended = true;
                Add(3, 2);
                _service.SetJob("j", "failed");
            }

            return Task.CompletedTask;
        };
        Assert.Equal(["e0", "e1", "e2", "e3", "e4"], await FollowAsync());
    }

    [Fact]
    public async Task A_word_after_the_end_is_heard()
    {
        // Some services set the status first and write the last event a moment later.
        _service.SetJob("j", "succeeded");
        Add(0, 1);
        int delays = 0;
        _clock.OnDelay = (_, _) =>
        {
            if (++delays == 1)
            {
                Add(1, 1);
            }

            return Task.CompletedTask;
        };
        Assert.Equal(["e0", "e1"], await FollowAsync());
    }

    [Theory]
    [InlineData(null, new[] { "e1" }, 3)]
    [InlineData(2.0, new[] { "e1" }, 3)]
    [InlineData(3600.0, new string[0], 1)]
    public async Task A_restart_hears_the_last_word_of_a_job_that_ended_just_now(
        double? secondsAgo,
        string[] heard,
        int looks
    )
    {
        // The first look finds nothing new, and the word comes after it.
        string more = secondsAgo is double seconds
            ? FormattableString.Invariant(
                $",\"finished_at\":{(TestClock.Start - TimeSpan.FromSeconds(seconds)).ToUnixTimeSeconds()}"
            )
            : string.Empty;
        _service.SetJob("j", "succeeded", more);
        Add(0, 1);
        int delays = 0;
        _clock.OnDelay = (_, _) =>
        {
            if (++delays == 1)
            {
                Add(1, 1);
            }

            return Task.CompletedTask;
        };
        Assert.Equal(heard, await FollowAsync("e0"));
        Assert.Equal(looks - 1, delays);
    }

    [Fact]
    public async Task A_paused_job_is_followed_on()
    {
        _service.SetJob("j", "paused");
        int delays = 0;
        _clock.OnDelay = (_, _) =>
        {
            if (++delays == 100)
            {
                Add(0, 1);
                _service.SetJob("j", "cancelled");
            }

            return Task.CompletedTask;
        };
        Assert.Equal(["e0"], await FollowAsync());
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("503")]
    [InlineData("html")]
    public async Task An_outage_is_waited_out_and_shown(string fault)
    {
        _service.SetJob("j", "running");
        var expected = new List<string>(Add(0, 5));
        bool isDown = false;
        int looks = 0;
        _clock.OnDelay = (_, _) =>
        {
            isDown = _clock.Elapsed > TimeSpan.FromMinutes(1) && _clock.Elapsed < TimeSpan.FromHours(1);
            looks++;
            if (looks % 20 == 0 && _clock.Elapsed < TimeSpan.FromHours(1))
            {
                expected.AddRange(Add(expected.Count, 30));
            }
            else if (_clock.Elapsed > TimeSpan.FromMinutes(70))
            {
                _service.SetJob("j", "succeeded");
            }

            return Task.CompletedTask;
        };
        _service.Before = _ =>
            !isDown
                ? null
                : fault switch
                {
                    "reset" => Reply.Reset,
                    "html" => Reply.Json("<html>Back soon</html>"),
                    _ => Reply.Error(503),
                };
        var outages = new Reports<ServiceOutage>();
        Assert.Equal(expected, await FollowAsync(outage: outages, interval: TimeSpan.FromSeconds(20)));
        Assert.Equal(2, outages.Items.Count);
        Assert.All(outages.Items, o => Assert.Equal(4, o.Reason.Attempts));
        Assert.InRange(outages.Items[1].Length!.Value.TotalMinutes, 58, 61);
        Assert.True(expected.Count > 200);
    }

    [Fact]
    public async Task An_outage_between_two_pages_hides_nothing()
    {
        _service.SetJob("j", "running");
        var expected = new List<string>(Add(0, 5));
        int failures = 0;
        int round = 0;
        _clock.OnDelay = (_, _) =>
        {
            if (++round == 1)
            {
                expected.AddRange(Add(5, 250));
            }

            if (round == 40)
            {
                _service.SetJob("j", "succeeded");
            }

            return Task.CompletedTask;
        };
        _service.Before = r =>
            r.Target.Contains("after=", StringComparison.Ordinal) && failures++ < 12 ? Reply.Error(503) : null;
        Assert.Equal(expected, await FollowAsync());
        Assert.True(failures > 12);
    }

    [Fact]
    public async Task An_unknown_job_is_an_error_at_once()
    {
        FineTuningApiException error = await Testing.FailsAsync(() => FollowAsync());
        Assert.Equal(ApiErrorKind.NotFound, error.Kind);
        Assert.Empty(_clock.Delays);
    }

    [Fact]
    public async Task A_server_that_is_away_from_the_beginning_is_an_error()
    {
        _service.Before = _ => Reply.Reset;
        Assert.Equal(ApiErrorKind.ConnectionLost, (await Testing.FailsAsync(() => FollowAsync())).Kind);
    }

    [Fact]
    public async Task What_no_repeat_can_mend_ends_the_following()
    {
        _service.SetJob("j", "running");
        _service.Before = _ => _clock.Delays.Count > 3 ? Reply.Error(401) : null;
        Assert.Equal(ApiErrorKind.AuthenticationFailed, (await Testing.FailsAsync(() => FollowAsync())).Kind);
    }

    [Fact]
    public async Task Events_are_given_while_the_job_runs_and_cancellation_ends_it()
    {
        using var source = new CancellationTokenSource();
        _service.SetJob("j", "running");
        Add(0, 3);
        await using StubServer server = _service.Serve();
        using FineTuningClient client = Testing.Client(server, _clock);
        var seen = new List<string>();
        await Testing.IsCancelledAsync(async () =>
        {
            await foreach (
                EventResource item in new EventFollower(client).FollowAsync("j", cancellationToken: source.Token)
            )
            {
                seen.Add(item.Id);
                if (seen.Count == 3)
                {
                    await source.CancelAsync();
                }
            }
        });
        Assert.Equal(["e0", "e1", "e2"], seen);
        Assert.All(server.Requests, r => Assert.Equal("GET", r.Method));
    }

    [Fact]
    public async Task The_users_own_interval_is_kept()
    {
        _service.SetJob("j", "running");
        _clock.OnDelay = (_, _) =>
        {
            if (_clock.Elapsed >= TimeSpan.FromMinutes(5))
            {
                _service.SetJob("j", "succeeded");
            }

            return Task.CompletedTask;
        };
        await FollowAsync(interval: TimeSpan.FromSeconds(30));

        // And a last look for last words.
        Assert.Equal([.. Enumerable.Repeat(TimeSpan.FromSeconds(30), 10), TimeSpan.FromSeconds(0.2)], _clock.Delays);
    }

    [Fact]
    public async Task A_quiet_look_costs_two_small_requests_however_many_events_there_are()
    {
        _service.SetJob("j", "running");
        Add(0, 1000);
        _clock.OnDelay = (_, _) =>
        {
            if (_clock.Elapsed > TimeSpan.FromMinutes(1))
            {
                _service.SetJob("j", "succeeded");
            }

            return Task.CompletedTask;
        };
        await using StubServer server = _service.Serve();
        using FineTuningClient client = Testing.Client(server, _clock);
        Assert.Equal(1000, (await new EventFollower(client).FollowAsync("j").ToListAsync()).Count);
        string[] lists =
        [
            .. server.Requests.Select(r => r.Target).Where(t => t.Contains("/events", StringComparison.Ordinal)),
        ];

        // The first look took ten pages, and the one after such a burst is ready for another; every later one is a job
        // and a small page.
        int looks = server.Count - lists.Length;
        Assert.Equal(11, lists.Count(t => t.Contains("limit=100", StringComparison.Ordinal)));
        Assert.Equal(looks - 2, lists.Count(t => t.EndsWith("?limit=25", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("e10", true)]
    [InlineData("e10", false)]
    [InlineData("", true)]
    public async Task An_event_that_the_job_does_not_have_is_an_error_that_names_it(string after, bool follows)
    {
        _service.SetJob("j", "running");
        Add(0, 10);
        _service.AddEvent("e10", job: "another");
        await using StubServer server = _service.Serve();
        using FineTuningClient client = Testing.Client(server, _clock);
        var follower = new EventFollower(client);
        FineTuningApiException error = await Testing.FailsAsync(() =>
            follows ? follower.FollowAsync("j", after).ToListAsync().AsTask() : follower.ReadAsync("j", [after])
        );
        Assert.Equal(
            (ApiErrorKind.NotFound, EventFollower.UnknownEvent, "after"),
            (error.Kind, error.Code, error.Param)
        );
        Assert.Contains($"'{after}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("the job j", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_came_since_an_event_is_read_newest_first()
    {
        _service.SetJob("j", "running");
        string[] ids = Add(0, 250);
        await using StubServer server = _service.Serve();
        using FineTuningClient client = Testing.Client(server, _clock);
        Assert.Equal(
            ids[100..].Reverse(),
            (await new EventFollower(client).ReadAsync("j", ["e99", "e3", "of another"])).Select(e => e.Id)
        );
    }

    [Fact]
    public async Task A_new_event_below_a_known_one_of_the_same_second_is_given()
    {
        _service.SetJob("j", "running");
        string[] pages = [Page("b", "a"), Page("b", "late", "a"), Page("c", "b", "late", "a")];
        int look = -1;
        _service.Before = request =>
        {
            bool isList = request.Target.Contains("/events", StringComparison.Ordinal);
            if (isList && look == 3)
            {
                _service.SetJob("j", "succeeded");
            }

            return isList ? Reply.Json(pages[Math.Min(++look, 2)]) : null;
        };
        Assert.Equal(["a", "b", "late", "c"], await FollowAsync());

        static string Page(params string[] ids) => Testing.List(ids.Select(id => Testing.Event(id)));
    }

    [Fact]
    public async Task Events_without_ids_are_told_apart_by_all_they_say()
    {
        _service.SetJob("j", "running");
        int round = 0;
        _clock.OnDelay = (_, _) =>
        {
            round++;
            if (round < 10)
            {
                // Two of every three say the same at the same time.
                _service.AddEvent(string.Empty, time: round / 3, message: round % 3 == 0 ? "other" : "same");
            }
            else
            {
                _service.SetJob("j", "succeeded");
            }

            return Task.CompletedTask;
        };
        await using StubServer server = _service.Serve();
        using FineTuningClient client = Testing.Client(server, _clock);
        List<EventResource> items = await new EventFollower(client).FollowAsync("j").ToListAsync();
        Assert.Equal(
            ["same", "same", "other", "same", "same", "other", "same", "same", "other"],
            items.Select(e => e.Message)
        );
    }

    [Fact]
    public async Task A_service_that_ignores_the_cursor_is_an_error_and_not_an_endless_list()
    {
        _service.SetJob("j", "running");
        string page = Testing.List(Enumerable.Range(0, 100).Select(i => Testing.Event("e" + i)), more: true);
        _service.Before = r =>
            r.Target.Contains("/events", StringComparison.Ordinal) && _clock.Elapsed < TimeSpan.FromMinutes(1)
                ? Reply.Json(page)
                : null;
        await using StubServer server = _service.Serve();
        using FineTuningClient client = Testing.Client(server, _clock);
        var follower = new EventFollower(client);
        FineTuningApiException[] errors =
        [
            await Testing.FailsAsync(() => follower.ReadAsync("j", ["e200"])),
            await Testing.FailsAsync(() => follower.FollowAsync("j").ToListAsync().AsTask()),
            await Testing.FailsAsync(() => client.EnumerateEventsAsync("j").ToListAsync().AsTask()),
        ];
        Assert.All(errors, e => Assert.Contains("again and again", e.Message, StringComparison.Ordinal));
        Assert.All(
            errors,
            e => Assert.Equal((ApiErrorKind.InvalidResponse, false, false), (e.Kind, e.IsTransient, e.MayHaveWorked))
        );
        Assert.Empty(_clock.Delays);
    }

    [Theory]
    [InlineData(60, 60, 0)]
    [InlineData(99, 99, 0)]
    [InlineData(101, 100, 1)]
    public async Task New_events_without_ids_are_given_as_far_as_a_page_reaches_and_a_gap_is_told(
        int burst,
        int given,
        int gaps
    )
    {
        _service.SetJob("j", "running");
        AddNameless(0, 1);
        int round = 0;
        _clock.OnDelay = (_, _) =>
        {
            // Quiet looks first.
            if (++round == 5)
            {
                AddNameless(1, burst);
            }
            else if (round == 8)
            {
                _service.SetJob("j", "succeeded");
            }

            return Task.CompletedTask;
        };
        var told = new Reports<string>();
        await using StubServer server = _service.Serve();
        using FineTuningClient client = Testing.Client(server, _clock);
        List<FollowedEvent> items = await new EventFollower(client)
            .FollowAsync(["j"], new FollowOptions { Gaps = told })
            .ToListAsync();
        Assert.Equal(
            ["m0", .. Enumerable.Range(1 + burst - given, given).Select(i => "m" + i)],
            items.Where(i => i.Event is not null).Select(i => i.Event!.Message)
        );
        Assert.Equal(Enumerable.Repeat("j", gaps), told.Items);

        void AddNameless(int start, int count)
        {
            for (int i = start; i < start + count; i++)
            {
                _service.AddEvent(string.Empty, message: "m" + i);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(25L * 24 * 60 * 60 * 1000)]
    public async Task An_interval_that_no_timer_can_keep_is_refused(long milliseconds)
    {
        await using StubServer server = _service.Serve();
        using FineTuningClient client = Testing.Client(server, _clock);
        var interval = TimeSpan.FromMilliseconds(milliseconds);
        Assert.Throws<ArgumentOutOfRangeException>(() => new EventFollower(client, interval));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new JobWaiter(client, new WaitOptions { PollInterval = interval })
        );
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new JobWaiter(client, new WaitOptions { Timeout = TimeSpan.FromTicks(-1) })
        );
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new JobWaiter(client, new WaitOptions { NotFoundTime = TimeSpan.FromTicks(-1) })
        );
    }

    [Fact]
    public async Task A_job_that_cannot_be_followed_ends_no_other_ones_following()
    {
        _service.SetJob("j", "succeeded");
        Add(0, 3);
        await using StubServer server = _service.Serve();
        using FineTuningClient client = Testing.Client(server, _clock);
        List<FollowedEvent> items = await new EventFollower(client)
            .FollowAsync(["nobody", "j", "j"], null)
            .ToListAsync();
        Assert.Equal(["nobody", "j", "j", "j", "j"], items.Select(i => i.JobId));
        Assert.Equal(404, items[0].Failure!.StatusCode);
        Assert.Equal(["e0", "e1", "e2"], items.Skip(1).Take(3).Select(i => i.Event!.Id));
        Assert.Equal((null, null), (items[4].Event, items[4].Failure));
    }

    [Fact]
    public async Task A_job_is_followed_until_so_many_events_were_given_as_are_wanted()
    {
        _service.SetJob("j", "running");
        Add(0, 150);
        await using StubServer server = _service.Serve();
        using FineTuningClient client = Testing.Client(server, _clock);
        List<FollowedEvent> items = await new EventFollower(client)
            .FollowAsync(["j"], new FollowOptions { First = 120 })
            .ToListAsync();
        Assert.Equal(120, items.Count(i => i.Event is not null));
        Assert.Equal("e119", items[119].Event!.Id);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task The_last_words_of_a_job_whose_end_was_watched_are_waited_for(int delay)
    {
        // They come with the status, or at the next look, when nothing new has come with it.
        _service.SetJob("j", "running");
        Add(0, 1);
        const int End = 5;
        int delays = 0;
        _clock.OnDelay = (_, _) =>
        {
            delays++;
            if (delays == End)
            {
                _service.SetJob("j", "succeeded");
            }

            if (delays == End + delay)
            {
                Add(1, 2);
            }

            return Task.CompletedTask;
        };
        Assert.Equal(3, (await FollowAsync()).Count);
    }

    [Fact]
    public void Without_a_client_there_is_no_follower() =>
        Assert.Throws<ArgumentNullException>(() => new EventFollower(null!));

    private string[] Add(int start, int count)
    {
        string[] ids = [.. Enumerable.Range(start, count).Select(i => "e" + i)];
        foreach (string id in ids)
        {
            _service.AddEvent(id);
        }

        return ids;
    }

    private async Task<List<string>> FollowAsync(
        string? after = null,
        IProgress<ServiceOutage>? outage = null,
        TimeSpan? interval = null
    )
    {
        await using StubServer server = _service.Serve();
        using FineTuningClient client = Testing.Client(server, _clock);
        List<EventResource> items = await new EventFollower(client, interval)
            .FollowAsync("j", after, outage)
            .ToListAsync()
            .AsTask()
            .WaitAsync(Testing.Timeout);
        return [.. items.Select(i => i.Id)];
    }
}
