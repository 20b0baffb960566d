using FineTuning.Core.Client;
using FineTuning.Core.Http;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Client;

/// <summary>What an observer of requests gets to see.</summary>
public sealed class ObserverTests
{
    [Fact]
    public async Task An_observer_sees_the_way_of_a_request_without_the_key()
    {
        await using var server = StubServer.Replies(
            Reply.Error(503).With("x-request-id", "req_1"),
            Reply.Json($$"""{"reward":1,"note":"{{Testing.Key}}"}""").With("x-request-id", "req_2")
        );
        using FineTuningClient client = Testing.Client(server);
        var observer = new Observer { WantsBodies = true };
        await client
            .WithObserver(observer)
            .RunGraderAsync(
                new GraderRunRequest { Grader = Testing.Parse("{}"), ModelSample = "my key is " + Testing.Key }
            );

        Assert.Equal(
            [
                "Sending 1",
                "Answered 1 503 req_1",
                "Answered 1 503 +body",
                "Retrying 1 503 req_1",
                "Sending 2",
                "Answered 2 200 req_2",
                "Answered 2 200 +body",
            ],
            observer.Traces.Select(t =>
                string.Concat(
                    t.Kind,
                    " ",
                    t.Attempt,
                    t.StatusCode is int s ? " " + s : null,
                    t.RequestId is string r ? " " + r : null,
                    t.Kind == ApiTraceKind.Answered && t.Body is not null ? " +body" : null
                )
            )
        );
        Assert.All(observer.Traces, t => Assert.Equal("POST", t.Method));
        Assert.Contains("my key is [redacted]", observer.Traces[0].Body, StringComparison.Ordinal);
        Assert.All(observer.Traces, t => Assert.DoesNotContain(Testing.Key, t.ToString(), StringComparison.Ordinal));
        Assert.NotNull(observer.Traces[3].Delay);
        Assert.Equal("No.", observer.Traces[3].Reason);
    }

    [Fact]
    public async Task An_observer_that_wants_no_bodies_gets_none()
    {
        await using var server = StubServer.Replies(Reply.Json(Testing.Job()));
        using FineTuningClient client = Testing.Client(server);
        var observer = new Observer();
        await client.WithObserver(observer).CreateJobAsync(new JobCreateRequest { Model = "m", TrainingFile = "f" });
        Assert.Equal([ApiTraceKind.Sending, ApiTraceKind.Answered], observer.Traces.Select(t => t.Kind));
        Assert.All(observer.Traces, t => Assert.Null(t.Body));
    }

    [Fact]
    public async Task A_view_with_an_observer_leaves_the_connections_open()
    {
        await using var server = StubServer.Replies(Reply.Json("""{"id":"x"}"""));
        using FineTuningClient client = Testing.Client(server);
        client.WithObserver(new Observer()).Dispose();
        Assert.Equal("x", (await client.GetModelAsync("m")).Id);
    }

    private sealed class Observer : IApiObserver
    {
        private readonly List<ApiTrace> _traces = [];

        public bool WantsBodies { get; init; }

        public IReadOnlyList<ApiTrace> Traces
        {
            get
            {
                lock (_traces)
                {
                    return [.. _traces];
                }
            }
        }

        public void OnTrace(ApiTrace trace)
        {
            lock (_traces)
            {
                _traces.Add(trace);
            }
        }
    }
}
