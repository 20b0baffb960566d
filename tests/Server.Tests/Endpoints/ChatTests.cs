using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Server.Chat;
using FineTuning.Server.Training.Runs;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Endpoints;

/// <summary>What chat completions look like on the wire.</summary>
public sealed class ChatTests(ChatTests.Fixture fixture) : IClassFixture<ChatTests.Fixture>
{
    private Api Api => fixture.Server.Api;

    private string Model => fixture.Model;

    private string Body(string fields = "", string content = "\"one two three\"") =>
        $$"""{"model":"{{Model}}","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":{{content}}}]{{fields}}}""";

    private async Task<JsonElement> AskAsync(string fields = "", string content = "\"one two three\"") =>
        await Api.PostAsync("chat/completions", Body(fields, content));

    private static string? TextOf(JsonElement answer, int choice = 0) =>
        answer.GetProperty("choices")[choice].GetProperty("message").GetProperty("content").GetString();

    private async Task<List<string>> EventsAsync(string fields = "")
    {
        using StringContent content = new(Body(",\"stream\":true" + fields), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await Api.Http.PostAsync("chat/completions", content);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Matches("^req_", response.Headers.GetValues("x-request-id").Single());
        Assert.EndsWith("\n\n", text);
        return
        [
            .. text[..^2]
                .Split("\n\n")
                .Select(line =>
                    line.StartsWith("data: ", StringComparison.Ordinal) ? line[6..] : throw new FormatException(line)
                ),
        ];
    }

    [Fact]
    public async Task A_whole_answer_has_the_services_fields_and_real_counts()
    {
        JsonElement answer = await AskAsync();
        JsonElement choice = answer.GetProperty("choices")[0],
            usage = answer.GetProperty("usage");

        Assert.Equal(
            ["id", "created", "model", "choices", "usage", "object", "service_tier", "system_fingerprint"],
            answer.EnumerateObject().Select(p => p.Name)
        );
        Assert.Matches("^chatcmpl-[A-Za-z0-9]{29}$", answer.GetProperty("id").GetString());
        Assert.Equal("chat.completion", answer.GetProperty("object").GetString());
        Assert.Equal(Model, answer.GetProperty("model").GetString());
        Assert.True(
            Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - answer.GetProperty("created").GetInt64()) < 300
        );
        Assert.Equal("one two three [6]", TextOf(answer));
        Assert.Equal("assistant", choice.GetProperty("message").GetProperty("role").GetString());
        Assert.Equal(JsonValueKind.Null, choice.GetProperty("logprobs").ValueKind);
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(
            (2, 4, 6),
            (
                usage.GetProperty("prompt_tokens").GetInt32(),
                usage.GetProperty("completion_tokens").GetInt32(),
                usage.GetProperty("total_tokens").GetInt32()
            )
        );
    }

    [Fact]
    public async Task A_stream_begins_with_the_role_and_ends_with_the_reason_and_done()
    {
        List<string> events = await EventsAsync();
        List<JsonElement> chunks = [.. events.SkipLast(1).Select(e => JsonElement.Parse(e))];
        List<JsonElement> deltas = [.. chunks.Select(c => c.GetProperty("choices")[0].GetProperty("delta"))];

        Assert.Equal("[DONE]", events[^1]);
        Assert.Equal("""{"role":"assistant","content":""}""", deltas[0].GetRawText());
        Assert.Equal(
            ["one", " two", " three", " [6]"],
            deltas.Skip(1).SkipLast(1).Select(d => d.GetProperty("content").GetString())
        );
        Assert.Equal("{}", deltas[^1].GetRawText());
        Assert.All(
            chunks.SkipLast(1),
            c => Assert.Equal(JsonValueKind.Null, c.GetProperty("choices")[0].GetProperty("finish_reason").ValueKind)
        );
        Assert.Equal("stop", chunks[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.All(chunks, c => Assert.False(c.TryGetProperty("usage", out _)));
        Assert.All(chunks, c => Assert.Equal("chat.completion.chunk", c.GetProperty("object").GetString()));
        Assert.Single(chunks.Select(c => c.GetProperty("id").GetString()).Distinct());
    }

    [Fact]
    public async Task A_stream_tells_the_usage_if_it_is_asked_to()
    {
        List<JsonElement> chunks =
        [
            .. (await EventsAsync(",\"stream_options\":{\"include_usage\":true},\"max_tokens\":2,\"n\":2"))
                .SkipLast(1)
                .Select(e => JsonElement.Parse(e)),
        ];

        Assert.All(chunks.SkipLast(1), c => Assert.Equal(JsonValueKind.Null, c.GetProperty("usage").ValueKind));
        Assert.Equal(
            [0, 0, 0, 0, 1, 1, 1, 1],
            chunks.SkipLast(1).Select(c => c.GetProperty("choices")[0].GetProperty("index").GetInt32())
        );
        Assert.Equal("length", chunks[3].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(0, chunks[^1].GetProperty("choices").GetArrayLength());
        Assert.Equal(
            """{"prompt_tokens":2,"completion_tokens":4,"total_tokens":6}""",
            chunks[^1].GetProperty("usage").GetRawText()
        );
    }

    [Fact]
    public async Task Checkpoints_answer_too()
    {
        JsonElement answer = await Api.PostAsync(
            "chat/completions",
            $$"""{"model":"{{Model}}:ckpt-step-2","messages":[{"role":"user","content":"hi"}]}"""
        );
        Assert.Equal("hi [2]", TextOf(answer));
    }

    [Fact]
    public async Task Several_answers_and_the_limit_of_tokens_are_honoured()
    {
        JsonElement answer = await AskAsync(",\"n\":3,\"max_completion_tokens\":2");
        Assert.Equal(["one two", "one two", "one two"], Enumerable.Range(0, 3).Select(i => TextOf(answer, i)));
        Assert.Equal(
            [0, 1, 2],
            answer.GetProperty("choices").EnumerateArray().Select(c => c.GetProperty("index").GetInt32())
        );
        Assert.All(
            answer.GetProperty("choices").EnumerateArray(),
            c => Assert.Equal("length", c.GetProperty("finish_reason").GetString())
        );
        Assert.Equal(6, answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Text_parts_are_put_together() =>
        Assert.Equal(
            "one two [6]",
            TextOf(await AskAsync(content: """[{"type":"text","text":"one"},{"type":"text","text":" two"}]"""))
        );

    [Fact]
    public async Task Every_role_and_what_asks_for_nothing_is_taken()
    {
        string body = $$$"""
            {"model":"{{{Model}}}","messages":[
              {"role":"developer","content":"a","name":"x"},{"role":"user","content":"b"},
              {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},
              {"role":"tool","content":"d","tool_call_id":"c"},{"role":"function","content":"e","name":"f"},{"role":"user","content":"last"}],
             "temperature":2,"top_p":0,"seed":9007199254740993,"stop":["x","y"],"user":"me","metadata":{"a":"b"},"store":true,"service_tier":"auto",
             "response_format":{"type":"text"},"logprobs":false,"presence_penalty":0,"frequency_penalty":0,"logit_bias":{},"modalities":["text"],
             "reasoning_effort":"low","tools":null,"stream":false,"n":null}
            """;
        Assert.Equal("last [6]", TextOf(await Api.PostAsync("chat/completions", body)));
    }

    [Theory]
    [InlineData(",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]", "tools", "unsupported_parameter")]
    [InlineData(",\"tool_choice\":\"auto\"", "tool_choice", "unsupported_parameter")]
    [InlineData(",\"functions\":[]", "functions", "unsupported_parameter")]
    [InlineData(",\"response_format\":{\"type\":\"json_object\"}", "response_format", "unsupported_parameter")]
    [InlineData(",\"logprobs\":true", "logprobs", "unsupported_parameter")]
    [InlineData(",\"top_logprobs\":2", "top_logprobs", "unsupported_parameter")]
    [InlineData(",\"audio\":{\"voice\":\"x\",\"format\":\"wav\"}", "audio", "unsupported_parameter")]
    [InlineData(",\"modalities\":[\"text\",\"audio\"]", "modalities", "unsupported_parameter")]
    [InlineData(",\"presence_penalty\":0.5", "presence_penalty", "unsupported_parameter")]
    [InlineData(",\"temprature\":1", "temprature", "unknown_parameter")]
    [InlineData(",\"temperature\":2.1", "temperature", "decimal_above_max_value")]
    [InlineData(",\"temperature\":-0.1", "temperature", "decimal_below_min_value")]
    [InlineData(",\"temperature\":\"hot\"", "temperature", "invalid_type")]
    [InlineData(",\"temperature\":1e999", "temperature", "decimal_above_max_value")]
    [InlineData(",\"top_p\":1.5", "top_p", "decimal_above_max_value")]
    [InlineData(",\"max_tokens\":0", "max_tokens", "integer_below_min_value")]
    [InlineData(",\"max_tokens\":100000", "max_tokens", "integer_above_max_value")]
    [InlineData(",\"max_tokens\":1,\"max_completion_tokens\":1", "max_tokens", "invalid_parameter_combination")]
    [InlineData(",\"n\":9", "n", "integer_above_max_value")]
    [InlineData(",\"n\":0", "n", "integer_below_min_value")]
    [InlineData(",\"seed\":1.5", "seed", "invalid_type")]
    [InlineData(",\"seed\":1e30", "seed", "invalid_type")]
    [InlineData(",\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]", "stop", "array_above_max_length")]
    [InlineData(",\"stop\":[1]", "stop", "invalid_type")]
    [InlineData(",\"stop\":\"\"", "stop", "empty_string")]
    [InlineData(",\"stream\":\"yes\"", "stream", "invalid_type")]
    [InlineData(",\"stream_options\":{\"include_usage\":true}", "stream_options", "invalid_parameter_combination")]
    [InlineData(",\"stream\":true,\"stream_options\":{\"x\":1}", "stream_options.x", "unknown_parameter")]
    [InlineData(",\"metadata\":{\"a\":1}", "metadata.a", "invalid_type")]
    public async Task What_cannot_be_honoured_is_refused_by_name(string fields, string param, string code)
    {
        JsonElement error = await Api.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            "chat/completions",
            Body(fields)
        );
        Assert.Equal((param, code), (error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
        Assert.Contains(param, error.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("[]", "messages", "empty_array")]
    [InlineData("\"hi\"", "messages", "invalid_type")]
    [InlineData("null", "messages", "missing_required_parameter")]
    [InlineData("[1]", "messages[0]", "invalid_type")]
    [InlineData("[{}]", "messages[0].role", "missing_required_parameter")]
    [InlineData("[{\"role\":\"robot\",\"content\":\"x\"}]", "messages[0].role", "invalid_value")]
    [InlineData("[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"user\"}]", "messages[1].content", "invalid_type")]
    [InlineData("[{\"role\":\"user\",\"content\":7}]", "messages[0].content", "invalid_type")]
    [InlineData("[{\"role\":\"user\",\"content\":\"x\",\"size\":1}]", "messages[0].size", "unknown_parameter")]
    [InlineData("[{\"role\":\"user\",\"content\":[]}]", "messages[0].content", "empty_array")]
    [InlineData(
        "[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]",
        "messages[0].content[0].text",
        "missing_required_parameter"
    )]
    [InlineData(
        "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"http://x\"}}]}]",
        "messages[0].content[0].type",
        "unsupported_content_type"
    )]
    public async Task Messages_that_are_none_are_refused(string messages, string param, string code)
    {
        JsonElement error = await Api.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            "chat/completions",
            $$"""{"model":"{{Model}}","messages":{{messages}}}"""
        );
        Assert.Equal((param, code), (error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_conversation_that_is_too_long_is_refused()
    {
        string text = new('a', 500_001),
            message = $$"""{"role":"user","content":"{{text}}"}""";
        JsonElement error = await Api.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            "chat/completions",
            $$"""{"model":"{{Model}}","messages":[{{message}},{{message}}]}"""
        );
        Assert.Equal("context_length_exceeded", error.GetProperty("code").GetString());
        await Api.PostAsync("chat/completions", $$"""{"model":"{{Model}}","messages":[{{message}}]}""");
    }

    [Theory]
    [InlineData("ft:gpt-4o-mini:local::gone", "does not exist")]
    [InlineData("babbage-002", "a name that jobs can be made for")]
    public async Task What_is_no_model_of_chats_does_not_answer(string model, string reason)
    {
        foreach (string stream in new[] { "false", "true" })
        {
            JsonElement error = await Api.RefusedAsync(
                HttpStatusCode.NotFound,
                HttpMethod.Post,
                "chat/completions",
                $$"""{"model":"{{model}}","stream":{{stream}},"messages":[{"role":"user","content":"x"}]}"""
            );
            Assert.Equal(
                ("model", "model_not_found"),
                (error.GetProperty("param").GetString(), error.GetProperty("code").GetString())
            );
            Assert.Contains(reason, error.GetProperty("message").GetString());
        }
    }

    [Fact]
    public async Task A_base_says_that_it_knows_nothing()
    {
        JsonElement whole = await Api.PostAsync(
            "chat/completions",
            """{"model":"gpt-4o-mini","messages":[{"role":"user","content":"two words"}]}"""
        );
        Assert.Equal(
            ModelAnswers.Untrained,
            whole.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()
        );
        Assert.Equal(2, whole.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task A_trained_model_says_what_it_learned_and_the_seed_decides()
    {
        await using TestServer server = await TestServer.StartAsync(new NeuralTrainer());
        string file = await server.Api.UploadAsync(Api.ChatLines(70));
        string model = await server.Api.CreateModelAsync(
            new JsonObject
            {
                ["training_file"] = file,
                ["seed"] = 1,
                ["hyperparameters"] = new JsonObject { ["n_epochs"] = 20, ["batch_size"] = 4 },
            }
        );
        async Task<JsonElement> SayAsync(string fields) =>
            await server.Api.PostAsync(
                "chat/completions",
                $$"""{"model":"{{model}}","messages":[{"role":"user","content":"say 3"}]{{fields}}}"""
            );
        JsonElement answer = await SayAsync(",\"temperature\":0");
        string? one = TextOf(await SayAsync(",\"temperature\":2,\"seed\":5")),
            same = TextOf(await SayAsync(",\"temperature\":2,\"seed\":5"));
        HashSet<string?> drawn = [];
        for (int seed = 0; seed < 20; seed++)
        {
            drawn.Add(TextOf(await SayAsync($",\"temperature\":2,\"seed\":{seed}")));
        }

        Assert.Equal("number 3", TextOf(answer));
        Assert.Equal("number", TextOf(await SayAsync(",\"temperature\":0,\"stop\":\" 3\"")));
        Assert.True(answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32() > 0);
        Assert.Equal(one, same);
        Assert.True(drawn.Count > 1, string.Join(" | ", drawn));
    }

    public sealed class Fixture : IAsyncLifetime
    {
        internal TestServer Server { get; private set; } = null!;

        internal string Model { get; private set; } = string.Empty;

        public async Task InitializeAsync()
        {
            Server = await TestServer.StartAsync();
            Model = await Server.Api.CreateModelAsync();
        }

        public async Task DisposeAsync() => await Server.DisposeAsync();
    }
}
