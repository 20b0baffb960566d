using System.Diagnostics;
using System.Text;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Http;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Http;

/// <summary>A cancelled request ends as cancelled wherever it is; one without an answer ends as timed out; one that
/// moves goes on.</summary>
public sealed class CancellationTests
{
    [Fact]
    public async Task Before_anything_is_sent()
    {
        await using var server = StubServer.Replies(Reply.Json(Testing.Job()));
        using FineTuningClient client = Testing.Client(server);
        OperationCanceledException error = await Testing.IsCancelledAsync(() =>
            client.GetJobAsync("ftjob-1", new CancellationToken(true))
        );
        Assert.True(error.CancellationToken.IsCancellationRequested);
        Assert.Equal(0, server.Count);
    }

    [Fact]
    public async Task While_the_connection_is_being_made()
    {
        // The handshake of TLS is a part of it: a server that never says hello keeps the client connecting.
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        int port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        using var client = new FineTuningClient(
            new ClientOptions { Endpoint = new Uri($"https://127.0.0.1:{port}/v1") },
            null
        );
        using var source = new CancellationTokenSource();
        Task call = client.GetJobAsync("ftjob-1", source.Token);
        using (await listener.AcceptSocketAsync().WaitAsync(Testing.Timeout))
        {
            Assert.False(call.IsCompleted);
            await source.CancelAsync();
            await Testing.IsCancelledAsync(() => call);
        }
    }

    [Fact]
    public async Task While_waiting_for_headers()
    {
        using var source = new CancellationTokenSource();
        await using var server = new StubServer(async exchange =>
        {
            await source.CancelAsync();
            await exchange.StallAsync();
        });
        using FineTuningClient client = Testing.Client(server);
        OperationCanceledException error = await Testing.IsCancelledAsync(() =>
            client.GetJobAsync("ftjob-1", source.Token)
        );
        Assert.Equal(source.Token, error.CancellationToken);
        Assert.Equal(1, server.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Content-Encoding: gzip\r\n")]
    public async Task While_reading_a_body(string encoding)
    {
        using var source = new CancellationTokenSource();
        await using var server = new StubServer(async exchange =>
        {
            await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n{encoding}\r\n");
            await exchange.SendAsync(encoding.Length > 0 ? Reply.Gzip(Testing.Job())[..20] : "{\"id\":"u8.ToArray());
            await exchange.StallAsync();
        });
        using FineTuningClient client = Testing.Client(server);
        var observer = new CancelWhenAnswered(source);
        OperationCanceledException error = await Testing.IsCancelledAsync(() =>
            client.WithObserver(observer).GetJobAsync("ftjob-1", source.Token)
        );
        Assert.Equal(source.Token, error.CancellationToken);
    }

    [Fact]
    public async Task While_reading_an_error()
    {
        using var source = new CancellationTokenSource();
        await using var server = new StubServer(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 500 Oh\r\nContent-Length: 500\r\n\r\n{\"error\":");
            await exchange.StallAsync();
        });
        using FineTuningClient client = Testing.Client(server);
        var observer = new CancelWhenAnswered(source);
        await Testing.IsCancelledAsync(() => client.WithObserver(observer).GetJobAsync("ftjob-1", source.Token));
        Assert.Equal(1, server.Count);
    }

    [Fact]
    public async Task While_downloading()
    {
        using var source = new CancellationTokenSource();
        await using var server = new StubServer(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nsome");
            await exchange.StallAsync();
        });
        using FineTuningClient client = Testing.Client(server);
        using var target = new MemoryStream();
        await Testing.IsCancelledAsync(() =>
            client.GetFileContentAsync("file-1", target, new Call<long>(_ => source.Cancel()), source.Token)
        );
        Assert.Equal("some", Encoding.ASCII.GetString(target.ToArray()));
    }

    [Fact]
    public async Task While_uploading()
    {
        using var source = new CancellationTokenSource();
        await using var server = new StubServer(
            exchange => Task.Delay(Timeout.Infinite, exchange.Stopping),
            scriptReadsBody: true
        );
        using FineTuningClient client = Testing.Client(server);
        var stream = new PatternStream(1L << 40);
        Task call = client.CreateFileAsync(
            () => stream,
            "a.jsonl",
            "fine-tune",
            new Call<long>(_ => source.Cancel()),
            source.Token
        );
        OperationCanceledException error = await Testing.IsCancelledAsync(() => call);
        Assert.Equal(source.Token, error.CancellationToken);
        Assert.True(stream.IsDisposed);
    }

    [Fact]
    public async Task While_the_stream_of_an_upload_gives_nothing()
    {
        using var source = new CancellationTokenSource();
        await using var server = new StubServer(exchange => exchange.ReadBodyAsync(), scriptReadsBody: true);
        using FineTuningClient client = Testing.Client(server);
        var stream = new SlowStream(async token =>
        {
            await source.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
            return 0;
        });
        await Testing.IsCancelledAsync(() =>
            client.CreateFileAsync(() => stream, "a.jsonl", "fine-tune", null, source.Token)
        );
    }

    [Fact]
    public async Task During_the_back_off()
    {
        using var source = new CancellationTokenSource();
        var clock = new TestClock
        {
            OnDelay = async (_, token) =>
            {
                await source.CancelAsync();
                await Task.Delay(Timeout.Infinite, token);
            },
        };
        await using var server = StubServer.Replies(Reply.Error(503));
        using FineTuningClient client = Testing.Client(server, clock);
        await Testing.IsCancelledAsync(() => client.GetJobAsync("ftjob-1", source.Token));
        Assert.Equal(1, server.Count);
    }

    [Fact]
    public async Task During_the_back_off_by_the_machines_own_clock()
    {
        using var source = new CancellationTokenSource();
        await using var server = StubServer.Replies(Reply.Error(503).With("Retry-After", "120"));
        using FineTuningClient client = Testing.Client(server, SystemClock.Instance);
        var observer = new CancelWhenAnswered(source, ApiTraceKind.Retrying);
        await Testing.IsCancelledAsync(() => client.WithObserver(observer).GetJobAsync("ftjob-1", source.Token));
        Assert.Equal(1, server.Count);
    }

    [Fact]
    public async Task What_is_cancelled_does_not_harm_the_next_request()
    {
        using var source = new CancellationTokenSource();
        await using var server = new StubServer(async exchange =>
        {
            if (exchange.Number == 1)
            {
                await source.CancelAsync();
                await exchange.StallAsync();
            }

            await exchange.SendAsync(Reply.Json(Testing.Job()));
        });
        using FineTuningClient client = Testing.Client(server);
        await Testing.IsCancelledAsync(() => client.GetJobAsync("ftjob-1", source.Token));
        Assert.Equal("ftjob-1", (await client.GetJobAsync("ftjob-1")).Id);
    }

    [Fact]
    public async Task No_answer_in_time_is_a_time_out_and_no_cancellation()
    {
        await using var server = new StubServer(exchange => exchange.StallAsync());
        using var client = new FineTuningClient(
            Testing.Options(server) with
            {
                Timeout = TimeSpan.FromMilliseconds(50),
                MaxRetryCount = 1,
            },
            null
        );
        FineTuningApiException error = await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
        Assert.Equal(ApiErrorKind.Timeout, error.Kind);
        Assert.Null(error.StatusCode);
        Assert.Equal(2, error.Attempts);
        Assert.False(error.MayHaveWorked);
        Assert.True(error.IsRead);
        Assert.StartsWith($"127.0.0.1:{server.Port} did not answer within 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_create_that_timed_out_is_not_sent_again()
    {
        await using var server = new StubServer(exchange => exchange.StallAsync());
        using var client = new FineTuningClient(
            Testing.Options(server) with
            {
                Timeout = TimeSpan.FromMilliseconds(250),
            },
            null
        );
        FineTuningApiException error = await Testing.FailsAsync(() =>
            client.CreateJobAsync(new JobCreateRequest { Model = "m", TrainingFile = "f" })
        );
        Assert.Equal(ApiErrorKind.Timeout, error.Kind);
        Assert.InRange(server.Count, 0, 1);
        Assert.Equal(1, error.Attempts);
    }

    [Fact]
    public async Task A_body_that_stops_is_a_time_out()
    {
        await using var server = new StubServer(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{");
            await exchange.StallAsync();
        });
        using var client = new FineTuningClient(
            Testing.Options(server) with
            {
                Timeout = TimeSpan.FromMilliseconds(50),
                MaxRetryCount = 0,
            },
            null
        );
        Assert.Equal(ApiErrorKind.Timeout, (await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"))).Kind);
    }

    [Fact]
    public async Task An_error_whose_words_stop_keeps_its_status()
    {
        await using var server = new StubServer(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 401 No\r\nContent-Length: 500\r\n\r\n{");
            await exchange.StallAsync();
        });
        // Long enough for the headers on a busy machine.
        using var client = new FineTuningClient(
            Testing.Options(server) with
            {
                Timeout = TimeSpan.FromSeconds(2),
                MaxRetryCount = 0,
            },
            null
        );
        FineTuningApiException error = await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
        Assert.Equal((ApiErrorKind.AuthenticationFailed, 401), (error.Kind, error.StatusCode));
    }

    [Fact]
    public async Task A_slow_download_that_moves_does_not_time_out()
    {
        // Real time, which the attempt counts in: long enough that a busy machine does not stand still for all of it.
        var timeout = TimeSpan.FromSeconds(3);
        var watch = Stopwatch.StartNew();
        int sent = 0;
        await using var server = new StubServer(async exchange =>
        {
            // The script is a slow server: it gives a byte now and then until the whole has taken longer than the
            // time-out.
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (; watch.Elapsed < timeout * 1.2; sent++)
            {
                await exchange.SendAsync("1\r\nx\r\n");
                await Task.Delay(20, exchange.Stopping);
            }

            await exchange.SendAsync("0\r\n\r\n");
        });
        using var client = new FineTuningClient(
            Testing.Options(server) with
            {
                Timeout = timeout,
                MaxRetryCount = 0,
            },
            null
        );
        using var target = new MemoryStream();
        long count = await client.GetFileContentAsync("file-1", target).WaitAsync(Testing.Timeout);
        Assert.Equal(sent, count);
        Assert.True(watch.Elapsed > timeout);
    }

    [Fact]
    public async Task A_slow_upload_that_moves_does_not_time_out()
    {
        // Real time, which the attempt counts in: long enough that a busy machine does not stand still for all of it.
        var timeout = TimeSpan.FromSeconds(3);
        var watch = Stopwatch.StartNew();
        await using var server = StubServer.Replies(Reply.Json("""{"id":"file-1"}"""));
        using var client = new FineTuningClient(
            Testing.Options(server) with
            {
                Timeout = timeout,
                MaxRetryCount = 0,
            },
            null
        );
        var stream = new SlowStream(async token =>
        {
            await Task.Delay(20, token);
            return watch.Elapsed < timeout * 1.2 ? 1 : 0;
        });
        await client.CreateFileAsync(() => stream, "a.jsonl", "fine-tune").WaitAsync(Testing.Timeout);
        Assert.True(watch.Elapsed > timeout);
        Assert.Equal("chunked", Assert.Single(server.Requests)["Transfer-Encoding"]);
    }

    private sealed class CancelWhenAnswered(CancellationTokenSource source, ApiTraceKind kind = ApiTraceKind.Answered)
        : IApiObserver
    {
        public bool WantsBodies => false;

        public void OnTrace(ApiTrace trace)
        {
            if (trace.Kind == kind)
            {
                // From another thread, while this one goes on to read.
                source.CancelAfter(TimeSpan.FromMilliseconds(20));
            }
        }
    }
}
