using System.Globalization;
using System.Text;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Http;

/// <summary>Requests that may be sent again, to a server that fails at first.</summary>
public sealed class RetryTests
{
    [Theory]
    [InlineData("Retry-After", "7", 7000)]
    [InlineData("Retry-After", "0", 0)]
    [InlineData("Retry-After", "Sun, 22 Nov 2026 12:00:30 GMT", 30000)]
    [InlineData("Retry-After", "Sun, 22 Nov 2026 11:00:00 GMT", 0)]
    [InlineData("retry-after-ms", "250", 250)]
    [InlineData("retry-after-ms", "1.5", 1.5)]
    [InlineData("Retry-After", "120", 120000)]
    public async Task The_asked_delay_is_waited(string header, string value, double milliseconds)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE");
            var clock = new TestClock();
            await using var server = StubServer.Replies(
                Reply.Error(429).With(header, value),
                Reply.Json(Testing.Job())
            );
            using FineTuningClient client = Testing.Client(server, clock);
            await client.GetJobAsync("ftjob-1");
            Assert.Equal([TimeSpan.FromMilliseconds(milliseconds)], clock.Delays);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public async Task Milliseconds_go_before_seconds()
    {
        var clock = new TestClock();
        await using var server = StubServer.Replies(
            Reply.Error(503).With("Retry-After", "9").With("retry-after-ms", "8000"),
            Reply.Json(Testing.Job())
        );
        using FineTuningClient client = Testing.Client(server, clock);
        await client.GetJobAsync("ftjob-1");
        Assert.Equal([TimeSpan.FromSeconds(8)], clock.Delays);
    }

    [Theory]
    [InlineData("Retry-After", "soon")]
    [InlineData("Retry-After", "-5")]
    [InlineData("Retry-After", "99999999999999999999")]
    [InlineData("retry-after-ms", "-1")]
    [InlineData("retry-after-ms", "NaN")]
    [InlineData("retry-after-ms", "1e300")]
    public async Task A_senseless_delay_is_not_asked_for(string header, string value)
    {
        var clock = new TestClock();
        await using var server = StubServer.Replies(Reply.Error(503).With(header, value), Reply.Json(Testing.Job()));
        using FineTuningClient client = Testing.Client(server, clock);
        await client.GetJobAsync("ftjob-1");
        Assert.InRange(Assert.Single(clock.Delays), TimeSpan.Zero, TimeSpan.FromSeconds(0.5));
    }

    [Fact]
    public async Task A_delay_that_is_too_long_is_reported_and_not_waited()
    {
        var clock = new TestClock();
        await using var server = StubServer.Replies(Reply.Error(429).With("Retry-After", "3600"));
        using FineTuningClient client = Testing.Client(server, clock);
        FineTuningApiException error = await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
        Assert.Equal(TimeSpan.FromHours(1), error.RetryAfter);
        Assert.Empty(clock.Delays);
        Assert.Equal(1, server.Count);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(409)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_read_is_repeated_until_it_works(int status)
    {
        var clock = new TestClock();
        await using var server = StubServer.Replies(
            Reply.Error(status),
            Reply.Error(status),
            Reply.Json(Testing.Job())
        );
        using FineTuningClient client = Testing.Client(server, clock);
        Assert.Equal("ftjob-1", (await client.GetJobAsync("ftjob-1")).Id);
        Assert.Equal(3, server.Count);
        Assert.Equal(2, clock.Delays.Count);
    }

    [Fact]
    public async Task A_read_is_given_up_after_the_last_repeat()
    {
        var clock = new TestClock();
        await using var server = StubServer.Replies(Reply.Error(503, "c", type: "t").With("x-request-id", "req_1"));
        using FineTuningClient client = Testing.Client(server, clock);
        FineTuningApiException error = await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
        Assert.Equal(4, server.Count);
        Assert.Equal(3, clock.Delays.Count);
        Assert.Equal(4, error.Attempts);
        Assert.Equal("No. Tried 4 times.", error.Message);
        Assert.Equal((503, "c", "t", "req_1"), (error.StatusCode, error.Code, error.Type, error.RequestId));
    }

    [Theory]
    [InlineData(400, null)]
    [InlineData(401, null)]
    [InlineData(403, null)]
    [InlineData(404, null)]
    [InlineData(413, null)]
    [InlineData(429, "insufficient_quota")]
    [InlineData(400, "model_not_available")]
    public async Task What_a_repeat_cannot_mend_is_asked_once(int status, string? code)
    {
        var clock = new TestClock();
        await using var server = StubServer.Replies(Reply.Error(status, code).With("Retry-After", "1"));
        using FineTuningClient client = Testing.Client(server, clock);
        await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
        Assert.Equal(1, server.Count);
        Assert.Empty(clock.Delays);
    }

    [Fact]
    public async Task No_repeat_begins_after_the_time_for_them()
    {
        var clock = new TestClock();
        await using var server = StubServer.Replies(Reply.Error(503).With("Retry-After", "30"));
        using var client = new FineTuningClient(
            Testing.Options(server, clock) with
            {
                MaxRetryCount = 20,
                RetryTime = TimeSpan.FromSeconds(65),
            },
            null
        );
        FineTuningApiException error = await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
        Assert.Equal(3, error.Attempts);
        Assert.Equal(TimeSpan.FromSeconds(60), clock.Elapsed);
    }

    [Fact]
    public async Task The_time_for_repeats_begins_with_the_first_failure()
    {
        // An upload of an hour must not lose its repeats to its own length.
        var clock = new TestClock();
        await using var server = new StubServer(async exchange =>
        {
            if (exchange.Number == 1)
            {
                await clock.DelayAsync(TimeSpan.FromHours(1), default);
            }

            await exchange.SendAsync(exchange.Number == 1 ? Reply.Error(503) : Reply.Json(Testing.Job()));
        });
        using var client = new FineTuningClient(
            Testing.Options(server, clock) with
            {
                RetryTime = TimeSpan.FromMinutes(1),
            },
            null
        );
        await client.GetJobAsync("ftjob-1");
        Assert.Equal(2, server.Count);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_keeps_its_status_and_the_name_of_the_request()
    {
        await using var server = StubServer.Replies(
            Reply.Json("{\"id\":").With("x-request-id", "req_9") with
            {
                Length = 500,
                Ending = Ending.Close,
            }
        );
        using var client = new FineTuningClient(Testing.Options(server) with { MaxRetryCount = 0 }, null);
        FineTuningApiException error = await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
        Assert.Equal((ApiErrorKind.ConnectionLost, 200, "req_9"), (error.Kind, error.StatusCode, error.RequestId));
        Assert.Contains("broke inside its answer (200)", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ResponseEnded", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_repeats_a_request_is_sent_once()
    {
        await using var server = StubServer.Replies(Reply.Error(503), Reply.Json(Testing.Job()));
        using var client = new FineTuningClient(Testing.Options(server) with { MaxRetryCount = 0 }, null);
        FineTuningApiException error = await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
        Assert.Equal(1, error.Attempts);
        Assert.Equal(1, server.Count);
    }

    [Fact]
    public async Task A_reset_and_a_cut_body_are_repeated_too()
    {
        await using var server = StubServer.Replies(
            Reply.Reset,
            Reply.Json("{\"id\":") with
            {
                Length = 500,
                Ending = Ending.Reset,
            },
            Reply.Json("{\"id\":") with
            {
                Length = 500,
                Ending = Ending.Close,
            },
            Reply.Json(Testing.Job())
        );
        using FineTuningClient client = Testing.Client(server);
        Assert.Equal("ftjob-1", (await client.GetJobAsync("ftjob-1")).Id);
        Assert.Equal(4, server.Count);
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("cancel")]
    [InlineData("pause")]
    public async Task A_change_over_a_used_connection_is_repeated_by_nobody_but_the_client(string change)
    {
        await using var server = StubServer.Replies(Reply.Json(Testing.Job()), Reply.Close, Reply.Json(Testing.Job()));
        using var client = new FineTuningClient(
            Testing.Options(server) with
            {
                MaxRetryCount = 0,
            },
            Testing.Credential()
        );
        await client.GetJobAsync("ftjob-1");
        FineTuningApiException error = await Testing.FailsAsync(() =>
            change switch
            {
                "delete" => client.DeleteFileAsync("file-1"),
                "cancel" => client.CancelJobAsync("ftjob-1"),
                _ => client.PauseJobAsync("ftjob-1"),
            }
        );
        Assert.Equal(ApiErrorKind.ConnectionLost, error.Kind);
        Assert.Equal(2, server.Count);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named()
    {
        await using var server = new StubServer(_ => Task.CompletedTask, start: false);
        using FineTuningClient client = Testing.Client(server);
        FineTuningApiException error = await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
        Assert.Equal(ApiErrorKind.ConnectionFailed, error.Kind);
        Assert.StartsWith($"No connection to 127.0.0.1:{server.Port}: ", error.Message, StringComparison.Ordinal);
        Assert.Null(error.StatusCode);
        Assert.Equal(4, error.Attempts);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_a_connection_failure()
    {
        var options = new ClientOptions
        {
            Endpoint = new Uri("https://no-such-host.invalid/v1"),
            MaxRetryCount = 1,
            Clock = new TestClock(),
        };
        using var client = new FineTuningClient(options, null);
        FineTuningApiException error = await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
        Assert.Equal(ApiErrorKind.ConnectionFailed, error.Kind);
        Assert.Equal(2, error.Attempts);
    }

    [Fact]
    public async Task An_upload_opens_its_stream_for_each_attempt()
    {
        byte[] content = Encoding.UTF8.GetBytes("{\"messages\":[]}\n");
        var opened = new List<TrackedStream>();
        await using var server = StubServer.Replies(Reply.Reset, Reply.Error(503), Reply.Json("""{"id":"file-1"}"""));
        using FineTuningClient client = Testing.Client(server);
        FileResource file = await client.CreateFileAsync(
            () =>
            {
                var stream = new TrackedStream(content);
                opened.Add(stream);
                return stream;
            },
            "a.jsonl",
            "fine-tune"
        );
        Assert.Equal("file-1", file.Id);
        Assert.Equal(3, opened.Count);
        Assert.All(opened, s => Assert.True(s.IsDisposed));
        Assert.Equal(3, server.Count);
        Assert.All(server.Requests, r => Assert.Contains("{\"messages\":[]}\n", r.Text, StringComparison.Ordinal));
    }

    private sealed class TrackedStream(byte[] content) : MemoryStream(content)
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
