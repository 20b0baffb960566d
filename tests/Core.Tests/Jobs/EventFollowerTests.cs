using FineTuning.Core.Client;
using FineTuning.Core.Jobs;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Jobs;

/// <summary>Each event is given once, in its order, for few and small requests.</summary>
public sealed class EventFollowerTests : EventFollowing
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(250)]
    public async Task A_finished_job_tells_all_its_events_oldest_first(int count)
    {
        Service.SetJob("j", "succeeded");
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
        Service.SetJob("j", "running");
        var expected = new List<string>();
        int round = 0;
        Clock.OnDelay = (_, _) =>
        {
            // Now and then nothing happens.
            if (round % 2 == 0 && round < 8)
            {
                expected.AddRange(Add(expected.Count, burst));
            }

            if (++round == 8)
            {
                Service.SetJob("j", "succeeded");
            }

            return Task.CompletedTask;
        };
        Assert.Equal(expected, await FollowAsync());
        Assert.Equal(4 * burst, expected.Count);
    }

    [Fact]
    public async Task Events_that_come_between_two_pages_come_next_time()
    {
        Service.SetJob("j", "running");
        var expected = new List<string>(Add(0, 250));
        int pages = 0;
        Service.AfterEvents = () =>
        {
            if (++pages <= 3)
            {
                expected.AddRange(Add(expected.Count, 60));
            }
        };
        Clock.OnDelay = (_, _) =>
        {
            if (pages > 8)
            {
                Service.SetJob("j", "succeeded");
            }

            return Task.CompletedTask;
        };
        Assert.Equal(expected, await FollowAsync());
        Assert.Equal(430, expected.Count);
    }

    [Fact]
    public async Task Equal_times_and_identical_messages_are_events_of_their_own()
    {
        Service.SetJob("j", "succeeded");
        for (int i = 0; i < 150; i++)
        {
            Service.AddEvent("e" + i, time: 7, message: "same");
        }

        Assert.Equal(Enumerable.Range(0, 150).Select(i => "e" + i), await FollowAsync());
    }

    [Fact]
    public async Task A_service_whose_pages_overlap_doubles_nothing()
    {
        Service.SetJob("j", "succeeded");
        Service.Before = request =>
            !request.Target.Contains("/events", StringComparison.Ordinal) ? null
            : request.Target.Contains("after=", StringComparison.Ordinal)
                ? Reply.Json(Testing.List([Testing.Event("e3"), Testing.Event("e2"), Testing.Event("e1")]))
            : Reply.Json(Testing.List([Testing.Event("e4"), Testing.Event("e3")], more: true));
        Assert.Equal(["e1", "e2", "e3", "e4"], await FollowAsync());
    }

    [Fact]
    public async Task Events_without_ids_are_all_given_at_the_first_look()
    {
        Service.SetJob("j", "succeeded");
        Service.AddEvent(string.Empty, message: "a");
        Service.AddEvent(string.Empty, message: "b");
        Assert.Equal([string.Empty, string.Empty], await FollowAsync());
    }

    [Fact]
    public async Task Events_are_given_while_the_job_runs_and_cancellation_ends_it()
    {
        using var source = new CancellationTokenSource();
        Service.SetJob("j", "running");
        Add(0, 3);
        await using StubServer server = Service.Serve();
        using FineTuningClient client = Testing.Client(server, Clock);
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
        Service.SetJob("j", "running");
        Clock.OnDelay = (_, _) =>
        {
            if (Clock.Elapsed >= TimeSpan.FromMinutes(5))
            {
                Service.SetJob("j", "succeeded");
            }

            return Task.CompletedTask;
        };
        await FollowAsync(interval: TimeSpan.FromSeconds(30));

        // And a last look for last words.
        Assert.Equal([.. Enumerable.Repeat(TimeSpan.FromSeconds(30), 10), TimeSpan.FromSeconds(0.2)], Clock.Delays);
    }

    [Fact]
    public async Task A_quiet_look_costs_two_small_requests_however_many_events_there_are()
    {
        Service.SetJob("j", "running");
        Add(0, 1000);
        Clock.OnDelay = (_, _) =>
        {
            if (Clock.Elapsed > TimeSpan.FromMinutes(1))
            {
                Service.SetJob("j", "succeeded");
            }

            return Task.CompletedTask;
        };
        await using StubServer server = Service.Serve();
        using FineTuningClient client = Testing.Client(server, Clock);
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

    [Fact]
    public async Task What_came_since_an_event_is_read_newest_first()
    {
        Service.SetJob("j", "running");
        string[] ids = Add(0, 250);
        await using StubServer server = Service.Serve();
        using FineTuningClient client = Testing.Client(server, Clock);
        Assert.Equal(
            ids[100..].Reverse(),
            (await new EventFollower(client).ReadAsync("j", ["e99", "e3", "of another"])).Select(e => e.Id)
        );
    }

    [Fact]
    public async Task A_new_event_below_a_known_one_of_the_same_second_is_given()
    {
        Service.SetJob("j", "running");
        string[] pages = [Page("b", "a"), Page("b", "late", "a"), Page("c", "b", "late", "a")];
        int look = -1;
        Service.Before = request =>
        {
            bool isList = request.Target.Contains("/events", StringComparison.Ordinal);
            if (isList && look == 3)
            {
                Service.SetJob("j", "succeeded");
            }

            return isList ? Reply.Json(pages[Math.Min(++look, 2)]) : null;
        };
        Assert.Equal(["a", "b", "late", "c"], await FollowAsync());

        static string Page(params string[] ids) => Testing.List(ids.Select(id => Testing.Event(id)));
    }

    [Fact]
    public async Task Events_without_ids_are_told_apart_by_all_they_say()
    {
        Service.SetJob("j", "running");
        int round = 0;
        Clock.OnDelay = (_, _) =>
        {
            round++;
            if (round < 10)
            {
                // Two of every three say the same at the same time.
                Service.AddEvent(string.Empty, time: round / 3, message: round % 3 == 0 ? "other" : "same");
            }
            else
            {
                Service.SetJob("j", "succeeded");
            }

            return Task.CompletedTask;
        };
        await using StubServer server = Service.Serve();
        using FineTuningClient client = Testing.Client(server, Clock);
        List<EventResource> items = await new EventFollower(client).FollowAsync("j").ToListAsync();
        Assert.Equal(
            ["same", "same", "other", "same", "same", "other", "same", "same", "other"],
            items.Select(e => e.Message)
        );
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
        Service.SetJob("j", "running");
        AddNameless(0, 1);
        int round = 0;
        Clock.OnDelay = (_, _) =>
        {
            // Quiet looks first.
            if (++round == 5)
            {
                AddNameless(1, burst);
            }
            else if (round == 8)
            {
                Service.SetJob("j", "succeeded");
            }

            return Task.CompletedTask;
        };
        var told = new Reports<string>();
        await using StubServer server = Service.Serve();
        using FineTuningClient client = Testing.Client(server, Clock);
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
                Service.AddEvent(string.Empty, message: "m" + i);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(25L * 24 * 60 * 60 * 1000)]
    public async Task An_interval_that_no_timer_can_keep_is_refused(long milliseconds)
    {
        await using StubServer server = Service.Serve();
        using FineTuningClient client = Testing.Client(server, Clock);
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
    public async Task A_job_is_followed_until_so_many_events_were_given_as_are_wanted()
    {
        Service.SetJob("j", "running");
        Add(0, 150);
        await using StubServer server = Service.Serve();
        using FineTuningClient client = Testing.Client(server, Clock);
        List<FollowedEvent> items = await new EventFollower(client)
            .FollowAsync(["j"], new FollowOptions { First = 120 })
            .ToListAsync();
        Assert.Equal(120, items.Count(i => i.Event is not null));
        Assert.Equal("e119", items[119].Event!.Id);
    }

    [Fact]
    public void Without_a_client_there_is_no_follower() =>
        Assert.Throws<ArgumentNullException>(() => new EventFollower(null!));
}
