using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FineTuning.Core.Client;
using FineTuning.Server.Faults;
using FineTuning.Server.Hosting;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Dialects;

/// <summary>The API as Azure OpenAI spells it, on its two surfaces.</summary>
public sealed class AzureDialectTests(AzureDialectTests.Fixture fixture) : IClassFixture<AzureDialectTests.Fixture>
{
    private const string Dated = "?api-version=2024-10-21";

    private TestServer Server => fixture.Server;

    private Api Api => Server.Api;

    private static Task<TestServer> StartAsync(
        TestTrainer? trainer = null,
        Func<ServerOptions, ServerOptions>? configure = null
    ) =>
        TestServer.StartAsync(
            trainer,
            configure: options =>
                (configure?.Invoke(options) ?? options) with
                {
                    Dialect = ApiDialect.Azure,
                    FileProcessingTime = TimeSpan.Zero,
                }
        );

    private static async Task<(HttpResponseMessage Response, JsonElement Body)> SendAsync(
        TestServer server,
        string path,
        string? header = "api-key",
        string key = "any",
        HttpMethod? method = null,
        HttpContent? content = null
    )
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(
            method ?? HttpMethod.Get,
            new Uri(server.Host.Url).GetLeftPart(UriPartial.Authority) + path
        );
        request.Content = content;
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation(header, header == "Authorization" ? "Bearer " + key : key);
        }

        HttpResponseMessage response = await http.SendAsync(request);
        return (response, JsonElement.Parse(await response.Content.ReadAsStringAsync()));
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static string Code(JsonElement body) => body.GetProperty("error").GetProperty("code").GetString()!;

    [Theory]
    [InlineData("/openai/v1/fine_tuning/jobs", 200, null)]
    [InlineData("/openai/v1/fine_tuning/jobs?api-version=v1", 200, null)]
    [InlineData("/openai/v1/fine_tuning/jobs?api-version=preview&limit=1", 200, null)]
    [InlineData("/openai/v1/fine_tuning/jobs?api-version=2024-10-21", 400, "BadRequest")]
    [InlineData("/openai/fine_tuning/jobs?api-version=2024-10-21", 200, null)]
    [InlineData("/openai/fine_tuning/jobs?api-version=2025-04-01-preview", 200, null)]
    [InlineData("/openai/fine_tuning/jobs", 404, "404")]
    [InlineData("/openai/fine_tuning/jobs?api-version=2022-12-01", 404, "404")]
    [InlineData("/openai/fine_tuning/jobs?api-version=0613", 404, "404")]
    [InlineData("/v1/fine_tuning/jobs", 404, "404")]
    [InlineData("/openai/v1/nothing", 404, "404")]
    [InlineData("/openai/v1/fine_tuning/jobs/ftjob-none", 404, "notFound")]
    [InlineData("/openai/v1/fine_tuning/checkpoints/x/permissions", 404, "404")]
    public async Task Paths_and_versions(string path, int status, string? code)
    {
        (HttpResponseMessage response, JsonElement body) = await SendAsync(Server, path);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.True(Guid.TryParse(response.Headers.GetValues("apim-request-id").Single(), out _));
        Assert.NotEmpty(response.Headers.GetValues("x-request-id").Single());
        if (code is not null)
        {
            Assert.Equal(code, Code(body));
        }
    }

    [Theory]
    [InlineData("POST", "/openai/fine_tuning/jobs/ftjob-none/pause" + Dated)]
    [InlineData("POST", "/openai/fine_tuning/alpha/graders/run" + Dated)]
    [InlineData("POST", "/openai/v1/uploads")]
    [InlineData("DELETE", "/openai/v1/models/gpt-4o-mini")]
    public async Task What_a_surface_lacks_is_not_found(string method, string path)
    {
        (HttpResponseMessage response, JsonElement body) = await SendAsync(
            Server,
            path,
            method: new HttpMethod(method)
        );
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("Resource not found", body.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_key_is_taken_in_either_header_and_no_other_is()
    {
        await using TestServer server = await StartAsync(configure: options => options with { ApiKey = "the-key" });
        const string Path = "/openai/v1/files";

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(server, Path, "api-key", "the-key")).Response.StatusCode);
        Assert.Equal(
            HttpStatusCode.OK,
            (await SendAsync(server, Path, "Authorization", "the-key")).Response.StatusCode
        );
        (HttpResponseMessage wrong, JsonElement body) = await SendAsync(server, Path, "api-key", "another-key");
        (HttpResponseMessage token, JsonElement tokenBody) = await SendAsync(
            server,
            Path,
            "Authorization",
            "another-key"
        );
        (HttpResponseMessage none, _) = await SendAsync(server, Path, null);

        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Equal("401", Code(body));
        Assert.StartsWith(
            "Access denied due to invalid subscription key or wrong API endpoint.",
            body.GetProperty("error").GetProperty("message").GetString()
        );
        Assert.Equal(HttpStatusCode.Unauthorized, token.StatusCode);
        Assert.Equal(401, tokenBody.GetProperty("statusCode").GetInt32());
        Assert.DoesNotContain("another-key", body.ToString() + tokenBody);
        Assert.Equal(HttpStatusCode.Unauthorized, none.StatusCode);
    }

    [Fact]
    public async Task A_job_goes_through_Azures_statuses_to_a_model_of_Azures_name()
    {
        TestTrainer trainer = new(free: false);
        await using TestServer server = await StartAsync(trainer);
        JsonObject fields = new()
        {
            ["suffix"] = "helpdesk",
            ["trainingType"] = "GlobalStandard",
            ["metadata"] = new JsonObject { ["team"] = "a" },
            ["model"] = "gpt-35-turbo-0125",
        };
        string first = await server.Api.CreateJobAsync(fields);
        string second = await server.Api.CreateJobAsync();

        JsonElement job = await server.Api.UntilStatusAsync(first, "running");
        Assert.Matches("^ftjob-[0-9a-f]{32}$", first);
        Assert.Equal("gpt-35-turbo-0125", job.GetProperty("model").GetString());
        Assert.Equal("GlobalStandard", job.GetProperty("trainingType").GetString());
        Assert.Equal("a", job.GetProperty("metadata").GetProperty("team").GetString());
        Assert.Equal(JsonValueKind.Null, job.GetProperty("organization_id").ValueKind);
        Assert.Equal(JsonValueKind.Null, job.GetProperty("result_files").ValueKind);
        await server.Api.UntilStatusAsync(second, "pending");
        Assert.Equal(
            "canceled",
            (await server.Api.PostAsync($"fine_tuning/jobs/{second}/cancel")).GetProperty("status").GetString()
        );

        trainer.Allow(100);
        job = await server.Api.UntilStatusAsync(first, "succeeded");
        Assert.Equal(
            $"gpt-35-turbo-0125.ft-{first["ftjob-".Length..]}-helpdesk",
            job.GetProperty("fine_tuned_model").GetString()
        );

        // It can be a base again, and its name is asked for as any other.
        string model = job.GetProperty("fine_tuned_model").GetString()!;
        JsonElement next = await server.Api.UntilStatusAsync(
            await server.Api.CreateJobAsync(new JsonObject { ["model"] = model }),
            "succeeded"
        );
        Assert.Matches(
            new Regex("^gpt-35-turbo-0125\\.ft-[0-9a-f]{32}$"),
            next.GetProperty("fine_tuned_model").GetString()
        );
        Assert.Equal(model, (await server.Api.GetAsync("models/" + model)).GetProperty("id").GetString());
    }

    [Fact]
    public async Task The_older_surface_has_other_fields_and_loses_metadata()
    {
        string file = await Api.UploadAsync();
        string body =
            $$"""{"model":"gpt-4o-mini","training_file":"{{file}}","suffix":"old","metadata":{"k":"v"},"trainingType":"standard"}""";
        (HttpResponseMessage created, JsonElement job) = await SendAsync(
            Server,
            "/openai/fine_tuning/jobs" + Dated,
            method: HttpMethod.Post,
            content: Json(body)
        );
        string id = job.GetProperty("id").GetString()!;
        (_, JsonElement list) = await SendAsync(
            Server,
            "/openai/fine_tuning/jobs" + Dated + "&limit=100&metadata[k]=other"
        );
        (_, JsonElement models) = await SendAsync(Server, "/openai/models" + Dated);

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("pending", job.GetProperty("status").GetString());
        Assert.Equal("old", job.GetProperty("suffix").GetString());
        foreach (
            string name in new[]
            {
                "metadata",
                "method",
                "organization_id",
                "user_provided_suffix",
                "finished_at",
                "integrations",
                "result_files",
            }
        )
        {
            Assert.False(job.TryGetProperty(name, out _), name);
        }

        Assert.Contains(
            id,
            list.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("id").GetString())
        );
        Assert.True(models.GetProperty("data")[0].GetProperty("capabilities").GetProperty("fine_tune").GetBoolean());
        await Api.UntilStatusAsync(id, "succeeded");

        (_, JsonElement other) = await SendAsync(
            Server,
            "/openai/fine_tuning/jobs" + Dated,
            method: HttpMethod.Post,
            content: Json(body.Replace("\"old\"", "\"other\"", StringComparison.Ordinal))
        );
        (_, JsonElement ended) = await SendAsync(
            Server,
            $"/openai/fine_tuning/jobs/{other.GetProperty("id").GetString()}/cancel" + Dated,
            method: HttpMethod.Post
        );
        Assert.True(
            ended.TryGetProperty("status", out JsonElement status)
                ? status.GetString() == "cancelled"
                : Code(ended) == "unexpectedEntityState"
        );
    }

    [Fact]
    public async Task A_file_is_processed_after_its_upload_and_no_job_takes_it_before()
    {
        await using TestServer server = await TestServer.StartAsync(configure: options =>
            options with
            {
                Dialect = ApiDialect.Azure,
                FileProcessingTime = TimeSpan.FromMinutes(10),
            }
        );
        string file = await server.Api.UploadAsync();

        Assert.Equal("pending", (await server.Api.GetAsync("files/" + file)).GetProperty("status").GetString());
        Assert.Equal(
            "pending",
            (await server.Api.GetAsync("files")).GetProperty("data")[0].GetProperty("status").GetString()
        );
        (HttpStatusCode status, JsonElement body) = await server.Api.TryAsync(
            HttpMethod.Post,
            "fine_tuning/jobs",
            $$"""{"model":"gpt-4o-mini","training_file":"{{file}}"}"""
        );
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("invalidPayload", Code(body));
        Assert.Equal("training_file", body.GetProperty("error").GetProperty("param").GetString());
    }

    [Theory]
    [InlineData(
        """{"model":"gpt-9","training_file":"file-x"}""",
        "The specified base model does not support fine-tuning."
    )]
    [InlineData("""{"model":"gpt-4o-mini","training_file":"file-x","trainingType":"Cheap"}""", null)]
    [InlineData("""{"model":"gpt-4o-mini"}""", null)]
    public async Task Refusals_have_Azures_codes(string request, string? message)
    {
        (HttpStatusCode status, JsonElement body) = await Api.TryAsync(HttpMethod.Post, "fine_tuning/jobs", request);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("invalidPayload", Code(body));
        if (message is not null)
        {
            Assert.Equal(message, body.GetProperty("error").GetProperty("message").GetString());
        }
    }

    [Fact]
    public async Task Only_a_running_job_is_paused()
    {
        TestTrainer trainer = new(free: false);
        await using TestServer server = await StartAsync(trainer);
        string running = await server.Api.CreateJobAsync();
        string waiting = await server.Api.CreateJobAsync();
        await server.Api.UntilStatusAsync(running, "running");

        (HttpStatusCode status, JsonElement body) = await server.Api.TryAsync(
            HttpMethod.Post,
            $"fine_tuning/jobs/{waiting}/pause"
        );
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("unexpectedEntityState", Code(body));
        Assert.Equal(
            "pausing",
            (await server.Api.PostAsync($"fine_tuning/jobs/{running}/pause")).GetProperty("status").GetString()
        );
        trainer.Allow(100);
        await server.Api.UntilStatusAsync(running, "paused");
        await server.Api.PostAsync($"fine_tuning/jobs/{running}/resume");
        await server.Api.UntilStatusAsync(running, "succeeded");
    }

    [Fact]
    public async Task A_chat_with_what_is_not_deployed_is_refused_in_Azures_words()
    {
        (HttpStatusCode status, JsonElement body) = await Api.TryAsync(
            HttpMethod.Post,
            "chat/completions",
            """{"model":"not-deployed","messages":[{"role":"user","content":"hello"}]}"""
        );
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal("DeploymentNotFound", Code(body));
    }

    [Fact]
    public async Task The_control_paths_the_request_log_and_the_faults_stay_as_they_are()
    {
        await using TestServer server = await StartAsync(configure: options =>
            options with
            {
                Faults = [FaultOption.Read("--fault", "ListFiles:status=418,count=1")],
            }
        );
        (HttpStatusCode status, _) = await server.Api.TryAsync(HttpMethod.Get, "files");
        JsonElement requestLog = await server.Control.GetAsync("_server/requests");

        Assert.Equal(418, (int)status);
        JsonElement entry = requestLog.GetProperty("data")[0];
        Assert.Equal("/openai/v1/files", entry.GetProperty("path").GetString());
        Assert.Equal("ListFiles", entry.GetProperty("operation").GetString());
        Assert.Equal("ok", (await server.Control.GetAsync("_server/health")).GetProperty("status").GetString());
    }

    /// <summary>One server for the tests that leave nothing another looks at.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        internal TestServer Server { get; private set; } = null!;

        public async Task InitializeAsync() => Server = await StartAsync();

        public async Task DisposeAsync() => await Server.DisposeAsync();
    }
}
