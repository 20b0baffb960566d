using FineTuning.Core.Checkpoints;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Threading;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Checkpoints;

/// <summary>A checkpoint is found by its id, with as few requests as that takes.</summary>
public sealed class CheckpointFinderTests
{
    [Fact]
    public async Task The_search_ends_where_the_checkpoint_is()
    {
        await using StubServer server = Jobs(5);
        using FineTuningClient client = Testing.Client(server);
        var seen = new List<int>();
        CheckpointResource? found = await new CheckpointFinder(client).FindAsync(
            "ckpt-1-b",
            new SynchronousProgress<int>(seen.Add)
        );
        Assert.Equal("model-1-b", found?.FineTunedModelCheckpoint);
        Assert.Equal(
            ["jobs?limit=100", "jobs/job-0/checkpoints?limit=100", "jobs/job-1/checkpoints?limit=100"],
            Paths(server)
        );
        Assert.Equal([0, 1], seen);
    }

    [Fact]
    public async Task The_next_search_goes_on_where_the_last_one_ended()
    {
        await using StubServer server = Jobs(5);
        using FineTuningClient client = Testing.Client(server);
        var finder = new CheckpointFinder(client);
        Assert.NotNull(await finder.FindAsync("ckpt-1-a"));
        Assert.NotNull(await finder.FindAsync("ckpt-0-b"));
        Assert.NotNull(await finder.FindAsync("ckpt-3-a"));
        Assert.Null(await finder.FindAsync("ckpt-9-a"));
        Assert.Null(await finder.FindAsync("ckpt-9-a"));
        Assert.Equal(1 + 5, server.Count);
    }

    [Fact]
    public async Task Jobs_that_have_not_begun_are_not_asked()
    {
        await using StubServer server = Jobs(3, status: "queued");
        using FineTuningClient client = Testing.Client(server);
        Assert.Null(await new CheckpointFinder(client).FindAsync("ckpt-0-a"));
        Assert.Equal(["jobs?limit=100"], Paths(server));
    }

    [Fact]
    public async Task No_more_jobs_are_looked_through_than_allowed()
    {
        await using StubServer server = Jobs(50, pageSize: 2);
        using FineTuningClient client = Testing.Client(server);
        var finder = new CheckpointFinder(client) { MaxJobs = 3 };
        Assert.Null(await finder.FindAsync("ckpt-40-a"));
        Assert.Equal(3, finder.Jobs);
        Assert.Equal(2, Paths(server).Count(path => path.StartsWith("jobs?", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_list_that_goes_in_a_circle_ends()
    {
        await using var server = StubServer.Answers(_ =>
            Reply.Json("""{"object":"list","data":[{"id":"job-0","status":"queued"}],"has_more":true}""")
        );
        using FineTuningClient client = Testing.Client(server);
        Assert.Null(await new CheckpointFinder(client).FindAsync("ckpt-0-a"));
        Assert.Equal(2, server.Count);
    }

    [Fact]
    public async Task A_search_that_failed_begins_again_with_the_job_it_failed_at()
    {
        bool fails = true;
        await using StubServer server = Jobs(
            3,
            fails: path => path.Contains("job-1/", StringComparison.Ordinal) && fails
        );
        using FineTuningClient client = Testing.Client(server);
        var finder = new CheckpointFinder(client);
        await Assert.ThrowsAsync<FineTuningApiException>(() => finder.FindAsync("ckpt-1-a"));
        fails = false;
        Assert.NotNull(await finder.FindAsync("ckpt-1-a"));
    }

    private static List<string> Paths(StubServer server) =>
        [.. server.Requests.Select(r => r.Target["/v1/fine_tuning/".Length..])];

    private static StubServer Jobs(
        int count,
        int pageSize = 100,
        string status = "succeeded",
        Func<string, bool>? fails = null
    ) =>
        StubServer.Answers(request =>
        {
            string path = request.Target["/v1/fine_tuning/".Length..];
            if (fails?.Invoke(path) == true)
            {
                return Reply.Json("""{"error":{"message":"no"}}""", 403);
            }

            if (path.StartsWith("jobs?", StringComparison.Ordinal))
            {
                int mark = path.IndexOf("after=job-", StringComparison.Ordinal);
                int start =
                    mark < 0
                        ? 0
                        : int.Parse(
                            path[(mark + "after=job-".Length)..].Split('&')[0],
                            System.Globalization.CultureInfo.InvariantCulture
                        ) + 1;
                IEnumerable<string> jobs = Enumerable
                    .Range(start, Math.Min(pageSize, count - start))
                    .Select(i => $$"""{"id":"job-{{i}}","status":"{{status}}"}""");
                return Reply.Json(
                    $$"""{"object":"list","data":[{{string.Join(',', jobs)}}],"has_more":{{(start + pageSize < count ? "true" : "false")}}}"""
                );
            }

            string job = path.Split('/')[1]["job-".Length..];
            IEnumerable<string> checkpoints = new[] { "a", "b" }.Select(letter =>
                $$"""{"id":"ckpt-{{job}}-{{letter}}","fine_tuned_model_checkpoint":"model-{{job}}-{{letter}}","step_number":1}"""
            );
            return Reply.Json($$"""{"object":"list","data":[{{string.Join(',', checkpoints)}}],"has_more":false}""");
        });
}
