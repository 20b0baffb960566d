using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Jobs;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Jobs;

public sealed class JobWaiterTests
{
    private readonly FakeService _service = new();
    private readonly TestClock _clock = new();

    [Theory]
    [InlineData("succeeded")]
    [InlineData("failed")]
    [InlineData("cancelled")]
    [InlineData("canceled")]
    public async Task A_finished_job_is_an_outcome_at_once(string status)
    {
        _service.SetJob("j", status);
        WaitOutcome outcome = Assert.Single(await WaitAsync("j"));
        Assert.Equal(("j", status, false), (outcome.JobId, outcome.Job!.Status.Value, outcome.TimedOut));
        Assert.Null(outcome.Failure);
        Assert.Empty(_clock.Delays);
    }

    [Fact]
    public async Task A_job_is_waited_for_through_every_status()
    {
        string[] way =
        [
            "validating_files",
            "queued",
            "running",
            "pausing",
            "paused",
            "resuming",
            "something_new",
            "running",
            "succeeded",
        ];
        int step = 0;
        _service.SetJob("j", way[0]);
        _clock.OnDelay = (_, _) =>
        {
            _service.SetJob("j", way[++step]);
            return Task.CompletedTask;
        };
        Assert.Equal(JobStatus.Succeeded, Assert.Single(await WaitAsync("j")).Job!.Status);
        Assert.Equal(way.Length - 1, step);
    }

    [Fact]
    public async Task A_paused_job_is_waited_for_until_the_time_is_up()
    {
        _service.SetJob("j", "paused");
        WaitOutcome outcome = Assert.Single(
            await WaitAsync(
                ["j"],
                new WaitOptions { Timeout = TimeSpan.FromHours(10), PollInterval = TimeSpan.FromMinutes(7) }
            )
        );
        Assert.True(outcome.TimedOut);
        Assert.Equal(JobStatus.Paused, outcome.Job!.Status);
        Assert.Null(outcome.Failure);
        Assert.Equal(TimeSpan.FromHours(10), _clock.Elapsed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7.5)]
    public async Task The_time_is_not_overrun(double seconds)
    {
        _service.SetJob("j", "running");
        WaitOutcome outcome = Assert.Single(
            await WaitAsync(["j"], new WaitOptions { Timeout = TimeSpan.FromSeconds(seconds) })
        );
        Assert.True(outcome.TimedOut);
        Assert.Equal("running", outcome.Job!.Status.Value);
        Assert.Equal(TimeSpan.FromSeconds(seconds), _clock.Elapsed);
    }

    [Fact]
    public async Task A_job_that_ends_just_at_the_time_is_no_time_out()
    {
        _service.SetJob("j", "running");
        _clock.OnDelay = (_, _) =>
        {
            if (_clock.Elapsed == TimeSpan.FromSeconds(60))
            {
                _service.SetJob("j", "succeeded");
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
        _service.SetJob("j", "running", estimate);
        FinishAfter(TimeSpan.FromMinutes(20), "j");
        Assert.Equal(JobStatus.Succeeded, Assert.Single(await WaitAsync("j")).Job!.Status);
        Assert.All(_clock.Delays, d => Assert.InRange(d, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(2)));
        Assert.Equal(TimeSpan.FromSeconds(2), _clock.Delays[^1]);
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
        _service.SetJob("j", "running", ",\"estimated_finish\":1795348900");
        FinishAfter(TimeSpan.FromMinutes(10), "j");
        await WaitAsync(["j"], new WaitOptions { PollInterval = TimeSpan.FromSeconds(60) });
        Assert.Equal(10, _clock.Delays.Count);
        Assert.All(_clock.Delays, d => Assert.Equal(TimeSpan.FromSeconds(60), d));
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("503")]
    [InlineData("html")]
    public async Task An_outage_of_ten_hours_is_survived_and_shown(string fault)
    {
        _service.SetJob("j", "running");
        FinishAfter(TimeSpan.FromHours(11), "j");
        _service.Before = _ =>
            _clock.Elapsed > TimeSpan.FromMinutes(30) && _clock.Elapsed < TimeSpan.FromHours(10.5)
                ? fault switch
                {
                    "reset" => Reply.Reset,
                    "html" => Reply.Json("<html>Back soon</html>"),
                    _ => Reply.Error(503),
                }
                : null;
        var progress = new Reports<WaitProgress>();
        WaitOutcome outcome = Assert.Single(
            await WaitAsync(["j"], new WaitOptions { PollInterval = TimeSpan.FromMinutes(10) }, progress)
        );
        Assert.Equal(JobStatus.Succeeded, outcome.Job!.Status);
        Assert.InRange(progress.Items.Count(p => p.Outage is not null), 50, 62);
        Assert.All(progress.Items, p => Assert.NotNull(p.Job));
        Assert.Null(progress.Items[^1].Outage);
    }

    [Fact]
    public async Task An_outage_at_the_beginning_is_an_outcome()
    {
        _service.SetJob("j", "running");
        _service.Before = _ => Reply.Reset;
        WaitOutcome outcome = Assert.Single(await WaitAsync("j"));
        Assert.Equal(ApiErrorKind.ConnectionLost, outcome.Failure!.Kind);
        Assert.Null(outcome.Job);
    }

    [Fact]
    public async Task An_outage_before_the_second_jobs_first_look_ends_no_wait()
    {
        _service.SetJob("a", "running");
        _service.SetJob("b", "running");
        FinishAfter(TimeSpan.FromMinutes(5), "a", "b");
        bool down = false;
        _service.Before = request =>
        {
            down |= request.Target.EndsWith("/b", StringComparison.Ordinal);
            return down && _clock.Elapsed < TimeSpan.FromMinutes(2) ? Reply.Error(503) : null;
        };
        List<WaitOutcome> outcomes = await WaitAsync("a", "b");
        Assert.All(outcomes, o => Assert.Equal(JobStatus.Succeeded, o.Job?.Status));
        Assert.Equal(2, outcomes.Count);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    public async Task What_no_repeat_can_mend_ends_a_wait_with_the_job_as_last_seen(int status)
    {
        _service.SetJob("j", "running");
        _service.Before = _ => _clock.Elapsed > TimeSpan.FromMinutes(1) ? Reply.Error(status) : null;
        WaitOutcome outcome = Assert.Single(await WaitAsync("j"));
        Assert.Equal(status, outcome.Failure!.StatusCode);
        Assert.Equal("running", outcome.Job!.Status.Value);
        Assert.False(outcome.TimedOut);
    }

    [Fact]
    public async Task An_unknown_job_is_an_outcome_and_the_others_go_on()
    {
        _service.SetJob("j", "running");
        FinishAfter(TimeSpan.FromMinutes(1), "j");
        List<WaitOutcome> outcomes = await WaitAsync("nobody", "j");
        Assert.Equal(["nobody", "j"], outcomes.Select(o => o.JobId));
        Assert.Equal(ApiErrorKind.NotFound, outcomes[0].Failure!.Kind);
        Assert.Equal(JobStatus.Succeeded, outcomes[1].Job!.Status);
    }

    [Fact]
    public async Task Many_jobs_come_as_they_end_and_each_once()
    {
        string[] ids = [.. Enumerable.Range(0, 30).Select(i => "j" + i)];
        foreach (string id in ids)
        {
            _service.SetJob(id, "running");
        }

        // The last one ends first.
        _clock.OnDelay = (_, _) =>
        {
            for (int i = 0; i < ids.Length; i++)
            {
                if (_clock.Elapsed >= TimeSpan.FromMinutes(ids.Length - i))
                {
                    _service.SetJob(ids[i], i % 2 == 0 ? "succeeded" : "failed");
                }
            }

            return Task.CompletedTask;
        };
        List<WaitOutcome> outcomes = await WaitAsync(
            [.. ids, .. ids],
            new WaitOptions { PollInterval = TimeSpan.FromSeconds(20) }
        );
        Assert.Equal(ids.Reverse(), outcomes.Select(o => o.JobId));
        Assert.All(outcomes, o => Assert.True(o.Job!.Status.IsFinished));
    }

    [Fact]
    public async Task A_job_named_twice_is_asked_for_once()
    {
        _service.SetJob("j", "succeeded");
        await using StubServer server = _service.Serve();
        using FineTuningClient client = Testing.Client(server, _clock);
        Assert.Single(await new JobWaiter(client).WaitAsync(["j", "j", "j"]).ToListAsync());
        Assert.Equal(1, server.Count);
    }

    [Fact]
    public async Task No_jobs_are_no_wait()
    {
        Assert.Empty(await WaitAsync());
        Assert.Empty(_clock.Delays);
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
        _service.SetJob("a", "running");
        _service.SetJob("b", "running");
        FinishAfter(TimeSpan.FromMinutes(1), "a");
        List<WaitOutcome> outcomes = await WaitAsync(["a", "b"], new WaitOptions { Timeout = TimeSpan.FromMinutes(5) });
        Assert.Equal(["a:False", "b:True"], outcomes.Select(o => $"{o.JobId}:{o.TimedOut}"));
    }

    [Fact]
    public async Task Progress_has_the_latest_numbers_of_a_running_job()
    {
        _service.SetJob("j", "running");
        _service.AddEvent("e1", more: ""","data":{"step":1,"train_loss":2.5}""");
        _service.AddEvent("e2", message: "New checkpoint created");
        FinishAfter(TimeSpan.FromSeconds(1), "j");
        var progress = new Reports<WaitProgress>();
        await WaitAsync(["j"], null, progress);
        Assert.Equal((1, 2.5), (progress.Items[0].Latest!.Step, progress.Items[0].Latest!.TrainLoss));
        Assert.Equal(JobStatus.Succeeded, progress.Items[^1].Job!.Status);
        Assert.Equal(1, progress.Items[^1].Latest!.Step);
    }

    [Fact]
    public async Task Without_progress_no_events_are_asked_for()
    {
        _service.SetJob("j", "running");
        FinishAfter(TimeSpan.FromSeconds(5), "j");
        await using StubServer server = _service.Serve();
        using FineTuningClient client = Testing.Client(server, _clock);
        await new JobWaiter(client).WaitAsync(["j"]).ToListAsync();
        Assert.DoesNotContain(server.Requests, r => r.Target.Contains("events", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(503)]
    public async Task Events_that_cannot_be_read_end_no_wait(int status)
    {
        _service.SetJob("j", "running");
        FinishAfter(TimeSpan.FromMinutes(1), "j");
        _service.Before = r => r.Target.Contains("/events", StringComparison.Ordinal) ? Reply.Error(status) : null;
        var progress = new Reports<WaitProgress>();
        WaitOutcome outcome = Assert.Single(await WaitAsync(["j"], null, progress));
        Assert.Equal(JobStatus.Succeeded, outcome.Job!.Status);
        Assert.All(progress.Items, p => Assert.Null(p.Latest));
    }

    [Fact]
    public async Task A_cancelled_wait_ends_as_cancelled_and_changes_nothing()
    {
        using var source = new CancellationTokenSource();
        _service.SetJob("j", "running");
        _clock.OnDelay = async (_, token) =>
        {
            await source.CancelAsync();
            token.ThrowIfCancellationRequested();
        };
        await using StubServer server = _service.Serve();
        using FineTuningClient client = Testing.Client(server, _clock);
        await Testing.IsCancelledAsync(() =>
            new JobWaiter(client).WaitAsync(["j"], null, source.Token).ToListAsync().AsTask()
        );
        Assert.All(server.Requests, r => Assert.Equal("GET", r.Method));
    }

    [Fact]
    public async Task A_paused_job_is_told_in_progress()
    {
        _service.SetJob("j", "paused");
        FinishAfter(TimeSpan.FromSeconds(5), "j");
        var progress = new Reports<WaitProgress>();
        await WaitAsync(["j"], null, progress);
        Assert.Equal(JobStatus.Paused, progress.Items[0].Job!.Status);
    }

    [Fact]
    public async Task Jobs_that_have_ended_come_in_the_order_given_whatever_is_answered_first()
    {
        string[] ids = [.. Enumerable.Range(0, 12).Select(i => "j" + i)];

        // The first one is answered last of all that are asked for at once.
        int answered = 0;
        var others = new TaskCompletionSource();
        await using var server = new StubServer(async exchange =>
        {
            string id = exchange.Request.Target.Split('/')[^1];
            if (id == "j0")
            {
                await others.Task;
            }

            await exchange.SendAsync(Reply.Json(Testing.Job(id, "succeeded")));
            if (Interlocked.Increment(ref answered) == 7)
            {
                others.SetResult();
            }
        });
        using FineTuningClient client = Testing.Client(server, _clock);
        List<WaitOutcome> outcomes = await new JobWaiter(client)
            .WaitAsync(ids)
            .ToListAsync()
            .AsTask()
            .WaitAsync(Testing.Timeout);
        Assert.Equal(ids, outcomes.Select(o => o.JobId));
    }

    [Fact]
    public async Task Eight_jobs_are_looked_at_at_a_time_and_no_more()
    {
        string[] ids = [.. Enumerable.Range(0, 40).Select(i => "j" + i)];
        foreach (string id in ids)
        {
            _service.SetJob(id, "succeeded");
        }

        int asked = 0;
        bool isNinth = false;
        using SemaphoreSlim eight = new(0),
            ninth = new(0);
        _service.Before = _ =>
        {
            // Each of the first eight is answered when all are there and a ninth has had its time to come.
            int number = Interlocked.Increment(ref asked);
            if (number == 8)
            {
                isNinth = ninth.Wait(TimeSpan.FromSeconds(0.5));
                eight.Release(8);
            }

            if (number == 9)
            {
                ninth.Release();
            }

            Assert.True(number > 8 || eight.Wait(Testing.Timeout));
            return null;
        };
        Assert.Equal(40, (await WaitAsync(ids)).Count);
        Assert.False(isNinth);
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
            _service.SetJob(id, "running");
            looks[id] = [];
        }

        // All looks take most of the interval. Neither what the others take nor its own look is added to a job's
        // interval.
        _service.Before = request =>
        {
            lock (looks)
            {
                looks[request.Target.Split('/')[^1]].Add(_clock.Elapsed);
            }

            _clock.Advance(TimeSpan.FromSeconds(seconds));
            return null;
        };
        FinishAfter(TimeSpan.FromMinutes(10), ids);
        await WaitAsync(ids, new WaitOptions { PollInterval = TimeSpan.FromMinutes(1) });
        Assert.All(looks.Values, times => Assert.InRange(times.Count, 10, 12));
    }

    [Fact]
    public async Task An_outage_of_many_jobs_is_told_once_when_it_begins_and_once_when_it_ends()
    {
        string[] ids = [.. Enumerable.Range(0, 20).Select(i => "j" + i)];
        foreach (string id in ids)
        {
            _service.SetJob(id, "running");
        }

        FinishAfter(TimeSpan.FromHours(2), ids);
        _service.Before = _ =>
            _clock.Elapsed > TimeSpan.FromMinutes(30) && _clock.Elapsed < TimeSpan.FromMinutes(40)
                ? Reply.Error(503, message: "Down.")
                : null;
        var outages = new Reports<ServiceOutage>();
        List<WaitOutcome> outcomes = await WaitAsync(ids, new WaitOptions { Outages = outages });
        Assert.All(outcomes, o => Assert.Equal(JobStatus.Succeeded, o.Job!.Status));
        Assert.Equal(2, outages.Items.Count);
        Assert.Equal((null, 503), (outages.Items[0].Length, outages.Items[0].Reason.StatusCode));
        Assert.InRange(outages.Items[1].Length!.Value.TotalMinutes, 9.5, 11);
        Assert.Equal(outages.Items[0].Began, outages.Items[1].Began);
    }

    [Fact]
    public async Task An_outage_is_over_when_the_last_job_is_seen_again()
    {
        _service.SetJob("a", "running");
        _service.SetJob("b", "running");
        FinishAfter(TimeSpan.FromMinutes(30), "a", "b");
        _service.Before = request =>
        {
            int end = request.Target.EndsWith("/a", StringComparison.Ordinal) ? 6 : 20;
            return _clock.Elapsed > TimeSpan.FromMinutes(5) && _clock.Elapsed < TimeSpan.FromMinutes(end)
                ? Reply.Error(503)
                : null;
        };
        var outages = new Reports<ServiceOutage>();
        Assert.Equal(2, (await WaitAsync(["a", "b"], new WaitOptions { Outages = outages })).Count);
        Assert.Equal(2, outages.Items.Count);
        Assert.InRange(outages.Items[1].Length!.Value.TotalMinutes, 14.5, 16);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_service_that_is_not_well_at_the_first_look_is_waited_for(int status)
    {
        _service.SetJob("j", "running");
        FinishAfter(TimeSpan.FromMinutes(20), "j");
        _service.Before = _ => _clock.Elapsed < TimeSpan.FromMinutes(10) ? Reply.Error(status) : null;
        var outages = new Reports<ServiceOutage>();
        WaitOutcome outcome = Assert.Single(await WaitAsync(["j"], new WaitOptions { Outages = outages }));
        Assert.Equal(JobStatus.Succeeded, outcome.Job!.Status);
        Assert.Equal(2, outages.Items.Count);
    }

    [Fact]
    public async Task Silence_at_the_first_look_is_an_outage_where_the_service_was_heard_before()
    {
        _service.SetJob("j", "running");
        FinishAfter(TimeSpan.FromMinutes(20), "j");
        _service.Before = _ => _clock.Elapsed < TimeSpan.FromMinutes(10) ? Reply.Reset : null;
        Assert.Equal(
            JobStatus.Succeeded,
            Assert.Single(await WaitAsync(["j"], new WaitOptions { WasReached = true })).Job!.Status
        );
    }

    [Fact]
    public async Task Silence_about_the_first_job_is_an_outage_where_the_second_one_is_seen()
    {
        _service.SetJob("a", "running");
        _service.SetJob("b", "running");
        FinishAfter(TimeSpan.FromMinutes(5), "a", "b");
        int silences = 0;
        _service.Before = r => r.Target.EndsWith("/a", StringComparison.Ordinal) && silences++ < 4 ? Reply.Reset : null;
        List<WaitOutcome> outcomes = await WaitAsync("a", "b");
        Assert.Equal(2, outcomes.Count);
        Assert.All(outcomes, o => Assert.Equal(JobStatus.Succeeded, o.Job?.Status));
    }

    [Theory]
    [InlineData("redirect")]
    [InlineData("409")]
    [InlineData("close")]
    public async Task What_is_no_answer_of_the_service_ends_no_wait_that_has_begun(string fault)
    {
        _service.SetJob("j", "running");
        FinishAfter(TimeSpan.FromMinutes(30), "j");
        _service.Before = _ =>
            _clock.Elapsed < TimeSpan.FromMinutes(1) || _clock.Elapsed > TimeSpan.FromMinutes(9)
                ? null
                : fault switch
                {
                    "redirect" => new Reply { Status = 302 }.With("Location", "https://example.invalid/maintenance"),
                    "409" => Reply.Error(409),
                    _ => Reply.Close,
                };
        Assert.Equal(JobStatus.Succeeded, Assert.Single(await WaitAsync("j")).Job!.Status);
    }

    [Fact]
    public async Task A_pause_that_the_service_asks_for_is_kept()
    {
        _service.SetJob("j", "running");
        FinishAfter(TimeSpan.FromMinutes(30), "j");
        bool asked = false;
        _service.Before = _ =>
        {
            bool first = !asked && _clock.Elapsed > TimeSpan.FromMinutes(1);
            asked |= first;
            return first ? Reply.Error(429).With("Retry-After", "240") : null;
        };
        await WaitAsync("j");
        Assert.InRange(_clock.Delays.Max(), TimeSpan.FromSeconds(235), TimeSpan.FromSeconds(240));
    }

    [Fact]
    public async Task A_pause_that_the_service_asks_for_begins_with_its_answer()
    {
        _service.SetJob("j", "running");
        var looks = new List<TimeSpan>();
        TimeSpan? answered = null;
        _service.Before = _ =>
        {
            looks.Add(_clock.Elapsed);
            if (answered is not null || _clock.Elapsed < TimeSpan.FromMinutes(1))
            {
                return null;
            }

            // A slow answer.
            _clock.Advance(TimeSpan.FromMinutes(3));
            answered = _clock.Elapsed;
            return Reply.Error(429).With("Retry-After", "240");
        };
        FinishAfter(TimeSpan.FromMinutes(5), "j");
        await WaitAsync("j");
        Assert.Equal(TimeSpan.FromMinutes(4), looks.First(l => l >= answered) - answered);
    }

    [Theory]
    [InlineData(20, 30, true)]
    [InlineData(20, 0, false)]
    [InlineData(40, 30, false)]
    public async Task A_new_job_that_is_not_found_yet_is_looked_for_a_while(int appears, int timeout, bool isFound)
    {
        _service.SetJob("j", "running");
        FinishAfter(TimeSpan.FromMinutes(5), "j");
        _service.Before = _ => _clock.Elapsed < TimeSpan.FromSeconds(appears) ? Reply.Error(404) : null;
        var options = new WaitOptions { NotFoundTime = TimeSpan.FromSeconds(timeout) };
        WaitOutcome outcome = Assert.Single(await WaitAsync(["j"], options));
        Assert.Equal(
            isFound ? (null, JobStatus.Succeeded) : (404, null),
            (outcome.Failure?.StatusCode, outcome.Job?.Status)
        );
    }

    [Fact]
    public async Task A_new_job_that_was_seen_and_is_gone_is_not_looked_for()
    {
        _service.SetJob("j", "running");
        _service.Before = _ => _clock.Elapsed > TimeSpan.FromSeconds(2) ? Reply.Error(404) : null;
        WaitOutcome outcome = Assert.Single(
            await WaitAsync(["j"], new WaitOptions { NotFoundTime = TimeSpan.FromMinutes(30) })
        );
        Assert.Equal((404, "running"), (outcome.Failure!.StatusCode, outcome.Job!.Status.Value));
        Assert.InRange(_clock.Elapsed, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5));
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
        using FineTuningClient client = Testing.Client(server, _clock);
        List<WaitOutcome> outcomes = await new JobWaiter(client, new WaitOptions { Timeout = TimeSpan.Zero })
            .WaitAsync(ids)
            .ToListAsync()
            .AsTask()
            .WaitAsync(Testing.Timeout);
        Assert.Equal(ids, outcomes.Select(o => o.JobId));
        Assert.Equal(["j3"], outcomes.Where(o => o.Job is null).Select(o => o.JobId));
    }

    [Fact]
    public async Task A_time_out_in_an_outage_tells_what_was_the_matter()
    {
        _service.SetJob("j", "running");
        _service.Before = _ => _clock.Elapsed > TimeSpan.FromMinutes(1) ? Reply.Error(503, message: "Down.") : null;
        WaitOutcome outcome = Assert.Single(
            await WaitAsync(["j"], new WaitOptions { Timeout = TimeSpan.FromMinutes(10) })
        );
        Assert.True(outcome.TimedOut);
        Assert.Equal("running", outcome.Job!.Status.Value);
        Assert.Equal(503, outcome.Outage!.StatusCode);
    }

    [Fact]
    public async Task A_job_that_ends_between_the_last_look_and_the_time_is_no_time_out()
    {
        _service.SetJob("j", "running");
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
            _service.SetJob(id, id == "j29" ? "succeeded" : "running");
        }

        await using StubServer server = _service.Serve();
        using FineTuningClient client = Testing.Client(server, _clock);
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
        _service.SetJob("a", "running");
        _service.SetJob("b", "succeeded");
        await using var server = new StubServer(exchange =>
            exchange.Request.Target.EndsWith("/a", StringComparison.Ordinal)
                ? Task.Delay(Timeout.Infinite, exchange.Stopping)
                : exchange.SendAsync(Reply.Json(Testing.Job("b", "succeeded")))
        );
        using FineTuningClient client = Testing.Client(server, _clock);
        WaitOutcome first = await new JobWaiter(client)
            .WaitAsync(["a", "b"])
            .FirstAsync()
            .AsTask()
            .WaitAsync(Testing.Timeout);
        Assert.Equal("b", first.JobId);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(401)]
    public async Task A_job_that_cannot_be_read_any_more_ends_its_own_wait_only(int status)
    {
        _service.SetJob("a", "running");
        _service.SetJob("b", "running");
        FinishAfter(TimeSpan.FromMinutes(10), "b");
        _service.Before = r =>
            r.Target.EndsWith("/a", StringComparison.Ordinal) && _clock.Elapsed > TimeSpan.FromMinutes(1)
                ? Reply.Error(status)
                : null;
        List<WaitOutcome> outcomes = await WaitAsync("a", "b");
        Assert.Equal(["a", "b"], outcomes.Select(o => o.JobId));
        Assert.Equal((status, "running"), (outcomes[0].Failure!.StatusCode, outcomes[0].Job!.Status.Value));
        Assert.Equal(JobStatus.Succeeded, outcomes[1].Job!.Status);
    }

    [Fact]
    public async Task An_estimate_that_jumps_about_keeps_the_interval_within_its_bounds()
    {
        var random = new Random(1);
        _clock.OnDelay = (_, _) =>
        {
            long estimate = random.Next(4) switch
            {
                0 => 0,
                1 => _clock.UtcNow.ToUnixTimeSeconds() + random.Next(-100_000, 100_000),
                2 => _clock.UtcNow.ToUnixTimeSeconds() + random.Next(5),
                _ => 253_402_300_799,
            };
            _service.SetJob(
                "j",
                _clock.Elapsed > TimeSpan.FromMinutes(10) ? "succeeded" : "running",
                $",\"estimated_finish\":{estimate}"
            );
            return Task.CompletedTask;
        };
        _service.SetJob("j", "running");
        await WaitAsync("j");
        Assert.All(_clock.Delays, d => Assert.InRange(d, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Without_a_client_there_is_no_waiter() =>
        Assert.Throws<ArgumentNullException>(() => new JobWaiter(null!));

    private void FinishAfter(TimeSpan time, params string[] ids) =>
        _clock.OnDelay = (_, _) =>
        {
            if (_clock.Elapsed >= time)
            {
                foreach (string id in ids)
                {
                    _service.SetJob(id, "succeeded");
                }
            }

            return Task.CompletedTask;
        };

    private Task<List<WaitOutcome>> WaitAsync(params string[] ids) => WaitAsync(ids, null);

    private async Task<List<WaitOutcome>> WaitAsync(
        string[] ids,
        WaitOptions? options,
        IProgress<WaitProgress>? progress = null
    )
    {
        await using StubServer server = _service.Serve();
        using FineTuningClient client = Testing.Client(server, _clock);
        return await new JobWaiter(client, options)
            .WaitAsync(ids, progress)
            .ToListAsync()
            .AsTask()
            .WaitAsync(Testing.Timeout);
    }
}
