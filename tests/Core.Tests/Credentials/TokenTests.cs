using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Errors;
using FineTuning.Core.Http;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Credentials;

public sealed class TokenTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public async Task One_token_serves_until_five_minutes_before_its_end()
    {
        var source = new Source(n => new AccessToken(Testing.Secure($"token-{n}"), _clock.UtcNow.AddHours(1)));
        await using var server = StubServer.Answers(_ => Reply.Json(status: 200, body: Testing.List([])));
        using var credential = new TokenCredential(source, null, _clock);
        using var client = new FineTuningClient(Testing.Options(server, _clock), credential);
        await client.ListJobsAsync();
        _clock.Advance(TimeSpan.FromMinutes(54));
        await client.ListJobsAsync();
        Assert.Equal(1, source.Count);
        _clock.Advance(TimeSpan.FromMinutes(2));
        await client.ListJobsAsync();
        Assert.Equal(
            ["Bearer token-1", "Bearer token-1", "Bearer token-2"],
            server.Requests.Select(r => r["Authorization"])
        );
    }

    [Fact]
    public async Task A_source_that_gives_short_tokens_is_not_asked_for_each_request()
    {
        var source = new Source(n => new AccessToken(Testing.Secure($"token-{n}"), _clock.UtcNow.AddMinutes(2)));
        using var credential = new TokenCredential(source, null, _clock);
        for (int i = 0; i < 10; i++)
        {
            await credential.AcquireAsync(null, default);
        }

        Assert.Equal(1, source.Count);
        _clock.Advance(TimeSpan.FromSeconds(31));
        await credential.AcquireAsync(null, default);
        Assert.Equal(2, source.Count);
    }

    [Fact]
    public async Task A_refused_token_is_renewed_once_even_for_a_creation()
    {
        var source = new Source(n => new AccessToken(Testing.Secure($"token-{n}"), null));
        await using var server = StubServer.Answers(r =>
            r["Authorization"] == "Bearer token-2"
                ? Reply.Json(status: 200, body: Testing.Job())
                : Reply.Json(status: 401, body: """{"error":{"message":"expired"}}""")
        );
        using var credential = new TokenCredential(source, new AccessToken(Testing.Secure("token-0"), null), _clock);
        using var client = new FineTuningClient(Testing.Options(server, _clock), credential);
        FineTuningApiException refused = await Testing.FailsAsync(() =>
            client.CreateJobAsync(new JobCreateRequest { Model = "m", TrainingFile = "f" })
        );
        Assert.Equal(ApiErrorKind.AuthenticationFailed, refused.Kind);
        Assert.Equal(["Bearer token-0", "Bearer token-1"], server.Requests.Select(r => r["Authorization"]));
        JobResource job = await client.CreateJobAsync(new JobCreateRequest { Model = "m", TrainingFile = "f" });
        Assert.Equal("ftjob-1", job.Id);
        Assert.Equal(2, source.Count);
    }

    [Fact]
    public async Task A_key_that_is_refused_is_not_sent_again()
    {
        await using var server = StubServer.Answers(_ =>
            Reply.Json(status: 401, body: """{"error":{"message":"no"}}""")
        );
        using FineTuningClient client = Testing.Client(server);
        await Testing.FailsAsync(() => client.ListJobsAsync());
        Assert.Equal(1, server.Count);
    }

    [Fact]
    public async Task A_source_that_fails_in_passing_is_asked_again_and_an_old_token_serves_to_its_end()
    {
        int fails = 2;
        var source = new Source(
            AccessToken (n) =>
                fails-- > 0
                    ? throw new FineTuningApiException(ApiErrorKind.TokenUnavailable, "not now")
                    : new AccessToken(Testing.Secure($"token-{n}"), _clock.UtcNow.AddHours(1))
        );
        await using var server = StubServer.Answers(request =>
            Reply.Json(request.Method == "POST" ? Testing.Job() : Testing.List([]))
        );
        using var credential = new TokenCredential(source, null, _clock);
        using var client = new FineTuningClient(Testing.Options(server, _clock), credential);
        await client.CreateJobAsync(new JobCreateRequest { Model = "m", TrainingFile = "f" });
        Assert.Equal((3, 1), (source.Count, server.Count));
        fails = 1;
        _clock.Advance(TimeSpan.FromMinutes(57));
        await client.ListJobsAsync();
        Assert.Equal("Bearer token-3", server.Requests[^1]["Authorization"]);
        Assert.Equal(4, source.Count);
    }

    [Fact]
    public async Task Without_a_token_nothing_is_sent()
    {
        var source = new Source(
            AccessToken (_) =>
                throw new FineTuningApiException(ApiErrorKind.TokenUnavailable, "never")
                {
                    IsLast = true,
                    IsLasting = true,
                }
        );
        await using var server = StubServer.Answers(_ => Reply.Json(status: 200, body: Testing.Job()));
        using var credential = new TokenCredential(source, null, _clock);
        using var client = new FineTuningClient(Testing.Options(server, _clock), credential);
        FineTuningApiException fault = await Testing.FailsAsync(() => client.ListJobsAsync());
        Assert.Equal(
            (ApiErrorKind.TokenUnavailable, false, false),
            (fault.Kind, fault.IsTransient, fault.MayHaveWorked)
        );
        Assert.Equal(0, server.Count);
    }

    [Fact]
    public async Task Many_requests_at_once_fetch_one_token()
    {
        var gate = new TaskCompletionSource<AccessToken>();
        var source = new Source(_ => gate.Task);
        using var credential = new TokenCredential(source, null, _clock);
        Task<RequestAuthorization>[] all =
        [
            .. Enumerable.Range(0, 20).Select(_ => credential.AcquireAsync(null, default)),
        ];
        gate.SetResult(new AccessToken(Testing.Secure("token-1"), null));
        RequestAuthorization[] got = await Task.WhenAll(all).WaitAsync(Testing.Timeout);
        Assert.Single(got.Distinct());
        Assert.Equal(1, source.Count);
    }

    [Fact]
    public async Task Nobody_waits_for_a_source_that_runs_at_another_caller()
    {
        var never = new TaskCompletionSource<AccessToken>();
        var source = new Source(
            Task<AccessToken> (n) =>
                n == 1 ? never.Task : Task.FromResult(new AccessToken(Testing.Secure("token-2"), null))
        )
        {
            RunsAtCaller = true,
        };
        using var credential = new TokenCredential(source, null, _clock);
        Task<RequestAuthorization> first = credential.AcquireAsync(null, default);
        RequestAuthorization second = await credential.AcquireAsync(null, default).WaitAsync(Testing.Timeout);
        Assert.Equal("token-2", second.Secret.Use(text => text));
        Assert.False(first.IsCompleted);
        never.SetCanceled();
        await Testing.IsCancelledAsync(() => first);
    }

    [Fact]
    public async Task The_time_for_a_token_is_not_the_services()
    {
        // Real time, which the attempt counts in: long enough that a busy machine does not stand still for all of it.
        var timeout = TimeSpan.FromSeconds(3);
        var source = new Source(
            async Task<AccessToken> (_) =>
            {
                // Over when a timer is that is longer than the time-out.
                var isOver = new TaskCompletionSource();
                using var timer = new CancellationTokenSource(timeout * 1.2);
                using CancellationTokenRegistration registration = timer.Token.Register(isOver.SetResult);
                await isOver.Task;
                return new AccessToken(Testing.Secure("token-1"), null);
            }
        );
        await using var server = StubServer.Answers(_ => Reply.Json(Testing.List([])));
        using var credential = new TokenCredential(source, null, _clock);
        using var client = new FineTuningClient(
            Testing.Options(server, _clock) with
            {
                Timeout = timeout,
                MaxRetryCount = 0,
            },
            credential
        );
        Assert.Empty((await client.ListJobsAsync().WaitAsync(Testing.Timeout)).Data);
        Assert.Equal(1, source.Count);
    }

    [Fact]
    public async Task A_closed_credential_fetches_nothing()
    {
        var source = new Source(_ => new AccessToken(Testing.Secure("token-1"), null));
        var credential = new TokenCredential(source, null, _clock);
        credential.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => credential.AcquireAsync(null, default));
        Assert.Equal(0, source.Count);
    }

    private sealed class Source(Func<int, Task<AccessToken>> give) : ITokenSource
    {
        private int _count;

        public Source(Func<int, AccessToken> give)
            : this(n => Task.FromResult(give(n))) { }

        public int Count => _count;

        public bool RunsAtCaller { get; init; }

        public async Task<AccessToken> GetTokenAsync(
            IApiObserver? observer,
            CancellationToken cancellationToken = default
        ) => await give(Interlocked.Increment(ref _count));
    }
}
