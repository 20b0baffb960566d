using System.Globalization;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Http;

/// <summary>What costs money is sent again only if the first was certainly not taken.</summary>
public sealed class RepeatedCreationTests
{
    private static readonly JobCreateRequest s_create = new() { Model = "m", TrainingFile = "file-1" };

    public static TheoryData<string> LostAnswers =>
        ["reset", "close", "cut off", "500", "502", "503", "504", "408", "empty", "html", "truncated", "no id"];

    [Theory]
    [MemberData(nameof(LostAnswers))]
    public async Task A_create_whose_fate_is_not_known_is_never_repeated(string fault)
    {
        Reply reply = fault switch
        {
            "reset" => Reply.Reset,
            "close" => Reply.Close,
            "cut off" => Reply.Json("{\"id\":") with { Length = 500, Ending = Ending.Close },
            "empty" => Reply.Json(""),
            "html" => Reply.Json("<html/>"),
            "truncated" => Reply.Json("{\"id\":\"ftjob"),
            "no id" => Reply.Json("{}"),
            _ => Reply.Error(int.Parse(fault, CultureInfo.InvariantCulture)).With("Retry-After", "1"),
        };
        var clock = new TestClock();
        await using var server = StubServer.Replies(reply, Reply.Json(Testing.Job()));
        using FineTuningClient client = Testing.Client(server, clock);
        FineTuningApiException error = await Testing.FailsAsync(() => client.CreateJobAsync(s_create));
        Assert.Equal(1, server.Count);
        Assert.Equal(1, error.Attempts);
        Assert.Empty(clock.Delays);
        Assert.True(error.MayHaveWorked);
    }

    [Theory]
    [InlineData("close")]
    [InlineData("reset")]
    public async Task A_create_over_a_used_connection_is_never_repeated_either(string fault)
    {
        // The platform's own handler repeats some requests when a connection that has rested turns out to be dead.
        Reply reply = fault == "close" ? Reply.Close : Reply.Reset;
        await using var server = StubServer.Replies(Reply.Json(Testing.Job()), reply, Reply.Json(Testing.Job()));
        using FineTuningClient client = Testing.Client(server);
        await client.GetJobAsync("ftjob-1");
        FineTuningApiException error = await Testing.FailsAsync(() => client.CreateJobAsync(s_create));
        Assert.Equal(ApiErrorKind.ConnectionLost, error.Kind);
        Assert.Equal(["GET", "POST"], server.Requests.Select(r => r.Method));
    }

    [Fact]
    public async Task A_create_is_repeated_after_a_lock()
    {
        await using var server = StubServer.Replies(Reply.Error(409), Reply.Json(Testing.Job("ftjob-7")));
        using FineTuningClient client = Testing.Client(server);
        Assert.Equal("ftjob-7", (await client.CreateJobAsync(s_create)).Id);
        Assert.Equal(2, server.Count);
    }

    [Fact]
    public async Task A_create_is_repeated_after_a_rate_limit_with_its_body_made_anew()
    {
        await using var server = StubServer.Replies(
            Reply.Error(429),
            Reply.Error(429),
            Reply.Json(Testing.Job("ftjob-7"))
        );
        using FineTuningClient client = Testing.Client(server);
        Assert.Equal("ftjob-7", (await client.CreateJobAsync(s_create)).Id);
        Assert.Equal(3, server.Count);
        Assert.All(server.Requests, r => Testing.AssertJson("""{"model":"m","training_file":"file-1"}""", r.Text));
    }

    [Fact]
    public async Task A_create_is_repeated_after_a_refused_connection()
    {
        await using var server = new StubServer(e => e.SendAsync(Reply.Json(Testing.Job("ftjob-7"))), start: false);
        var clock = new TestClock();
        clock.OnDelay = (_, _) =>
        {
            if (clock.Delays.Count == 2)
            {
                server.Start();
            }

            return Task.CompletedTask;
        };
        using FineTuningClient client = Testing.Client(server, clock);
        Assert.Equal("ftjob-7", (await client.CreateJobAsync(s_create)).Id);
        Assert.Equal(1, server.Count);
        Assert.Equal(2, clock.Delays.Count);
    }
}
