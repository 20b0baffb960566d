using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Http;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Http;

public sealed class AdaptiveRateLimiterTests
{
    private const string Graded =
        """{"reward":0.5,"metadata":{"name":"g","type":"string_check","errors":{},"execution_time":0.1,"scores":{}}}""";

    private static readonly GraderRunRequest s_run = new()
    {
        Grader = Testing.Parse("""{"type":"string_check"}"""),
        ModelSample = "a",
    };

    [Fact]
    public async Task No_more_than_its_width_are_inside_and_the_rest_in_their_order()
    {
        var gate = new AdaptiveRateLimiter(2, new TestClock());
        AdaptiveRateLimiter.Pass first = await gate.EnterAsync(default),
            second = await gate.EnterAsync(default);
        Task<AdaptiveRateLimiter.Pass>[] waiting = [.. Enumerable.Range(0, 3).Select(_ => gate.EnterAsync(default))];
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
        first.Dispose();
        AdaptiveRateLimiter.Pass third = await waiting[0];
        Assert.False(waiting[1].IsCompleted);
        second.Dispose();
        third.Dispose();
        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task One_that_gives_up_takes_no_place()
    {
        var gate = new AdaptiveRateLimiter(1, new TestClock());
        AdaptiveRateLimiter.Pass inside = await gate.EnterAsync(default);
        using var stop = new CancellationTokenSource();
        Task<AdaptiveRateLimiter.Pass> cancelled = gate.EnterAsync(stop.Token);
        Task<AdaptiveRateLimiter.Pass> next = gate.EnterAsync(default);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        inside.Dispose();
        (await next).Dispose();
    }

    [Fact]
    public async Task A_refusal_narrows_it_once_for_all_that_were_on_their_way_and_answers_widen_it()
    {
        var clock = new TestClock();
        var gate = new AdaptiveRateLimiter(10, clock, () => 1);
        AdaptiveRateLimiter.Pass[] passes = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => gate.EnterAsync(default))
        );
        foreach (AdaptiveRateLimiter.Pass pass in passes)
        {
            pass.Refuse(null);
            pass.Dispose();
        }

        Assert.Equal((7, 10), (gate.Width, gate.Refusals));
        for (int i = 0; i < 40; i++)
        {
            AdaptiveRateLimiter.Pass pass = await gate.EnterAsync(default);
            pass.Succeed();
            pass.Dispose();
        }

        Assert.Equal(10, gate.Width);
    }

    [Theory]
    [InlineData(null, new[] { 0.5, 1.0, 2.0, 4.0 })]
    [InlineData(3.0, new[] { 3.0, 3.0, 3.0, 3.0 })]
    public async Task It_stays_closed_as_long_as_the_service_asks_or_longer_each_time(double? asked, double[] expected)
    {
        var clock = new TestClock();
        var gate = new AdaptiveRateLimiter(1, clock, () => 1);
        for (int i = 0; i < expected.Length; i++)
        {
            AdaptiveRateLimiter.Pass pass = await gate.EnterAsync(default);
            pass.Refuse(asked is double seconds ? TimeSpan.FromSeconds(seconds) : null);
            pass.Dispose();
        }

        Assert.Equal(expected, clock.Delays.Select(delay => delay.TotalSeconds));
    }

    [Fact]
    public async Task A_timer_that_ends_too_early_does_not_leave_it_closed()
    {
        var clock = new TestClock();
        clock.OnDelay = (delay, _) =>
        {
            clock.Advance(delay > TimeSpan.FromMilliseconds(1) ? TimeSpan.FromTicks(-5_000) : TimeSpan.Zero);
            return Task.CompletedTask;
        };
        var gate = new AdaptiveRateLimiter(1, clock, () => 1);
        AdaptiveRateLimiter.Pass pass = await gate.EnterAsync(default);
        pass.Refuse(TimeSpan.FromSeconds(1));
        pass.Dispose();

        (await gate.EnterAsync(default).WaitAsync(TimeSpan.FromSeconds(30))).Dispose();
        Assert.Equal([1.0, 0.001], clock.Delays.Select(delay => delay.TotalSeconds));
    }

    [Theory]
    [InlineData("1s", 1.0)]
    [InlineData("20ms", 0.02)]
    [InlineData("1m30.5s", 90.5)]
    [InlineData("2h", 7200.0)]
    [InlineData("", null)]
    [InlineData("5", null)]
    [InlineData("s", null)]
    [InlineData("-1s", null)]
    [InlineData("99h", null)]
    [InlineData("1d", null)]
    public void Durations_are_read_as_services_write_them(string text, double? seconds) =>
        Assert.Equal(seconds, AdaptiveRateLimiter.ReadDuration(text)?.TotalSeconds);

    [Theory]
    [InlineData("0", "10s", "100", 0.1)]
    [InlineData("0", "10s", null, 10.0)]
    [InlineData("1", "10s", "100", null)]
    [InlineData("0", "soon", "100", null)]
    public async Task A_limit_that_is_used_up_closes_it_before_anything_is_refused(
        string remaining,
        string reset,
        string? limit,
        double? seconds
    )
    {
        var clock = new TestClock();
        await using var server = StubServer.Replies(WithHeaders(Reply.Json(Graded)));
        using FineTuningClient client = Testing.Client(server, clock);
        await client.WithGate(new AdaptiveRateLimiter(4, clock)).RunGraderAsync(s_run);
        Assert.Equal(seconds, clock.Delays.Count == 0 ? null : clock.Delays[0].TotalSeconds);

        Reply WithHeaders(Reply reply)
        {
            reply = reply.With("x-ratelimit-remaining-requests", remaining).With("x-ratelimit-reset-requests", reset);
            return limit is null ? reply : reply.With("x-ratelimit-limit-requests", limit);
        }
    }

    [Fact]
    public async Task Many_at_once_obey_a_limit_together_and_none_is_lost()
    {
        // Far more refusals in a row for some of them than a request has repeats.
        int asked = 0;
        await using var server = StubServer.Answers(_ =>
            Interlocked.Increment(ref asked) % 3 == 0 ? Reply.Json(Graded) : Reply.Error(429)
        );
        var clock = new TestClock();
        using FineTuningClient client = Testing.Client(server, clock);
        var gate = new AdaptiveRateLimiter(8, clock);
        GraderRunResource[] answers = await Task.WhenAll(
            Enumerable.Range(0, 60).Select(_ => client.WithGate(gate).RunGraderAsync(s_run))
        );
        Assert.All(answers, answer => Assert.Equal(0.5, answer.Reward));
        Assert.Equal((60 * 3) - 60, gate.Refusals);
    }

    [Fact]
    public async Task A_service_that_lets_nothing_through_is_given_up_after_the_time_for_repeats()
    {
        await using var server = StubServer.Replies(Reply.Error(429, message: "Slow down."));
        var clock = new TestClock();
        using FineTuningClient client = Testing.Client(server, clock);
        FineTuningApiException e = await Assert.ThrowsAsync<FineTuningApiException>(() =>
            client.WithGate(new AdaptiveRateLimiter(2, clock)).RunGraderAsync(s_run)
        );
        Assert.Equal(ApiErrorKind.RateLimited, e.Kind);
        Assert.True(clock.Elapsed >= TimeSpan.FromMinutes(5), $"{clock.Elapsed}");
        Assert.True(clock.Elapsed < TimeSpan.FromMinutes(7), $"{clock.Elapsed}");
    }

    [Fact]
    public async Task A_service_that_asks_for_no_wait_is_not_overrun()
    {
        await using var server = StubServer.Replies(Reply.Error(429).With("Retry-After", "0"));
        var clock = new TestClock();
        using FineTuningClient client = Testing.Client(server, clock);
        await Assert.ThrowsAsync<FineTuningApiException>(() =>
            client.WithGate(new AdaptiveRateLimiter(4, clock)).RunGraderAsync(s_run)
        );
        Assert.InRange(server.Count, 2, 45);
    }

    [Fact]
    public async Task What_is_always_refused_does_not_hold_up_the_others_for_long()
    {
        await using var server = StubServer.Answers(request =>
            request.Text.Contains("poison", StringComparison.Ordinal) ? Reply.Error(429) : Reply.Json(Graded)
        );
        var clock = new TestClock();
        using FineTuningClient whole = Testing.Client(server, clock);
        FineTuningClient client = whole.WithGate(new AdaptiveRateLimiter(4, clock));
        Task<GraderRunResource>[] runs =
        [
            .. Enumerable
                .Range(0, 50)
                .Select(i => client.RunGraderAsync(s_run with { ModelSample = i == 10 ? "poison" : "a" })),
        ];
        FineTuningApiException e = await Assert.ThrowsAsync<FineTuningApiException>(() => Task.WhenAll(runs));
        Assert.Equal(ApiErrorKind.RateLimited, e.Kind);
        Assert.Equal(49, runs.Count(run => run.IsCompletedSuccessfully));
        Assert.InRange(
            server.Requests.Count(request => request.Text.Contains("poison", StringComparison.Ordinal)),
            2,
            40
        );
    }

    [Fact]
    public async Task What_is_larger_than_the_limit_itself_is_not_waited_for()
    {
        await using var server = StubServer.Replies(
            Reply.Error(
                429,
                "rate_limit_exceeded",
                "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 40000."
            )
        );
        using FineTuningClient client = Testing.Client(server);
        FineTuningApiException e = await Assert.ThrowsAsync<FineTuningApiException>(() =>
            client.WithGate(new AdaptiveRateLimiter(4, new TestClock())).RunGraderAsync(s_run)
        );
        Assert.Equal((ApiErrorKind.TooLarge, 1), (e.Kind, server.Count));
    }

    [Theory]
    [InlineData("insufficient_quota", null, 3)]
    [InlineData(null, "600", 3)]
    [InlineData(null, null, 0)]
    public async Task What_waiting_cannot_help_and_what_was_not_wanted_is_not_waited_for(
        string? code,
        string? after,
        int repeats
    )
    {
        await using var server = StubServer.Replies(
            after is null ? Reply.Error(429, code) : Reply.Error(429, code).With("Retry-After", after)
        );
        var clock = new TestClock();
        using FineTuningClient client = new(
            Testing.Options(server, clock) with
            {
                MaxRetryCount = repeats,
            },
            Testing.Credential()
        );
        await Assert.ThrowsAsync<FineTuningApiException>(() =>
            client.WithGate(new AdaptiveRateLimiter(2, clock)).RunGraderAsync(s_run)
        );
        Assert.Equal(1, server.Count);
    }

    [Fact]
    public void A_gate_that_lets_nothing_through_cannot_be_made() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdaptiveRateLimiter(0));
}
