using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Http;
using FineTuning.Core.Jobs;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Jobs;

/// <summary>
/// A job that was not seen yet, and a first look that falls into an outage: silence is waited out where the service was
/// heard before, in whatever way, and is an error where it never was. What the service says counts in both.
/// </summary>
public sealed class FirstLookTests
{
    private const string Nobody = "nobody",
        Client = "the client",
        View = "a view of the client",
        Caller = "the caller";

    private static readonly string[] s_ways = ["wait", "follow"];

    private static readonly Dictionary<string, Func<Reply>> s_faults = new()
    {
        ["reset"] = () => Reply.Reset,
        ["close"] = () => Reply.Close,
        ["html"] = () => Reply.Json("<html>Back soon</html>"),
        ["empty"] = () => Reply.Json(string.Empty),
        ["redirect"] = () => new Reply { Status = 302 }.With("Location", "https://example.invalid/maintenance"),
        ["503"] = () => Reply.Error(503),
        ["429"] = () => Reply.Error(429),
        ["401"] = () => Reply.Error(401),
        ["404"] = () => Reply.Error(404),
    };

    /// <summary>The way, the fault of the first ten minutes, who has heard the service before, and the error it ends
    /// with; null where it goes on to the end of the job.</summary>
    public static TheoryData<string, string, string, string?> Looks
    {
        get
        {
            var rows = new TheoryData<string, string, string, string?>();
            foreach (string way in s_ways)
            {
                foreach (string heard in new[] { Nobody, Client, View, Caller })
                {
                    bool isHeard = heard != Nobody;
                    rows.Add(way, "reset", heard, isHeard ? null : nameof(ApiErrorKind.ConnectionLost));
                    rows.Add(way, "close", heard, isHeard ? null : nameof(ApiErrorKind.ConnectionLost));
                    rows.Add(way, "html", heard, isHeard ? null : nameof(ApiErrorKind.InvalidResponse));
                    rows.Add(way, "empty", heard, isHeard ? null : nameof(ApiErrorKind.InvalidResponse));
                    rows.Add(way, "redirect", heard, isHeard ? null : nameof(ApiErrorKind.Redirected));
                    rows.Add(way, "503", heard, null);
                    rows.Add(way, "429", heard, null);
                    rows.Add(way, "401", heard, nameof(ApiErrorKind.AuthenticationFailed));
                    rows.Add(way, "404", heard, nameof(ApiErrorKind.NotFound));
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Silence_is_waited_out_where_the_service_was_heard(
        string way,
        string fault,
        string heard,
        string? error
    )
    {
        var clock = new TestClock();
        var service = new FakeService();
        service.SetJob("j", "running");
        service.SetJob("other", "running");
        bool isDown = false;
        service.Before = _ => isDown ? s_faults[fault]() : null;
        await using StubServer server = service.Serve();
        using FineTuningClient client = Testing.Client(server, clock);
        if (heard is Client or View)
        {
            FineTuningClient asked = heard == View ? client.WithObserver(new Deaf()) : client;
            await asked.GetJobAsync("other");
        }

        isDown = true;
        clock.OnDelay = (_, _) =>
        {
            if (isDown && clock.Elapsed > TimeSpan.FromMinutes(10))
            {
                isDown = false;
                service.SetJob("j", "succeeded");
            }

            return Task.CompletedTask;
        };
        var outages = new Reports<ServiceOutage>();
        FineTuningApiException? failure = await RunAsync(way, client, heard == Caller, outages);

        Assert.Equal(error, failure?.Kind.ToString());
        Assert.Equal(error is null ? 2 : 0, outages.Items.Count);
        if (error is null)
        {
            Assert.InRange(outages.Items[1].Length!.Value.TotalMinutes, 9, 13);
        }
        else
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1));
        }
    }

    [Theory]
    [InlineData("wait", false)]
    [InlineData("wait", true)]
    [InlineData("follow", false)]
    [InlineData("follow", true)]
    public async Task A_refused_connection_at_the_first_look_is_no_other_silence(string way, bool wasReached)
    {
        var clock = new TestClock();
        await using StubServer server = new(
            exchange =>
                exchange.SendAsync(
                    Reply.Json(
                        exchange.Request.Target.Contains("/events", StringComparison.Ordinal)
                            ? Testing.List([])
                            : Testing.Job("j", "succeeded")
                    )
                ),
            start: false
        );
        using FineTuningClient client = Testing.Client(server, clock);
        bool isUp = false;
        clock.OnDelay = (_, _) =>
        {
            if (!isUp && clock.Elapsed > TimeSpan.FromMinutes(10))
            {
                isUp = true;
                server.Start();
            }

            return Task.CompletedTask;
        };
        var outages = new Reports<ServiceOutage>();
        FineTuningApiException? failure = await RunAsync(way, client, wasReached, outages);
        Assert.Equal(wasReached ? null : ApiErrorKind.ConnectionFailed, failure?.Kind);
        Assert.Equal(wasReached ? 2 : 0, outages.Items.Count);
    }

    [Fact]
    public async Task What_only_refuses_was_not_heard()
    {
        await using var server = StubServer.Replies(Reply.Error(404), Reply.Json("<html></html>"), Reply.Reset);
        using FineTuningClient client = Testing.Client(server);
        await Testing.FailsAsync(() => client.GetJobAsync("j"));
        Assert.False(client.WasReached);
    }

    private static async Task<FineTuningApiException?> RunAsync(
        string way,
        FineTuningClient client,
        bool wasReached,
        IProgress<ServiceOutage> outages
    )
    {
        if (way == "wait")
        {
            var options = new WaitOptions { WasReached = wasReached, Outages = outages };
            WaitOutcome outcome = await new JobWaiter(client, options)
                .WaitAsync(["j"])
                .FirstAsync()
                .AsTask()
                .WaitAsync(Testing.Timeout);
            Assert.Equal(outcome.Failure is null ? JobStatus.Succeeded : null, outcome.Job?.Status);
            return outcome.Failure;
        }

        List<FollowedEvent> items = await new EventFollower(client)
            .FollowAsync(["j"], new FollowOptions { WasReached = wasReached, Outages = outages })
            .ToListAsync()
            .AsTask()
            .WaitAsync(Testing.Timeout);
        return Assert.Single(items).Failure;
    }

    private sealed class Deaf : IApiObserver
    {
        public bool WantsBodies => false;

        public void OnTrace(ApiTrace trace) { }
    }
}
