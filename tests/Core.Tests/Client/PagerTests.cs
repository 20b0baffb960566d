using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Client;

public sealed class PagerTests
{
    [Fact]
    public async Task The_next_page_is_asked_for_when_the_present_one_is_used_up()
    {
        await using StubServer server = Jobs(10, pageSize: 4);
        using FineTuningClient client = Testing.Client(server);
        int taken = 0;
        await foreach (JobResource job in client.EnumerateJobsAsync(new JobQuery { Limit = 4 }))
        {
            Assert.Equal("ftjob-" + taken, job.Id);
            taken++;
            Assert.Equal(((taken - 1) / 4) + 1, server.Count);
        }

        Assert.Equal(10, taken);
        Assert.Equal(
            ["?limit=4", "?after=ftjob-3&limit=4", "?after=ftjob-7&limit=4"],
            server.Requests.Select(r => r.Target["/v1/fine_tuning/jobs".Length..])
        );
    }

    [Fact]
    public async Task Looking_ahead_the_next_page_is_there_before_the_last_item_is_given()
    {
        await using StubServer server = Jobs(10, pageSize: 4);
        using FineTuningClient client = Testing.Client(server);
        var asked = new List<int>();
        await foreach (JobResource job in client.EnumerateJobsAsync(new JobQuery { Limit = 4, LooksAhead = true }))
        {
            Assert.Equal("ftjob-" + asked.Count, job.Id);
            asked.Add(server.Count);
        }

        Assert.Equal([1, 1, 1, 2, 2, 2, 2, 3, 3, 3], asked);
    }

    [Fact]
    public async Task Three_of_a_thousand_are_one_request()
    {
        await using StubServer server = Jobs(1000, pageSize: 100);
        using FineTuningClient client = Testing.Client(server);
        Assert.Equal(3, (await client.EnumerateJobsAsync().Take(3).ToListAsync()).Count);
        Assert.Equal(1, server.Count);
    }

    [Fact]
    public async Task Nothing_is_asked_before_the_first_item_is_wanted()
    {
        await using StubServer server = Jobs(10, pageSize: 4);
        using FineTuningClient client = Testing.Client(server);
        IAsyncEnumerable<JobResource> jobs = client.EnumerateJobsAsync();
        Assert.Equal(0, server.Count);
        await jobs.FirstAsync();
        Assert.Equal(1, server.Count);
    }

    [Fact]
    public async Task A_start_and_a_filter_hold_for_all_pages()
    {
        await using StubServer server = Jobs(10, pageSize: 4);
        using FineTuningClient client = Testing.Client(server);
        var query = new JobQuery
        {
            After = "ftjob-1",
            Limit = 4,
            Metadata = new Dictionary<string, string> { ["k"] = "v" },
        };
        List<JobResource> jobs = await client.EnumerateJobsAsync(query).ToListAsync();
        Assert.Equal("ftjob-2", jobs[0].Id);
        Assert.Equal(8, jobs.Count);
        Assert.All(
            server.Requests,
            r => Assert.EndsWith("&limit=4&metadata%5Bk%5D=v", r.Target, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task Only_has_more_tells_of_the_end(bool more, int requests)
    {
        // A short page is no end, and a full one is no promise.
        await using var server = StubServer.Replies(
            Reply.Json(Testing.List([Testing.Job("a")], more)),
            Reply.Json(Testing.List([Testing.Job("b")]))
        );
        using FineTuningClient client = Testing.Client(server);
        Assert.Equal(requests, (await client.EnumerateJobsAsync(new JobQuery { Limit = 1 }).ToListAsync()).Count);
        Assert.Equal(requests, server.Count);
    }

    [Theory]
    [InlineData("""{"object":"list","data":[]}""")]
    [InlineData("""{"object":"list","data":[],"has_more":true}""")]
    [InlineData("""{"object":"list","data":null}""")]
    public async Task An_empty_page_ends_a_list(string body)
    {
        await using var server = StubServer.Replies(Reply.Json(body));
        using FineTuningClient client = Testing.Client(server);
        Assert.Empty(await client.EnumerateJobsAsync().ToListAsync());
        Assert.Equal(1, server.Count);
    }

    [Fact]
    public async Task A_page_that_comes_again_is_an_error_and_given_once()
    {
        await using var server = StubServer.Replies(
            Reply.Json(Testing.List([Testing.Job("a"), Testing.Job("b")], more: true))
        );
        using FineTuningClient client = Testing.Client(server);
        var seen = new List<string>();
        FineTuningApiException error = await Testing.FailsAsync(async () =>
        {
            await foreach (JobResource job in client.EnumerateJobsAsync())
            {
                seen.Add(job.Id);
            }
        });
        Assert.Equal(ApiErrorKind.InvalidResponse, error.Kind);
        Assert.Contains("'b'", error.Message, StringComparison.Ordinal);
        Assert.Equal(["a", "b"], seen);
        Assert.Equal(2, server.Count);
    }

    [Fact]
    public async Task Pages_that_go_in_a_circle_are_an_error()
    {
        await using var server = StubServer.Answers(r =>
            Reply.Json(
                Testing.List(
                    [
                        Testing.Job(
                            r.Target.Contains("after=a", StringComparison.Ordinal) ? "b"
                            : r.Target.Contains("after=b", StringComparison.Ordinal) ? "c"
                            : "a"
                        ),
                    ],
                    more: true
                )
            )
        );
        using FineTuningClient client = Testing.Client(server);
        var seen = new List<string>();
        await Testing.FailsAsync(async () =>
        {
            await foreach (JobResource job in client.EnumerateJobsAsync())
            {
                seen.Add(job.Id);
                Assert.InRange(seen.Count, 1, 10);
            }
        });
        Assert.Equal(["a", "b", "c"], seen);
    }

    [Fact]
    public async Task An_error_on_a_later_page_comes_after_the_items_before_it()
    {
        await using var server = StubServer.Replies(
            Reply.Json(Testing.List([Testing.Job("a")], more: true)),
            Reply.Error(404)
        );
        using FineTuningClient client = Testing.Client(server);
        var seen = new List<string>();
        FineTuningApiException error = await Testing.FailsAsync(async () =>
        {
            await foreach (JobResource job in client.EnumerateJobsAsync())
            {
                seen.Add(job.Id);
            }
        });
        Assert.Equal(ApiErrorKind.NotFound, error.Kind);
        Assert.Equal(["a"], seen);
    }

    [Fact]
    public async Task Looking_ahead_an_error_on_a_later_page_loses_no_item()
    {
        await using var server = StubServer.Replies(
            Reply.Json(Testing.List([Testing.Job("a"), Testing.Job("b")], more: true)),
            Reply.Error(404)
        );
        using FineTuningClient client = Testing.Client(server);
        var seen = new List<string>();
        FineTuningApiException error = await Testing.FailsAsync(async () =>
        {
            await foreach (JobResource job in client.EnumerateJobsAsync(new JobQuery { LooksAhead = true }))
            {
                seen.Add(job.Id);
            }
        });
        Assert.Equal(ApiErrorKind.NotFound, error.Kind);
        Assert.Equal(["a", "b"], seen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Either_token_cancels_an_enumeration(bool own)
    {
        await using StubServer server = Jobs(10, pageSize: 2);
        using FineTuningClient client = Testing.Client(server);
        using var source = new CancellationTokenSource();
        IAsyncEnumerable<JobResource> jobs = client.EnumerateJobsAsync(
            new JobQuery { Limit = 2 },
            own ? source.Token : default
        );
        int taken = 0;
        await Testing.IsCancelledAsync(async () =>
        {
            await foreach (JobResource job in jobs.WithCancellation(own ? default : source.Token))
            {
                if (++taken == 2)
                {
                    await source.CancelAsync();
                }
            }
        });
        Assert.Equal(2, taken);
        Assert.Equal(1, server.Count);
    }

    private static StubServer Jobs(int count, int pageSize) =>
        StubServer.Answers(request =>
        {
            string query = request.Target.Contains('?', StringComparison.Ordinal)
                ? request.Target.Split('?')[1]
                : string.Empty;
            string? after = query
                .Split('&')
                .FirstOrDefault(p => p.StartsWith("after=ftjob-", StringComparison.Ordinal))
                ?["after=ftjob-".Length..];
            int start = after is null ? 0 : int.Parse(after, System.Globalization.CultureInfo.InvariantCulture) + 1;
            int end = Math.Min(count, start + pageSize);
            return Reply.Json(
                Testing.List(Enumerable.Range(start, end - start).Select(i => Testing.Job("ftjob-" + i)), end < count)
            );
        });
}
