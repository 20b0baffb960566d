using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Requests;

/// <summary>Which new jobs are taken, and how one that cannot be is refused.</summary>
public sealed class JobValidationTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private Api Api => fixture.Api;

    [Theory]
    [MemberData(nameof(JobRefusals.All), MemberType = typeof(JobRefusals))]
    public async Task A_job_that_cannot_be_is_refused(string fields, string? param, string? code, string message)
    {
        string body = fields
            .Replace("FILE", await Api.UploadAsync())
            .Replace("OTHER", await Api.UploadAsync(purpose: "user_data"));

        JsonElement error = await Api.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            "fine_tuning/jobs",
            body
        );

        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Contains(message, error.GetProperty("message").GetString());
        if (code is not null)
        {
            Assert.Equal(code, error.GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task Too_long_values_and_too_many_pairs_of_metadata_are_refused()
    {
        JsonObject fields = new() { ["model"] = "gpt-4o-mini", ["training_file"] = await Api.UploadAsync() };
        fields["metadata"] = new JsonObject { ["k"] = new string('v', 513) };
        JsonElement tooLong = await Api.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            "fine_tuning/jobs",
            fields.ToJsonString()
        );
        fields["metadata"] = new JsonObject(
            Enumerable
                .Range(0, 17)
                .Select(i => new System.Collections.Generic.KeyValuePair<string, JsonNode?>($"k{i}", "v"))
        );
        JsonElement tooMany = await Api.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            "fine_tuning/jobs",
            fields.ToJsonString()
        );

        Assert.Equal("metadata.k", tooLong.GetProperty("param").GetString());
        Assert.Equal("object_above_max_properties", tooMany.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("local-small")]
    [InlineData("gpt-4o-mini-2024-07-18")]
    [InlineData("gpt-4.1-nano")]
    [InlineData("gpt-3.5-turbo-0125")]
    [InlineData("davinci-002")]
    public async Task The_public_names_are_taken(string model)
    {
        string id = await Api.CreateJobAsync(new JsonObject { ["model"] = model });
        Assert.Equal(model, (await Api.JobAsync(id)).GetProperty("model").GetString());
    }

    [Fact]
    public async Task A_new_job_has_every_field_of_the_service()
    {
        string file = await Api.UploadAsync(),
            valid = await Api.UploadAsync();
        JsonElement job = await Api.PostAsync(
            "fine_tuning/jobs",
            $$$$$"""
            {"model":"gpt-4o-mini","training_file":"{{{{{file}}}}}","validation_file":"{{{{{valid}}}}}","suffix":"help-desk.2","seed":42,
             "metadata":{"team":"blue"},"integrations":[{"type":"wandb","wandb":{"project":"p","tags":["a"],"future":1}}],
             "hyperparameters":{"n_epochs":2,"batch_size":"auto"},
             "method":{"type":"supervised","supervised":{"hyperparameters":{"n_epochs":2,"learning_rate_multiplier":0.5}}}}
            """
        );

        Assert.Equal("fine_tuning.job", job.GetProperty("object").GetString());
        Assert.Matches("^ftjob-[A-Za-z0-9]{24}$", job.GetProperty("id").GetString());
        Assert.Equal("validating_files", job.GetProperty("status").GetString());
        Assert.Equal("org-local", job.GetProperty("organization_id").GetString());
        Assert.Equal(42, job.GetProperty("seed").GetInt64());
        Assert.Equal("help-desk.2", job.GetProperty("user_provided_suffix").GetString());
        Assert.Equal("""{"team":"blue"}""", job.GetProperty("metadata").GetRawText());
        Assert.Equal(
            """[{"type":"wandb","wandb":{"project":"p","tags":["a"],"future":1}}]""",
            job.GetProperty("integrations").GetRawText()
        );
        const string Numbers = """{"n_epochs":2,"batch_size":"auto","learning_rate_multiplier":0.5}""";
        Assert.Equal(Numbers, job.GetProperty("hyperparameters").GetRawText());
        Assert.Equal(
            "{\"type\":\"supervised\",\"supervised\":{\"hyperparameters\":" + Numbers + "}}",
            job.GetProperty("method").GetRawText()
        );
        Assert.Equal("[]", job.GetProperty("result_files").GetRawText());
        foreach (
            string empty in new[] { "error", "finished_at", "fine_tuned_model", "trained_tokens", "estimated_finish" }
        )
        {
            Assert.Equal(JsonValueKind.Null, job.GetProperty(empty).ValueKind);
        }
    }

    [Fact]
    public async Task A_seed_is_made_up_when_none_is_given()
    {
        long one = (await Api.JobAsync(await Api.CreateJobAsync())).GetProperty("seed").GetInt64();
        long other = (await Api.JobAsync(await Api.CreateJobAsync())).GetProperty("seed").GetInt64();

        Assert.InRange(one, 0, int.MaxValue);
        Assert.NotEqual(one, other);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused()
    {
        string body = "{\"model\":\"" + new string('m', 9 * 1024 * 1024) + "\"}";
        JsonElement error = await Api.RefusedAsync(
            HttpStatusCode.RequestEntityTooLarge,
            HttpMethod.Post,
            "fine_tuning/jobs",
            body
        );
        Assert.Contains("8 MB", error.GetProperty("message").GetString());
    }
}
