using FineTuning.Core.Errors;
using FineTuning.Core.Jobs;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Jobs;

/// <summary>What of failed looks is an outage, which a wait outlives.</summary>
public sealed class JobWaiterOutageTests : JobWaiting
{
    [Theory]
    [InlineData("reset")]
    [InlineData("503")]
    [InlineData("html")]
    public async Task An_outage_of_ten_hours_is_survived_and_shown(string fault)
    {
        Service.SetJob("j", "running");
        FinishAfter(TimeSpan.FromHours(11), "j");
        Service.Before = _ =>
            Clock.Elapsed > TimeSpan.FromMinutes(30) && Clock.Elapsed < TimeSpan.FromHours(10.5)
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
        Service.SetJob("j", "running");
        Service.Before = _ => Reply.Reset;
        WaitOutcome outcome = Assert.Single(await WaitAsync("j"));
        Assert.Equal(ApiErrorKind.ConnectionLost, outcome.Failure!.Kind);
        Assert.Null(outcome.Job);
    }

    [Fact]
    public async Task An_outage_before_the_second_jobs_first_look_ends_no_wait()
    {
        Service.SetJob("a", "running");
        Service.SetJob("b", "running");
        FinishAfter(TimeSpan.FromMinutes(5), "a", "b");
        bool down = false;
        Service.Before = request =>
        {
            down |= request.Target.EndsWith("/b", StringComparison.Ordinal);
            return down && Clock.Elapsed < TimeSpan.FromMinutes(2) ? Reply.Error(503) : null;
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
        Service.SetJob("j", "running");
        Service.Before = _ => Clock.Elapsed > TimeSpan.FromMinutes(1) ? Reply.Error(status) : null;
        WaitOutcome outcome = Assert.Single(await WaitAsync("j"));
        Assert.Equal(status, outcome.Failure!.StatusCode);
        Assert.Equal("running", outcome.Job!.Status.Value);
        Assert.False(outcome.TimedOut);
    }

    [Fact]
    public async Task An_outage_of_many_jobs_is_told_once_when_it_begins_and_once_when_it_ends()
    {
        string[] ids = [.. Enumerable.Range(0, 20).Select(i => "j" + i)];
        foreach (string id in ids)
        {
            Service.SetJob(id, "running");
        }

        FinishAfter(TimeSpan.FromHours(2), ids);
        Service.Before = _ =>
            Clock.Elapsed > TimeSpan.FromMinutes(30) && Clock.Elapsed < TimeSpan.FromMinutes(40)
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
        Service.SetJob("a", "running");
        Service.SetJob("b", "running");
        FinishAfter(TimeSpan.FromMinutes(30), "a", "b");
        Service.Before = request =>
        {
            int end = request.Target.EndsWith("/a", StringComparison.Ordinal) ? 6 : 20;
            return Clock.Elapsed > TimeSpan.FromMinutes(5) && Clock.Elapsed < TimeSpan.FromMinutes(end)
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
        Service.SetJob("j", "running");
        FinishAfter(TimeSpan.FromMinutes(20), "j");
        Service.Before = _ => Clock.Elapsed < TimeSpan.FromMinutes(10) ? Reply.Error(status) : null;
        var outages = new Reports<ServiceOutage>();
        WaitOutcome outcome = Assert.Single(await WaitAsync(["j"], new WaitOptions { Outages = outages }));
        Assert.Equal(JobStatus.Succeeded, outcome.Job!.Status);
        Assert.Equal(2, outages.Items.Count);
    }

    [Fact]
    public async Task Silence_at_the_first_look_is_an_outage_where_the_service_was_heard_before()
    {
        Service.SetJob("j", "running");
        FinishAfter(TimeSpan.FromMinutes(20), "j");
        Service.Before = _ => Clock.Elapsed < TimeSpan.FromMinutes(10) ? Reply.Reset : null;
        Assert.Equal(
            JobStatus.Succeeded,
            Assert.Single(await WaitAsync(["j"], new WaitOptions { WasReached = true })).Job!.Status
        );
    }

    [Fact]
    public async Task Silence_about_the_first_job_is_an_outage_where_the_second_one_is_seen()
    {
        Service.SetJob("a", "running");
        Service.SetJob("b", "running");
        FinishAfter(TimeSpan.FromMinutes(5), "a", "b");
        int silences = 0;
        Service.Before = r => r.Target.EndsWith("/a", StringComparison.Ordinal) && silences++ < 4 ? Reply.Reset : null;
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
        Service.SetJob("j", "running");
        FinishAfter(TimeSpan.FromMinutes(30), "j");
        Service.Before = _ =>
            Clock.Elapsed < TimeSpan.FromMinutes(1) || Clock.Elapsed > TimeSpan.FromMinutes(9)
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
    public async Task A_time_out_in_an_outage_tells_what_was_the_matter()
    {
        Service.SetJob("j", "running");
        Service.Before = _ => Clock.Elapsed > TimeSpan.FromMinutes(1) ? Reply.Error(503, message: "Down.") : null;
        WaitOutcome outcome = Assert.Single(
            await WaitAsync(["j"], new WaitOptions { Timeout = TimeSpan.FromMinutes(10) })
        );
        Assert.True(outcome.TimedOut);
        Assert.Equal("running", outcome.Job!.Status.Value);
        Assert.Equal(503, outcome.Outage!.StatusCode);
    }
}
