using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Jobs;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Jobs;

/// <summary>What becomes of each job, and in which order it is told.</summary>
public sealed class JobWaiterTests : JobWaiting
{
    [Theory]
    [InlineData("succeeded")]
    [InlineData("failed")]
    [InlineData("cancelled")]
    [InlineData("canceled")]
    public async Task A_finished_job_is_an_outcome_at_once(string status)
    {
        Service.SetJob("j", status);
        WaitOutcome outcome = Assert.Single(await WaitAsync("j"));
        Assert.Equal(("j", status, false), (outcome.JobId, outcome.Job!.Status.Value, outcome.TimedOut));
        Assert.Null(outcome.Failure);
        Assert.Empty(Clock.Delays);
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
        Service.SetJob("j", way[0]);
        Clock.OnDelay = (_, _) =>
        {
            Service.SetJob("j", way[++step]);
            return Task.CompletedTask;
        };
        Assert.Equal(JobStatus.Succeeded, Assert.Single(await WaitAsync("j")).Job!.Status);
        Assert.Equal(way.Length - 1, step);
    }

    [Fact]
    public async Task An_unknown_job_is_an_outcome_and_the_others_go_on()
    {
        Service.SetJob("j", "running");
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
            Service.SetJob(id, "running");
        }

        // The last one ends first.
        Clock.OnDelay = (_, _) =>
        {
            for (int i = 0; i < ids.Length; i++)
            {
                if (Clock.Elapsed >= TimeSpan.FromMinutes(ids.Length - i))
                {
                    Service.SetJob(ids[i], i % 2 == 0 ? "succeeded" : "failed");
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
        Service.SetJob("j", "succeeded");
        await using StubServer server = Service.Serve();
        using FineTuningClient client = Testing.Client(server, Clock);
        Assert.Single(await new JobWaiter(client).WaitAsync(["j", "j", "j"]).ToListAsync());
        Assert.Equal(1, server.Count);
    }

    [Fact]
    public async Task No_jobs_are_no_wait()
    {
        Assert.Empty(await WaitAsync());
        Assert.Empty(Clock.Delays);
    }

    [Fact]
    public async Task Progress_has_the_latest_numbers_of_a_running_job()
    {
        Service.SetJob("j", "running");
        Service.AddEvent("e1", more: ""","data":{"step":1,"train_loss":2.5}""");
        Service.AddEvent("e2", message: "New checkpoint created");
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
        Service.SetJob("j", "running");
        FinishAfter(TimeSpan.FromSeconds(5), "j");
        await using StubServer server = Service.Serve();
        using FineTuningClient client = Testing.Client(server, Clock);
        await new JobWaiter(client).WaitAsync(["j"]).ToListAsync();
        Assert.DoesNotContain(server.Requests, r => r.Target.Contains("events", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(503)]
    public async Task Events_that_cannot_be_read_end_no_wait(int status)
    {
        Service.SetJob("j", "running");
        FinishAfter(TimeSpan.FromMinutes(1), "j");
        Service.Before = r => r.Target.Contains("/events", StringComparison.Ordinal) ? Reply.Error(status) : null;
        var progress = new Reports<WaitProgress>();
        WaitOutcome outcome = Assert.Single(await WaitAsync(["j"], null, progress));
        Assert.Equal(JobStatus.Succeeded, outcome.Job!.Status);
        Assert.All(progress.Items, p => Assert.Null(p.Latest));
    }

    [Fact]
    public async Task A_cancelled_wait_ends_as_cancelled_and_changes_nothing()
    {
        using var source = new CancellationTokenSource();
        Service.SetJob("j", "running");
        Clock.OnDelay = async (_, token) =>
        {
            await source.CancelAsync();
            token.ThrowIfCancellationRequested();
        };
        await using StubServer server = Service.Serve();
        using FineTuningClient client = Testing.Client(server, Clock);
        await Testing.IsCancelledAsync(() =>
            new JobWaiter(client).WaitAsync(["j"], null, source.Token).ToListAsync().AsTask()
        );
        Assert.All(server.Requests, r => Assert.Equal("GET", r.Method));
    }

    [Fact]
    public async Task A_paused_job_is_told_in_progress()
    {
        Service.SetJob("j", "paused");
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
        using FineTuningClient client = Testing.Client(server, Clock);
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
            Service.SetJob(id, "succeeded");
        }

        int asked = 0;
        bool isNinth = false;
        using SemaphoreSlim eight = new(0),
            ninth = new(0);
        Service.Before = _ =>
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
    [InlineData(20, 30, true)]
    [InlineData(20, 0, false)]
    [InlineData(40, 30, false)]
    public async Task A_new_job_that_is_not_found_yet_is_looked_for_a_while(int appears, int timeout, bool isFound)
    {
        Service.SetJob("j", "running");
        FinishAfter(TimeSpan.FromMinutes(5), "j");
        Service.Before = _ => Clock.Elapsed < TimeSpan.FromSeconds(appears) ? Reply.Error(404) : null;
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
        Service.SetJob("j", "running");
        Service.Before = _ => Clock.Elapsed > TimeSpan.FromSeconds(2) ? Reply.Error(404) : null;
        WaitOutcome outcome = Assert.Single(
            await WaitAsync(["j"], new WaitOptions { NotFoundTime = TimeSpan.FromMinutes(30) })
        );
        Assert.Equal((404, "running"), (outcome.Failure!.StatusCode, outcome.Job!.Status.Value));
        Assert.InRange(Clock.Elapsed, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(401)]
    public async Task A_job_that_cannot_be_read_any_more_ends_its_own_wait_only(int status)
    {
        Service.SetJob("a", "running");
        Service.SetJob("b", "running");
        FinishAfter(TimeSpan.FromMinutes(10), "b");
        Service.Before = r =>
            r.Target.EndsWith("/a", StringComparison.Ordinal) && Clock.Elapsed > TimeSpan.FromMinutes(1)
                ? Reply.Error(status)
                : null;
        List<WaitOutcome> outcomes = await WaitAsync("a", "b");
        Assert.Equal(["a", "b"], outcomes.Select(o => o.JobId));
        Assert.Equal((status, "running"), (outcomes[0].Failure!.StatusCode, outcomes[0].Job!.Status.Value));
        Assert.Equal(JobStatus.Succeeded, outcomes[1].Job!.Status);
    }

    [Fact]
    public void Without_a_client_there_is_no_waiter() =>
        Assert.Throws<ArgumentNullException>(() => new JobWaiter(null!));
}
