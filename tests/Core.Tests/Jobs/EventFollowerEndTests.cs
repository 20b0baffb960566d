using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Jobs;
using FineTuning.Core.Tests.Support;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Jobs;

/// <summary>Where following begins again, and the last words of a job.</summary>
public sealed class EventFollowerEndTests : EventFollowing
{
    [Theory]
    [InlineData("e99", 100)]
    [InlineData("e249", 250)]
    [InlineData("e0", 1)]
    public async Task A_restart_goes_on_behind_the_event_it_is_given(string after, int next)
    {
        Service.SetJob("j", "succeeded");
        string[] ids = Add(0, 250);
        Assert.Equal(ids[next..], await FollowAsync(after));
    }

    [Fact]
    public async Task A_restart_does_not_read_what_lies_before()
    {
        Service.SetJob("j", "succeeded");
        Add(0, 1000);
        await using StubServer server = Service.Serve();
        using FineTuningClient client = Testing.Client(server, Clock);
        Assert.Single(await new EventFollower(client).FollowAsync("j", "e998").ToListAsync());
        Assert.Equal(2, server.Requests.Count(r => r.Target.Contains("/events", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_job_that_ends_between_two_looks_tells_its_last_words()
    {
        Service.SetJob("j", "running");
        Add(0, 3);
        bool ended = false;
        Clock.OnDelay = (_, _) =>
        {
            if (!ended)
            {
                ended = true;
                Add(3, 2);
                Service.SetJob("j", "failed");
            }

            return Task.CompletedTask;
        };
        Assert.Equal(["e0", "e1", "e2", "e3", "e4"], await FollowAsync());
    }

    [Fact]
    public async Task A_word_after_the_end_is_heard()
    {
        // Some services set the status first and write the last event a moment later.
        Service.SetJob("j", "succeeded");
        Add(0, 1);
        int delays = 0;
        Clock.OnDelay = (_, _) =>
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
        Service.SetJob("j", "succeeded", more);
        Add(0, 1);
        int delays = 0;
        Clock.OnDelay = (_, _) =>
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
        Service.SetJob("j", "paused");
        int delays = 0;
        Clock.OnDelay = (_, _) =>
        {
            if (++delays == 100)
            {
                Add(0, 1);
                Service.SetJob("j", "cancelled");
            }

            return Task.CompletedTask;
        };
        Assert.Equal(["e0"], await FollowAsync());
    }

    [Theory]
    [InlineData("e10", true)]
    [InlineData("e10", false)]
    [InlineData("", true)]
    public async Task An_event_that_the_job_does_not_have_is_an_error_that_names_it(string after, bool follows)
    {
        Service.SetJob("j", "running");
        Add(0, 10);
        Service.AddEvent("e10", job: "another");
        await using StubServer server = Service.Serve();
        using FineTuningClient client = Testing.Client(server, Clock);
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

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task The_last_words_of_a_job_whose_end_was_watched_are_waited_for(int delay)
    {
        // They come with the status, or at the next look, when nothing new has come with it.
        Service.SetJob("j", "running");
        Add(0, 1);
        const int End = 5;
        int delays = 0;
        Clock.OnDelay = (_, _) =>
        {
            delays++;
            if (delays == End)
            {
                Service.SetJob("j", "succeeded");
            }

            if (delays == End + delay)
            {
                Add(1, 2);
            }

            return Task.CompletedTask;
        };
        Assert.Equal(3, (await FollowAsync()).Count);
    }
}
