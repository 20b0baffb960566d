using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Tests.Shared.Server;
using OpenAI;
using OpenAI.Graders;
using Xunit;

namespace FineTuning.Server.Tests.Endpoints;

/// <summary>graders/run and graders/validate over HTTP, without Python.</summary>
public sealed class GraderTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private const string Run = "fine_tuning/alpha/graders/run",
        Validate = "fine_tuning/alpha/graders/validate";
    private const string Exact =
        """{"type":"string_check","name":"exact","input":"{{ sample.output_text }}","reference":"{{ item.answer }}","operation":"eq"}""";

    private readonly Api _api = fixture.Api;

    [Fact]
    public async Task A_run_has_all_fields_of_the_service()
    {
        JsonElement answer = await _api.PostAsync(Run, Body(Exact, "Paris", """{"answer":"Paris"}"""));

        Assert.Equal(["reward", "metadata", "sub_rewards", "model_grader_token_usage_per_model"], Names(answer));
        Assert.Equal(1, answer.GetProperty("reward").GetDouble());
        JsonElement metadata = answer.GetProperty("metadata");
        Assert.Equal(
            ["name", "type", "errors", "execution_time", "scores", "token_usage", "sampled_model_name"],
            Names(metadata)
        );
        Assert.Equal("exact string_check", $"{metadata.GetProperty("name")} {metadata.GetProperty("type")}");
        Assert.InRange(metadata.GetProperty("execution_time").GetDouble(), 0, 60);
        Assert.Equal(JsonValueKind.Null, metadata.GetProperty("token_usage").ValueKind);
        Assert.Equal(
            [
                "formula_parse_error",
                "sample_parse_error",
                "truncated_observation_error",
                "unresponsive_reward_error",
                "invalid_variable_error",
                "other_error",
                "python_grader_server_error",
                "python_grader_server_error_type",
                "python_grader_runtime_error",
                "python_grader_runtime_error_details",
                "model_grader_server_error",
                "model_grader_refusal_error",
                "model_grader_parse_error",
                "model_grader_server_error_details",
            ],
            Names(metadata.GetProperty("errors"))
        );
        Assert.All(
            metadata.GetProperty("errors").EnumerateObject(),
            flag =>
                Assert.Equal(
                    flag.Name.EndsWith("_type") || flag.Name.EndsWith("_details")
                        ? JsonValueKind.Null
                        : JsonValueKind.False,
                    flag.Value.ValueKind
                )
        );
    }

    [Fact]
    public async Task A_multi_grader_tells_the_scores_of_its_parts()
    {
        const string Near =
            """{"type":"text_similarity","name":"n","input":"{{ sample.output_text }}","reference":"Paris","evaluation_metric":"fuzzy_match"}""";
        string multi =
            $$$"""{"type":"multi","name":"m","graders":{"exact":{{{Exact}}},"near":{{{Near}}}},"calculate_output":"(exact + near) / 2"}""";
        JsonElement answer = await _api.PostAsync(Run, Body(multi, "paris", """{"answer":"Paris"}"""));

        Assert.Equal(0.4, answer.GetProperty("reward").GetDouble(), 1e-12);
        Assert.Equal("""{"exact":0,"near":0.8}""", answer.GetProperty("sub_rewards").GetRawText());
    }

    [Fact]
    public async Task A_sample_that_cannot_be_graded_is_told_in_the_errors()
    {
        JsonElement answer = await _api.PostAsync(Run, Body(Exact, "Paris"));
        JsonElement errors = answer.GetProperty("metadata").GetProperty("errors");

        Assert.Equal(0, answer.GetProperty("reward").GetDouble());
        Assert.True(errors.GetProperty("invalid_variable_error").GetBoolean());
        Assert.Contains("item.answer", errors.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_valid_grader_comes_back_as_it_was_sent() =>
        Assert.Equal(
            $$"""{"grader":{{Exact}}}""",
            (await _api.PostAsync(Validate, $$"""{"grader":{{Exact}}}""")).GetRawText()
        );

    public static TheoryData<string, string, string> Refused =>
        new()
        {
            { "{}", "grader", "Missing" },
            { """{"grader":"x"}""", "grader", "object" },
            { """{"grader":{}}""", "grader.type", "missing" },
            {
                """{"grader":{"type":"multi","name":"m","graders":{"a":{"type":"string_check","operation":"eq"}},"calculate_output":"a"}}""",
                "grader.graders.a.input",
                "missing"
            },
            {
                """{"grader":{"type":"text_similarity","name":"t","input":"a","reference":"b","evaluation_metric":"cosine"}}""",
                "grader.evaluation_metric",
                "embedding"
            },
            {
                """{"grader":{"type":"python","name":"p","source":"def grade(s, i): return 1"}}""",
                "grader.type",
                "--allow-python"
            },
            {
                """{"grader":{"type":"score_model","name":"s","model":"gpt-4o-2024-08-06","input":[{"role":"user","content":"x"}]}}""",
                "grader.model",
                "not one of this server's"
            },
            {
                """{"grader":{"type":"multi","name":"m","graders":{"a":{"type":"multi","name":"n"}},"calculate_output":"a"}}""",
                "grader.graders.a.type",
                "part of another"
            },
            { Formula("a + b"), "grader.calculate_output", "character 5" },
            { Formula(new string('(', 2000) + "a"), "grader.calculate_output", "levels" },
            { Formula(new string('-', 4000) + "a"), "grader.calculate_output", "levels" },
            { Formula(new string('a', 1_000_000)), "grader.calculate_output", "1000000" },
            {
                $$$"""{"grader":{"type":"string_check","name":"c","input":"{{{new string('{', 90_000)}}}","reference":"","operation":"eq"}}""",
                "grader.input",
                "never closed"
            },
            {
                $$$"""{"grader":{"type":"multi","name":"m","graders":[{{{string.Join(",", Enumerable.Repeat(Exact, 33))}}}],"calculate_output":"exact"}}""",
                "grader.graders",
                "33"
            },
        };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_is_wrong_with_a_grader_is_refused_by_both(string body, string param, string part)
    {
        JsonNode run = JsonNode.Parse(body)!;
        run["model_sample"] = "x";
        foreach ((string path, string json) in new[] { (Validate, body), (Run, run.ToJsonString()) })
        {
            JsonElement error = await _api.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, path, json);
            Assert.Equal(param, error.GetProperty("param").GetString());
            Assert.Contains(part, error.GetProperty("message").GetString());
        }
    }

    [Theory]
    [InlineData("""{"grader":GRADER}""", "model_sample")]
    [InlineData("""{"grader":GRADER,"model_sample":5}""", "model_sample")]
    [InlineData("""{"grader":GRADER,"model_sample":"x","item":[1]}""", "item")]
    [InlineData("""{"grader":GRADER,"model_sample":"x","items":{}}""", "items")]
    public async Task What_is_wrong_with_a_run_is_refused(string body, string param)
    {
        JsonElement error = await _api.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            Run,
            body.Replace("GRADER", Exact)
        );
        Assert.Equal(param, error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Nesting_without_end_is_refused()
    {
        string grader = "1";
        for (int i = 0; i < 5000; i++)
        {
            grader = "{\"a\":" + grader + "}";
        }

        await _api.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, Validate, "{\"grader\":" + grader + "}");
        await _api.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, Run, Body(Exact, "x", grader));
    }

    [Fact]
    public async Task A_large_body_is_refused()
    {
        string item = $$"""{"answer":"{{new string('x', 1024 * 1024)}}"}""";
        JsonElement error = await _api.RefusedAsync(
            HttpStatusCode.RequestEntityTooLarge,
            HttpMethod.Post,
            Run,
            Body(Exact, "x", item)
        );
        Assert.Contains("1 MB", error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Many_runs_at_once_are_all_answered()
    {
        string body = Body(Exact, "Paris", """{"answer":"Paris"}""");
        JsonElement[] answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => _api.PostAsync(Run, body)));
        Assert.All(answers, answer => Assert.Equal(1, answer.GetProperty("reward").GetDouble()));
    }

    [Fact]
    public async Task A_model_made_here_grades_until_it_is_deleted()
    {
        string id = await _api.CreateJobAsync();
        string model = (await _api.UntilStatusAsync(id, "succeeded")).GetProperty("fine_tuned_model").GetString()!;

        // The test trainer's model says what it was told last and then its step, word by word.
        string score = Model(
            "score_model",
            model,
            """ "range":[0,10],"sampling_params":{"max_completions_tokens":1} """
        );
        string label = Model("label_model", model, """ "labels":["7.5 [6]","bad"],"passing_labels":["7.5 [6]"] """);
        JsonElement scored = await _api.PostAsync(Run, Body(score, "7.5")),
            wrong = await _api.PostAsync(Run, Body(score, "good"));
        JsonElement labelled = await _api.PostAsync(Run, Body(label, "7.5"));
        await _api.DeleteAsync("models/" + model);

        Assert.Equal(7.5, scored.GetProperty("reward").GetDouble());
        Assert.Equal(model, scored.GetProperty("metadata").GetProperty("sampled_model_name").GetString());
        Assert.Equal(2, scored.GetProperty("metadata").GetProperty("token_usage").GetInt64());
        Assert.Equal(
            """{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2,"cached_tokens":0}""",
            scored.GetProperty("model_grader_token_usage_per_model").GetProperty(model).GetRawText()
        );
        Assert.True(
            wrong.GetProperty("metadata").GetProperty("errors").GetProperty("model_grader_parse_error").GetBoolean()
        );
        Assert.Equal(1, labelled.GetProperty("reward").GetDouble());
        JsonElement error = await _api.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            Run,
            Body(score, "7.5")
        );
        Assert.Equal("grader.model", error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task The_official_client_runs_and_validates_its_own_graders()
    {
        OpenAIClientOptions options = new() { Endpoint = new Uri(fixture.Server.Host.Url) };
        GraderClient client = new OpenAIClient(new ApiKeyCredential("sk-official"), options).GetGraderClient();
        BinaryData grader = ModelReaderWriter.Write<Grader>(
            new GraderTextSimilarity(
                "t",
                "{{ sample.output_text }}",
                "{{ item.answer }}",
                GraderTextSimilarityEvaluationMetric.FuzzyMatch
            ),
            ModelReaderWriterOptions.Json,
            OpenAIContext.Default
        );
        using var validate = BinaryContent.Create(BinaryData.FromString("{\"grader\":" + grader + "}"));
        using var run = BinaryContent.Create(
            BinaryData.FromString(Body(grader.ToString(), "paris", """{"answer":"Paris"}"""))
        );

        ClientResult validated = await client.ValidateGraderAsync(validate),
            ran = await client.RunGraderAsync(run);
        ValidateGraderResponse grading = Read<ValidateGraderResponse>(validated.GetRawResponse().Content);
        RunGraderResponse result = Read<RunGraderResponse>(ran.GetRawResponse().Content);

        Assert.Equal("t", Assert.IsType<GraderTextSimilarity>(Read<Grader>(grading.Grader)).Name);
        Assert.Equal(0.8f, result.Reward);
        Assert.Equal("text_similarity", result.Metadata.Kind);
    }

    private static T Read<T>(BinaryData json)
        where T : IPersistableModel<T> =>
        ModelReaderWriter.Read<T>(json, ModelReaderWriterOptions.Json, OpenAIContext.Default)!;

    private static string Formula(string formula) =>
        $$$"""{"grader":{"type":"multi","name":"m","graders":{"a":{{{Exact}}}},"calculate_output":"{{{formula}}}"}}""";

    private static string Model(string type, string model, string rest) =>
        $$$"""{"type":"{{{type}}}","name":"m","model":"{{{model}}}","input":[{"role":"user","content":"{{ sample.output_text }}"}],{{{rest}}}}""";

    private static string Body(string grader, string sample, string? item = null) =>
        $$"""{"grader":{{grader}},"model_sample":{{JsonSerializer.Serialize(sample)}}{{(item is null ? string.Empty : ",\"item\":" + item)}}}""";

    private static IEnumerable<string> Names(JsonElement element) =>
        element.EnumerateObject().Select(property => property.Name);
}
