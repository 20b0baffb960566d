using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Endpoints;

public sealed class ListTests
{
    private static List<string> Ids(JsonElement page) =>
        [.. page.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("id").GetString()!)];

    private static async Task<List<string>> CreateAsync(TestServer server, int count, JsonObject? metadata = null)
    {
        List<string> ids = [];
        string file = await server.Api.UploadAsync();
        for (int i = 0; i < count; i++)
        {
            ids.Add(
                await server.Api.CreateJobAsync(
                    new JsonObject { ["training_file"] = file, ["metadata"] = metadata?.DeepClone() }
                )
            );
        }

        return ids;
    }

    [Fact]
    public async Task Jobs_come_newest_first_in_a_stable_order_though_they_share_a_second()
    {
        await using TestServer server = await TestServer.StartAsync();
        List<string> made = await CreateAsync(server, 11);
        List<string> seen = [];
        JsonElement page;
        do
        {
            string after = seen.Count == 0 ? string.Empty : "&after=" + seen[^1];
            page = await server.Api.GetAsync("fine_tuning/jobs?limit=4" + after);
            seen.AddRange(Ids(page));
        } while (page.GetProperty("has_more").GetBoolean());

        Assert.Equal(Enumerable.Reverse(made), seen);
        Assert.Equal("list", page.GetProperty("object").GetString());
    }

    [Fact]
    public async Task Jobs_made_between_two_pages_do_not_shift_them()
    {
        await using TestServer server = await TestServer.StartAsync();
        List<string> made = await CreateAsync(server, 4);
        JsonElement first = await server.Api.GetAsync("fine_tuning/jobs?limit=2");
        await CreateAsync(server, 3);
        JsonElement second = await server.Api.GetAsync($"fine_tuning/jobs?limit=2&after={Ids(first)[^1]}");

        Assert.Equal([made[3], made[2]], Ids(first));
        Assert.Equal([made[1], made[0]], Ids(second));
        Assert.False(second.GetProperty("has_more").GetBoolean());
    }

    [Fact]
    public async Task A_page_has_twenty_jobs_unless_asked_otherwise()
    {
        await using TestServer server = await TestServer.StartAsync();
        await CreateAsync(server, 21);
        JsonElement page = await server.Api.GetAsync("fine_tuning/jobs");

        Assert.Equal(20, Ids(page).Count);
        Assert.True(page.GetProperty("has_more").GetBoolean());
        Assert.Equal(21, Ids(await server.Api.GetAsync("fine_tuning/jobs?limit=100")).Count);
    }

    [Fact]
    public async Task Jobs_are_found_by_their_metadata()
    {
        await using TestServer server = await TestServer.StartAsync();
        string blue = (await CreateAsync(server, 1, new JsonObject { ["team"] = "blue", ["run id"] = "ä/1=2&3" }))[0];
        string red = (await CreateAsync(server, 1, new JsonObject { ["team"] = "red", ["run id"] = "ä/1=2&3" }))[0];
        string none = (await CreateAsync(server, 1))[0];
        string empty = (await CreateAsync(server, 1, []))[0];

        async Task<List<string>> FindAsync(string query) => Ids(await server.Api.GetAsync("fine_tuning/jobs?" + query));

        Assert.Equal([blue], await FindAsync("metadata[team]=blue"));
        Assert.Equal([red, blue], await FindAsync("metadata%5Brun%20id%5D=%C3%A4%2F1%3D2%263"));
        Assert.Equal([red], await FindAsync("metadata[run%20id]=%C3%A4%2F1%3D2%263&metadata[team]=red"));
        Assert.Empty(await FindAsync("metadata[team]=blue&metadata[team]=red"));
        Assert.Empty(await FindAsync("metadata[team]=green"));
        Assert.Equal([empty, none], await FindAsync("metadata=null"));
        Assert.Equal([blue], await FindAsync($"metadata[run%20id]=%C3%A4%2F1%3D2%263&limit=1&after={red}"));
    }

    [Theory]
    [InlineData("fine_tuning/jobs?limit=101", "limit", "integer_above_max_value")]
    [InlineData("fine_tuning/jobs?limit=0", "limit", "integer_below_min_value")]
    [InlineData("fine_tuning/jobs?limit=-5", "limit", "integer_below_min_value")]
    [InlineData("fine_tuning/jobs?limit=1.5", "limit", "invalid_type")]
    [InlineData("fine_tuning/jobs?after=ftjob-none", "after", "invalid_cursor")]
    [InlineData("fine_tuning/jobs?metadata=yes", "metadata", "invalid_value")]
    [InlineData("fine_tuning/jobs?metadata=null&metadata[a]=b", "metadata", "invalid_value")]
    [InlineData("fine_tuning/jobs/JOB/events?after=ftevent-none", "after", "invalid_cursor")]
    [InlineData("fine_tuning/jobs/JOB/events?limit=1000", "limit", "integer_above_max_value")]
    [InlineData("fine_tuning/jobs/JOB/checkpoints?after=ftckpt_none", "after", "invalid_cursor")]
    public async Task A_bad_query_is_refused(string path, string param, string code)
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.Api.CreateJobAsync();
        JsonElement error = await server.Api.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Get,
            path.Replace("JOB", id)
        );

        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Equal(code, error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Events_are_walked_page_by_page_without_gap_or_repeat()
    {
        await using TestServer server = await TestServer.StartAsync(new TestTrainer { Steps = 40, StepsPerEpoch = 20 });
        string id = await server.Api.CreateJobAsync();
        await server.Api.UntilStatusAsync(id, "succeeded");

        List<string> small = [.. (await server.Api.EventsAsync(id, 7)).Select(e => e.GetProperty("id").GetString()!)];
        List<string> large = [.. (await server.Api.EventsAsync(id, 100)).Select(e => e.GetProperty("id").GetString()!)];

        Assert.Equal(large, small);
        Assert.Equal(small.Count, small.Distinct().Count());
    }

    [Fact]
    public async Task A_cursor_of_another_jobs_events_is_refused()
    {
        await using TestServer server = await TestServer.StartAsync();
        string one = await server.Api.CreateJobAsync(),
            other = await server.Api.CreateJobAsync();
        string cursor = (await server.Api.EventsAsync(one))[0].GetProperty("id").GetString()!;

        await server.Api.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Get,
            $"fine_tuning/jobs/{other}/events?after={cursor}"
        );
    }

    [Theory]
    [InlineData("fine_tuning/jobs/ftjob-none")]
    [InlineData("fine_tuning/jobs/ftjob-none/events")]
    [InlineData("fine_tuning/jobs/ftjob-none/checkpoints")]
    public async Task An_unknown_job_is_not_found(string path)
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonElement error = await server.Api.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, path);
        Assert.Equal("fine_tune_not_found", error.GetProperty("code").GetString());
    }
}
