using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Faults;

/// <summary>What a client meets when a rule hits, and what was done behind it.</summary>
public sealed class FaultInjectionTests : IAsyncLifetime
{
    private TestServer _server = null!;

    private Api Api => _server.Api;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private async Task<string> AddAsync(string rule)
    {
        JsonElement added = await _server.Control.PostAsync(
            "_server/faults",
            new JsonObject { ["rule"] = rule }.ToJsonString()
        );
        return added.GetProperty("id").GetString()!;
    }

    private async Task<List<JsonElement>> RulesAsync() =>
        [.. (await _server.Control.GetAsync("_server/faults")).GetProperty("data").EnumerateArray()];

    private async Task<List<JsonElement>> RequestLogAsync(string query = "") =>
        [.. (await _server.Control.GetAsync("_server/requests" + query)).GetProperty("data").EnumerateArray()];

    private async Task<int> JobCountAsync() =>
        (await Api.GetAsync("fine_tuning/jobs?limit=100")).GetProperty("data").GetArrayLength();

    private static string JobBody(string file) => $$"""{"model":"gpt-4o-mini","training_file":"{{file}}"}""";

    [Fact]
    public async Task A_status_takes_the_place_of_the_work_as_often_as_it_was_told()
    {
        string file = await Api.UploadAsync(),
            rule = await AddAsync("CreateJob:status=503,count=2,retry_after=7,retry_after_ms=25,header.X-Extra='a, b'");
        using HttpResponseMessage first = await Api.Http.PostAsync(
            "fine_tuning/jobs",
            new StringContent(JobBody(file))
        );
        JsonElement error = Api.ErrorOf(JsonElement.Parse(await first.Content.ReadAsStringAsync()));
        await Api.RefusedAsync(HttpStatusCode.ServiceUnavailable, HttpMethod.Post, "fine_tuning/jobs", JobBody(file));
        int before = await JobCountAsync();
        await Api.PostAsync("fine_tuning/jobs", JobBody(file));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, first.StatusCode);
        Assert.Equal("server_error", error.GetProperty("type").GetString());
        Assert.Contains(rule, error.GetProperty("message").GetString());
        Assert.Equal(TimeSpan.FromSeconds(7), first.Headers.RetryAfter!.Delta);
        Assert.Equal("25", first.Headers.GetValues("retry-after-ms").Single());
        Assert.Equal("a, b", first.Headers.GetValues("X-Extra").Single());
        Assert.Matches("^req_", first.Headers.GetValues("x-request-id").Single());
        Assert.Equal((0, 1), (before, await JobCountAsync()));
        JsonElement told = Assert.Single(await RulesAsync());
        Assert.Equal((2, 3), (told.GetProperty("hits").GetInt32(), told.GetProperty("matched").GetInt32()));
    }

    [Theory]
    [InlineData("GetJob:status=429", "requests", "rate_limit_exceeded")]
    [InlineData(
        "GetJob:status=429,type=insufficient_quota,code=insufficient_quota,message=Pay,param=x",
        "insufficient_quota",
        "insufficient_quota"
    )]
    [InlineData("GetJob:status=500", "server_error", null)]
    [InlineData("GetJob:status=401", "invalid_request_error", "invalid_api_key")]
    public async Task An_error_is_the_services_unless_it_is_given(string rule, string type, string? code)
    {
        await AddAsync(rule);
        (HttpStatusCode status, JsonElement body) = await Api.TryAsync(HttpMethod.Get, "fine_tuning/jobs/ftjob-x");
        JsonElement error = Api.ErrorOf(body);

        Assert.Contains(((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture), rule);
        Assert.Equal((type, code), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("ListJobs:status=502,body='<html>Bad, very bad</html>'", "text/html", "<html>Bad, very bad</html>")]
    [InlineData("ListJobs:status=502,body=nothing here", "text/plain", "nothing here")]
    [InlineData("ListJobs:status=502,body=''", null, "")]
    [InlineData(
        "ListJobs:status=200,body='{\"object\":',content_type=application/json",
        "application/json",
        "{\"object\":"
    )]
    public async Task A_body_is_what_was_given(string rule, string? type, string body)
    {
        await AddAsync(rule);
        using HttpResponseMessage response = await Api.Http.GetAsync("fine_tuning/jobs");

        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(body, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_body_of_ten_megabytes_is_filled_up()
    {
        await AddAsync("ListJobs:status=500,body_size=10485760");
        byte[] body = await (await Api.Http.GetAsync("fine_tuning/jobs")).Content.ReadAsByteArrayAsync();

        Assert.Equal(10 * 1024 * 1024, body.Length);
        Api.ErrorOf(JsonElement.Parse(Encoding.UTF8.GetString(body)));
    }

    [Fact]
    public async Task Retry_after_can_be_a_date()
    {
        await AddAsync("ListJobs:status=429,retry_after_date=90");
        DateTimeOffset before = DateTimeOffset.UtcNow;
        using HttpResponseMessage response = await Api.Http.GetAsync("fine_tuning/jobs");

        Assert.InRange(response.Headers.RetryAfter!.Date!.Value, before.AddSeconds(85), before.AddMinutes(5));
    }

    [Fact]
    public async Task A_drop_before_the_work_leaves_no_job_and_is_in_the_request_log()
    {
        string file = await Api.UploadAsync(),
            rule = await AddAsync("CreateJob:drop,count=1");
        await Assert.ThrowsAsync<HttpRequestException>(() =>
            Api.Http.PostAsync("fine_tuning/jobs", new StringContent(JobBody(file)))
        );
        List<JsonElement> entries = await RequestLogAsync("?operation=CreateJob");

        Assert.Equal(0, await JobCountAsync());
        JsonElement entry = Assert.Single(entries);
        Assert.Equal((0, rule), (entry.GetProperty("status").GetInt32(), entry.GetProperty("fault").GetString()));
        Assert.Equal(JobBody(file).Length, entry.GetProperty("request_bytes").GetInt64());
    }

    [Theory]
    [InlineData("CreateJob:drop,after_work,count=1")]
    [InlineData("CreateJob:status=504,after_work,count=1")]
    [InlineData("CreateJob:redirect=/elsewhere,after_work,count=1")]
    [InlineData("CreateJob:truncate_after=20,count=1")]
    public async Task After_the_work_the_job_is_there_though_its_answer_was_lost(string rule)
    {
        string file = await Api.UploadAsync();
        await AddAsync(rule);
        string answer = await OutcomeAsync(() =>
            Api.Http.PostAsync("fine_tuning/jobs", new StringContent(JobBody(file)))
        );

        JsonElement job = Assert.Single((await Api.GetAsync("fine_tuning/jobs")).GetProperty("data").EnumerateArray());
        await Api.UntilStatusAsync(job.GetProperty("id").GetString()!, "succeeded");
        Assert.DoesNotContain(job.GetProperty("id").GetString()!, answer);
        Assert.Equal("fault_1", (await RequestLogAsync("?operation=CreateJob"))[0].GetProperty("fault").GetString());
    }

    private static async Task<string> OutcomeAsync(Func<Task<HttpResponseMessage>> send)
    {
        try
        {
            using HttpResponseMessage response = await send();
            return $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
    }

    [Fact]
    public async Task After_the_work_an_upload_is_stored()
    {
        await AddAsync("CreateFile:drop,after_work");
        using MultipartFormDataContent form = Api.Form(Encoding.UTF8.GetBytes(Api.ChatLines(3)));
        await Assert.ThrowsAsync<HttpRequestException>(() => Api.Http.PostAsync("files", form));

        Assert.Single((await Api.GetAsync("files")).GetProperty("data").EnumerateArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task A_cut_body_announces_its_whole_length_and_ends_early(int bytes)
    {
        string content = new('x', 300_000),
            file = await Api.UploadAsync(content, "user_data");
        await AddAsync($"GetFileContent:truncate_after={bytes}");
        using HttpResponseMessage response = await Api.Http.GetAsync(
            $"files/{file}/content",
            HttpCompletionOption.ResponseHeadersRead
        );
        await using Stream body = await response.Content.ReadAsStreamAsync();
        byte[] buffer = new byte[1000];
        int read = 0;
        await Assert.ThrowsAsync<HttpIOException>(async () =>
        {
            int some;
            while ((some = await body.ReadAsync(buffer.AsMemory(read))) > 0)
            {
                read += some;
            }
        });

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(content.Length, response.Content.Headers.ContentLength);
        Assert.Equal(bytes, read);
        await Api.GetAsync("files");
        Assert.DoesNotContain("InjectedFault", File.ReadAllText(Path.Combine(_server.Folder, "server.log")));
    }

    [Fact]
    public async Task A_cut_that_is_longer_than_the_body_cuts_nothing()
    {
        await AddAsync("ListFiles:truncate_after=100000");
        await Api.GetAsync("files");
    }

    [Fact]
    public async Task A_slow_body_comes_in_pieces_and_is_whole()
    {
        string content = new('y', 100),
            file = await Api.UploadAsync(content, "user_data");
        await AddAsync("GetFileContent:slow_bytes=25,slow_interval_ms=100");
        long start = Stopwatch.GetTimestamp();
        using HttpResponseMessage response = await Api.Http.GetAsync(
            $"files/{file}/content",
            HttpCompletionOption.ResponseHeadersRead
        );
        await using Stream body = await response.Content.ReadAsStreamAsync();
        byte[] buffer = new byte[1000];
        int first = await body.ReadAsync(buffer);
        await body.ReadExactlyAsync(buffer.AsMemory(first, 100 - first));

        Assert.InRange(first, 1, 99);
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(250));
        Assert.Equal(content, Encoding.ASCII.GetString(buffer, 0, 100));
    }

    [Theory]
    [InlineData("ListFiles:gzip")]
    [InlineData("ListFiles:gzip,status=500")]
    [InlineData("ListFiles:gzip,slow_bytes=20,slow_interval_ms=1")]
    public async Task A_compressed_body_says_so_and_can_be_read(string rule)
    {
        await Api.UploadAsync();
        await AddAsync(rule);
        using HttpResponseMessage response = await Api.Http.GetAsync("files");
        await using GZipStream plain = new(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using JsonDocument body = await JsonDocument.ParseAsync(plain);

        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        Assert.Equal(
            response.IsSuccessStatusCode ? "object" : "error",
            body.RootElement.EnumerateObject().First().Name
        );
    }

    [Theory]
    [InlineData("ListFiles:content_type=text/html", "text/html")]
    [InlineData("ListFiles:content_type=''", null)]
    public async Task A_content_type_can_be_wrong_or_missing(string rule, string? type)
    {
        await AddAsync(rule);
        using HttpResponseMessage response = await Api.Http.GetAsync("files");

        Assert.Equal(type, response.Content.Headers.ContentType?.ToString());
        Assert.Equal(
            "list",
            JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("object").GetString()
        );
    }

    [Theory]
    [InlineData("ListFiles:redirect=http://other.example/v1/files", HttpStatusCode.TemporaryRedirect)]
    [InlineData("ListFiles:redirect=http://other.example/v1/files,status=302", HttpStatusCode.Redirect)]
    public async Task A_redirect_names_the_other_place(string rule, HttpStatusCode status)
    {
        await AddAsync(rule);
        using HttpClientHandler handler = new() { AllowAutoRedirect = false };
        using HttpClient http = new(handler) { BaseAddress = Api.Http.BaseAddress };
        http.DefaultRequestHeaders.Authorization = Api.Http.DefaultRequestHeaders.Authorization;
        using HttpResponseMessage response = await http.GetAsync("files");

        Assert.Equal(status, response.StatusCode);
        Assert.Equal("http://other.example/v1/files", response.Headers.Location!.ToString());
    }

    [Fact]
    public async Task A_delay_comes_before_the_work_or_before_the_answer()
    {
        string file = await Api.UploadAsync();
        await AddAsync("CreateJob:delay_ms=600000,count=1");
        await AddAsync("CreateJob:delay_ms=600000,after_work,count=1");
        using CancellationTokenSource before = new(),
            after = new();
        Task<HttpResponseMessage> early = Api.Http.PostAsync(
            "fine_tuning/jobs",
            new StringContent(JobBody(file)),
            before.Token
        );
        await Until.TrueAsync(
            "the first rule has hit",
            async () => (await RulesAsync())[0].GetProperty("hits").GetInt32() == 1
        );
        Task<HttpResponseMessage> late = Api.Http.PostAsync(
            "fine_tuning/jobs",
            new StringContent(JobBody(file)),
            after.Token
        );
        await Until.TrueAsync("the second request has done its work", async () => await JobCountAsync() == 1);
        Assert.False(early.IsCompleted || late.IsCompleted);
        await before.CancelAsync();
        await after.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => early);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late);

        await Until.TrueAsync(
            "both are in the requestLog",
            async () => (await RequestLogAsync("?operation=CreateJob")).Count == 2
        );
        Assert.All(
            await RequestLogAsync("?operation=CreateJob"),
            entry => Assert.Equal(499, entry.GetProperty("status").GetInt32())
        );
        Assert.Equal(1, await JobCountAsync());
    }

    [Fact]
    public async Task A_short_delay_ends_with_the_real_answer()
    {
        await AddAsync("*:delay_ms=30,after_work");
        long start = Stopwatch.GetTimestamp();
        await Api.GetAsync("models");
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(25));
    }

    [Fact]
    public async Task A_stop_ends_a_delay()
    {
        await AddAsync("ListFiles:delay_ms=600000");
        Task<HttpResponseMessage> waiting = Api.Http.GetAsync("files");
        await Until.TrueAsync(
            "the rule has hit",
            async () => (await RulesAsync())[0].GetProperty("hits").GetInt32() == 1
        );
        await _server.Host.DisposeAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => waiting);
    }

    [Fact]
    public async Task The_first_rule_that_hits_takes_the_request_and_others_get_what_it_lets_pass()
    {
        await AddAsync("ListFiles:status=500,skip=1,count=1");
        await AddAsync("GET /v1/files:status=501,count=1");
        await AddAsync("*:status=502,count=1");
        List<int> statuses = [];
        for (int i = 0; i < 4; i++)
        {
            using HttpResponseMessage response = await Api.Http.GetAsync("files");
            statuses.Add((int)response.StatusCode);
        }

        Assert.Equal([501, 500, 502, 200], statuses);
        Assert.Equal([4, 3, 2], (await RulesAsync()).Select(rule => rule.GetProperty("matched").GetInt32()));
    }

    [Fact]
    public async Task A_probability_with_a_seed_repeats_itself()
    {
        async Task<string> RunAsync(string rule)
        {
            await _server.Control.Http.DeleteAsync("_server/faults");
            await AddAsync(rule);
            StringBuilder seen = new();
            for (int i = 0; i < 60; i++)
            {
                using HttpResponseMessage response = await Api.Http.GetAsync("files");
                seen.Append(response.IsSuccessStatusCode ? '.' : 'x');
            }

            return seen.ToString();
        }

        string first = await RunAsync("ListFiles:status=500,probability=0.5,seed=1");
        Assert.Equal(first, await RunAsync("ListFiles:status=500,probability=0.5,seed=1"));
        Assert.NotEqual(first, await RunAsync("ListFiles:status=500,probability=0.5,seed=2"));
        Assert.Contains('x', first);
        Assert.Contains('.', first);
        Assert.DoesNotContain('x', await RunAsync("ListFiles:status=500,probability=0"));
        Assert.DoesNotContain('.', await RunAsync("ListFiles:status=500,probability=1"));
        Assert.Equal(3, (await RunAsync("ListFiles:status=500,probability=0.5,count=3")).Count(c => c == 'x'));
        Assert.True(Assert.Single(await RulesAsync()).TryGetProperty("seed", out _));
    }

    [Fact]
    public async Task Control_and_strangers_meet_no_faults()
    {
        await AddAsync("*:drop");
        await _server.Control.GetAsync("_server/health");
        using HttpRequestMessage stranger = new(HttpMethod.Get, "files");
        stranger.Headers.Host = "evil.example";
        using HttpResponseMessage refused = await Api.Http.SendAsync(stranger);

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(0, Assert.Single(await RulesAsync()).GetProperty("hits").GetInt32());
    }

    [Fact]
    public async Task Requests_at_once_share_a_count_exactly()
    {
        await AddAsync("ListFiles:status=503,skip=5,count=20");
        HttpStatusCode[] statuses = await Task.WhenAll(
            Enumerable
                .Range(0, 60)
                .Select(async _ =>
                {
                    using HttpResponseMessage response = await Api.Http.GetAsync("files");
                    return response.StatusCode;
                })
        );

        Assert.Equal(20, statuses.Count(status => status == HttpStatusCode.ServiceUnavailable));
    }
}
