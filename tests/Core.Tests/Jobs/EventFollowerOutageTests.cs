using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Jobs;
using FineTuning.Core.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Jobs;

/// <summary>Failures while a job is followed: which are waited out, and which end it.</summary>
public sealed class EventFollowerOutageTests : EventFollowing
{
    [Theory]
    [InlineData("reset")]
    [InlineData("503")]
    [InlineData("html")]
    public async Task An_outage_is_waited_out_and_shown(string fault)
    {
        Service.SetJob("j", "running");
        var expected = new List<string>(Add(0, 5));
        bool isDown = false;
        int looks = 0;
        Clock.OnDelay = (_, _) =>
        {
            isDown = Clock.Elapsed > TimeSpan.FromMinutes(1) && Clock.Elapsed < TimeSpan.FromHours(1);
            looks++;
            if (looks % 20 == 0 && Clock.Elapsed < TimeSpan.FromHours(1))
            {
                expected.AddRange(Add(expected.Count, 30));
            }
            else if (Clock.Elapsed > TimeSpan.FromMinutes(70))
            {
                Service.SetJob("j", "succeeded");
            }

            return Task.CompletedTask;
        };
        Service.Before = _ =>
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
        Service.SetJob("j", "running");
        var expected = new List<string>(Add(0, 5));
        int failures = 0;
        int round = 0;
        Clock.OnDelay = (_, _) =>
        {
            if (++round == 1)
            {
                expected.AddRange(Add(5, 250));
            }

            if (round == 40)
            {
                Service.SetJob("j", "succeeded");
            }

            return Task.CompletedTask;
        };
        Service.Before = r =>
            r.Target.Contains("after=", StringComparison.Ordinal) && failures++ < 12 ? Reply.Error(503) : null;
        Assert.Equal(expected, await FollowAsync());
        Assert.True(failures > 12);
    }

    [Fact]
    public async Task An_unknown_job_is_an_error_at_once()
    {
        FineTuningApiException error = await Testing.FailsAsync(() => FollowAsync());
        Assert.Equal(ApiErrorKind.NotFound, error.Kind);
        Assert.Empty(Clock.Delays);
    }

    [Fact]
    public async Task A_server_that_is_away_from_the_beginning_is_an_error()
    {
        Service.Before = _ => Reply.Reset;
        Assert.Equal(ApiErrorKind.ConnectionLost, (await Testing.FailsAsync(() => FollowAsync())).Kind);
    }

    [Fact]
    public async Task What_no_repeat_can_mend_ends_the_following()
    {
        Service.SetJob("j", "running");
        Service.Before = _ => Clock.Delays.Count > 3 ? Reply.Error(401) : null;
        Assert.Equal(ApiErrorKind.AuthenticationFailed, (await Testing.FailsAsync(() => FollowAsync())).Kind);
    }

    [Fact]
    public async Task A_service_that_ignores_the_cursor_is_an_error_and_not_an_endless_list()
    {
        Service.SetJob("j", "running");
        string page = Testing.List(Enumerable.Range(0, 100).Select(i => Testing.Event("e" + i)), more: true);
        Service.Before = r =>
            r.Target.Contains("/events", StringComparison.Ordinal) && Clock.Elapsed < TimeSpan.FromMinutes(1)
                ? Reply.Json(page)
                : null;
        await using StubServer server = Service.Serve();
        using FineTuningClient client = Testing.Client(server, Clock);
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
        Assert.Empty(Clock.Delays);
    }

    [Fact]
    public async Task A_job_that_cannot_be_followed_ends_no_other_ones_following()
    {
        Service.SetJob("j", "succeeded");
        Add(0, 3);
        await using StubServer server = Service.Serve();
        using FineTuningClient client = Testing.Client(server, Clock);
        List<FollowedEvent> items = await new EventFollower(client)
            .FollowAsync(["nobody", "j", "j"], null)
            .ToListAsync();
        Assert.Equal(["nobody", "j", "j", "j", "j"], items.Select(i => i.JobId));
        Assert.Equal(404, items[0].Failure!.StatusCode);
        Assert.Equal(["e0", "e1", "e2"], items.Skip(1).Take(3).Select(i => i.Event!.Id));
        Assert.Equal((null, null), (items[4].Event, items[4].Failure));
    }
}
