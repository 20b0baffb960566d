using FineTuning.Core.Client;
using FineTuning.Core.Jobs;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Jobs;

/// <summary>How often jobs are looked at, and what ends when the time is up.</summary>
public sealed class JobWaiterTimeTests : JobWaiting
{
    [Fact]
    public async Task A_paused_job_is_waited_for_until_the_time_is_up()
    {
        Service.SetJob("j", "paused");
        WaitOutcome outcome = Assert.Single(
            await WaitAsync(
                ["j"],
                new WaitOptions { Timeout = TimeSpan.FromHours(10), PollInterval = TimeSpan.FromMinutes(7) }
            )
        );
        Assert.True(outcome.TimedOut);
        Assert.Equal(JobStatus.Paused, outcome.Job!.Status);
        Assert.Null(outcome.Failure);
        Assert.Equal(TimeSpan.FromHours(10), Clock.Elapsed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7.5)]
    public async Task The_time_is_not_overrun(double seconds)
    {
        Service.SetJob("j", "running");
        WaitOutcome outcome = Assert.Single(
            await WaitAsync(["j"], new WaitOptions { Timeout = TimeSpan.FromSeconds(seconds) })
        );
        Assert.True(outcome.TimedOut);
        Assert.Equal("running", outcome.Job!.Status.Value);
        Assert.Equal(TimeSpan.FromSeconds(seconds), Clock.Elapsed);
    }

    [Fact]
    public async Task A_job_that_ends_just_at_the_time_is_no_time_out()
    {
        Service.SetJob("j", "running");
        Clock.OnDelay = (_, _) =>
        {
            if (Clock.Elapsed == TimeSpan.FromSeconds(60))
            {
                Service.SetJob("j", "succeeded");
            }

            return Task.CompletedTask;
        };
        WaitOutcome outcome = Assert.Single(
            await WaitAsync(
                ["j"],
                new WaitOptions { Timeout = TimeSpan.FromSeconds(60), PollInterval = TimeSpan.FromSeconds(20) }
            )
        );
        Assert.False(outcome.TimedOut);
        Assert.Equal(JobStatus.Succeeded, outcome.Job!.Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"estimated_finish\":null")]
    [InlineData(",\"estimated_finish\":0")]
    [InlineData(",\"estimated_finish\":1000000000")]
    [InlineData(",\"estimated_finish\":253402300799")]
    public async Task An_estimate_that_is_missing_zero_past_or_far_makes_no_wait_long_or_endless(string estimate)
    {
        Service.SetJob("j", "running", estimate);
        FinishAfter(TimeSpan.FromMinutes(20), "j");
        Assert.Equal(JobStatus.Succeeded, Assert.Single(await WaitAsync("j")).Job!.Status);
        Assert.All(Clock.Delays, d => Assert.InRange(d, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(2)));
        Assert.Equal(TimeSpan.FromSeconds(2), Clock.Delays[^1]);
    }

    [Fact]
    public void An_estimate_that_comes_near_shortens_the_interval_and_never_to_nothing()
    {
        var schedule = new PollSchedule(null, isLocal: false);
        DateTimeOffset now = TestClock.Start;
        for (int i = 0; i < 20; i++)
        {
            schedule.Next(null, now);
        }

        Assert.Equal(30, schedule.Next(new JobResource { EstimatedFinish = now.AddHours(1) }, now).TotalSeconds);
        Assert.Equal(20, schedule.Next(new JobResource { EstimatedFinish = now.AddSeconds(40) }, now).TotalSeconds);
        Assert.Equal(2, schedule.Next(new JobResource { EstimatedFinish = now.AddSeconds(1) }, now).TotalSeconds);
        Assert.Equal(30, schedule.Next(new JobResource { EstimatedFinish = now }, now).TotalSeconds);
        Assert.Equal(
            30,
            schedule.Next(new JobResource { EstimatedFinish = DateTimeOffset.MinValue }, now).TotalSeconds
        );
        Assert.Equal(
            30,
            schedule.Next(new JobResource { EstimatedFinish = DateTimeOffset.MaxValue }, now).TotalSeconds
        );
        schedule.Changed();
        Assert.Equal(2, schedule.Next(null, now).TotalSeconds);
        Assert.Equal(2.8, schedule.Next(null, now).TotalSeconds, 6);
    }

    [Fact]
    public async Task The_users_own_interval_is_kept()
    {
        Service.SetJob("j", "running", ",\"estimated_finish\":1795348900");
        FinishAfter(TimeSpan.FromMinutes(10), "j");
        await WaitAsync(["j"], new WaitOptions { PollInterval = TimeSpan.FromSeconds(60) });
        Assert.Equal(10, Clock.Delays.Count);
        Assert.All(Clock.Delays, d => Assert.Equal(TimeSpan.FromSeconds(60), d));
    }

    [Fact]
    public async Task A_server_that_falls_silent_does_not_draw_the_wait_out()
    {
        // The stub never answers; only the time of the wait can end this, long before the request's own time-out.
        await using var server = new StubServer(exchange => Task.Delay(Timeout.Infinite, exchange.Stopping));
        using var client = new FineTuningClient(
            Testing.Options(server, SystemClock.Instance) with
            {
                Timeout = TimeSpan.FromHours(1),
            },
            Testing.Credential()
        );
        var waiter = new JobWaiter(client, new WaitOptions { Timeout = TimeSpan.FromSeconds(1) });
        WaitOutcome outcome = await waiter.WaitAsync(["ftjob-1"]).FirstAsync().AsTask().WaitAsync(Testing.Timeout);
        Assert.Equal((true, null, null), (outcome.TimedOut, outcome.Job, outcome.Failure));
    }

    [Fact]
    public async Task When_the_time_is_up_the_finished_ones_count()
    {
        Service.SetJob("a", "running");
        Service.SetJob("b", "running");
        FinishAfter(TimeSpan.FromMinutes(1), "a");
        List<WaitOutcome> outcomes = await WaitAsync(["a", "b"], new WaitOptions { Timeout = TimeSpan.FromMinutes(5) });
        Assert.Equal(["a:False", "b:True"], outcomes.Select(o => $"{o.JobId}:{o.TimedOut}"));
    }

    [Theory]
    [InlineData(200, 0.25)]
    [InlineData(16, 3)]
    public async Task The_interval_of_each_of_many_jobs_is_the_one_asked_for(int count, double seconds)
    {
        string[] ids = [.. Enumerable.Range(0, count).Select(i => "j" + i)];
        var looks = new Dictionary<string, List<TimeSpan>>();
        foreach (string id in ids)
        {
            Service.SetJob(id, "running");
            looks[id] = [];
        }

        // All looks take most of the interval. Neither what the others take nor its own look is added to a job's
        // interval.
        Service.Before = request =>
        {
            lock (looks)
            {
                looks[request.Target.Split('/')[^1]].Add(Clock.Elapsed);
            }

            Clock.Advance(TimeSpan.FromSeconds(seconds));
            return null;
        };
        FinishAfter(TimeSpan.FromMinutes(10), ids);
        await WaitAsync(ids, new WaitOptions { PollInterval = TimeSpan.FromMinutes(1) });
        Assert.All(looks.Values, times => Assert.InRange(times.Count, 10, 12));
    }

    [Fact]
    public async Task A_pause_that_the_service_asks_for_is_kept()
    {
        Service.SetJob("j", "running");
        FinishAfter(TimeSpan.FromMinutes(30), "j");
        bool asked = false;
        Service.Before = _ =>
        {
            bool first = !asked && Clock.Elapsed > TimeSpan.FromMinutes(1);
            asked |= first;
            return first ? Reply.Error(429).With("Retry-After", "240") : null;
        };
        await WaitAsync("j");
        Assert.InRange(Clock.Delays.Max(), TimeSpan.FromSeconds(235), TimeSpan.FromSeconds(240));
    }

    [Fact]
    public async Task A_pause_that_the_service_asks_for_begins_with_its_answer()
    {
        Service.SetJob("j", "running");
        var looks = new List<TimeSpan>();
        TimeSpan? answered = null;
        Service.Before = _ =>
        {
            looks.Add(Clock.Elapsed);
            if (answered is not null || Clock.Elapsed < TimeSpan.FromMinutes(1))
            {
                return null;
            }

            // A slow answer.
            Clock.Advance(TimeSpan.FromMinutes(3));
            answered = Clock.Elapsed;
            return Reply.Error(429).With("Retry-After", "240");
        };
        FinishAfter(TimeSpan.FromMinutes(5), "j");
        await WaitAsync("j");
        Assert.Equal(TimeSpan.FromMinutes(4), looks.First(l => l >= answered) - answered);
    }

    [Fact]
    public async Task Without_any_time_a_look_that_hangs_keeps_no_other_job_from_its_own()
    {
        string[] ids = [.. Enumerable.Range(0, 60).Select(i => "j" + i)];
        await using var server = new StubServer(exchange =>
        {
            string id = exchange.Request.Target.Split('/')[^1];
            return id == "j3"
                ? Task.Delay(Timeout.Infinite, exchange.Stopping)
                : exchange.SendAsync(Reply.Json(Testing.Job(id, "running")));
        });
        using FineTuningClient client = Testing.Client(server, Clock);
        List<WaitOutcome> outcomes = await new JobWaiter(client, new WaitOptions { Timeout = TimeSpan.Zero })
            .WaitAsync(ids)
            .ToListAsync()
            .AsTask()
            .WaitAsync(Testing.Timeout);
        Assert.Equal(ids, outcomes.Select(o => o.JobId));
        Assert.Equal(["j3"], outcomes.Where(o => o.Job is null).Select(o => o.JobId));
    }

    [Fact]
    public async Task A_job_that_ends_between_the_last_look_and_the_time_is_no_time_out()
    {
        Service.SetJob("j", "running");
        FinishAfter(TimeSpan.FromSeconds(50), "j");
        WaitOutcome outcome = Assert.Single(
            await WaitAsync(
                ["j"],
                new WaitOptions { Timeout = TimeSpan.FromSeconds(50), PollInterval = TimeSpan.FromSeconds(40) }
            )
        );
        Assert.Equal(JobStatus.Succeeded, outcome.Job!.Status);
    }

    [Fact]
    public async Task Without_any_time_many_jobs_are_looked_at_once_each()
    {
        string[] ids = [.. Enumerable.Range(0, 30).Select(i => "j" + i)];
        foreach (string id in ids)
        {
            Service.SetJob(id, id == "j29" ? "succeeded" : "running");
        }

        await using StubServer server = Service.Serve();
        using FineTuningClient client = Testing.Client(server, Clock);
        List<WaitOutcome> outcomes = await new JobWaiter(client, new WaitOptions { Timeout = TimeSpan.Zero })
            .WaitAsync(ids)
            .ToListAsync();
        Assert.Equal(30, server.Count);
        Assert.Equal("j29", outcomes[0].JobId);
        Assert.Equal(ids[..29], outcomes.Skip(1).Select(o => o.JobId));
        Assert.All(outcomes.Skip(1), o => Assert.Equal((true, "running"), (o.TimedOut, o.Job!.Status.Value)));
    }

    [Fact]
    public async Task A_job_whose_looks_hang_keeps_no_other_one_waiting()
    {
        Service.SetJob("a", "running");
        Service.SetJob("b", "succeeded");
        await using var server = new StubServer(exchange =>
            exchange.Request.Target.EndsWith("/a", StringComparison.Ordinal)
                ? Task.Delay(Timeout.Infinite, exchange.Stopping)
                : exchange.SendAsync(Reply.Json(Testing.Job("b", "succeeded")))
        );
        using FineTuningClient client = Testing.Client(server, Clock);
        WaitOutcome first = await new JobWaiter(client)
            .WaitAsync(["a", "b"])
            .FirstAsync()
            .AsTask()
            .WaitAsync(Testing.Timeout);
        Assert.Equal("b", first.JobId);
    }

    [Fact]
    public async Task An_estimate_that_jumps_about_keeps_the_interval_within_its_bounds()
    {
        var random = new Random(1);
        Clock.OnDelay = (_, _) =>
        {
            long estimate = random.Next(4) switch
            {
                0 => 0,
                1 => Clock.UtcNow.ToUnixTimeSeconds() + random.Next(-100_000, 100_000),
                2 => Clock.UtcNow.ToUnixTimeSeconds() + random.Next(5),
                _ => 253_402_300_799,
            };
            Service.SetJob(
                "j",
                Clock.Elapsed > TimeSpan.FromMinutes(10) ? "succeeded" : "running",
                $",\"estimated_finish\":{estimate}"
            );
            return Task.CompletedTask;
        };
        Service.SetJob("j", "running");
        await WaitAsync("j");
        Assert.All(Clock.Delays, d => Assert.InRange(d, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(2)));
    }
}
