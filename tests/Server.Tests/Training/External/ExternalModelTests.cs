using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Server.Tests.Support;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Runs;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Training.External;

/// <summary>The models that an external program made, asked over the API.</summary>
public sealed class ExternalModelTests
{
    private readonly RecordingLog _log = new();

    [Fact]
    public async Task A_model_and_its_checkpoint_answer_by_the_program_that_made_them()
    {
        await using TestServer server = await TestServer.StartAsync(ExternalPrograms.Example(_log));
        (string id, string model) = await TrainAsync(server.Api);
        JsonElement checkpoints = (await server.Api.GetAsync($"fine_tuning/jobs/{id}/checkpoints")).GetProperty("data");
        string checkpoint = checkpoints[1].GetProperty("fine_tuned_model_checkpoint").GetString()!;
        JsonElement answer = await AskAsync(server.Api, model, "say 3");
        string[] answers =
        [
            .. (
                await Task.WhenAll(
                    Enumerable
                        .Range(0, 7)
                        .Select(i => AskAsync(server.Api, i % 2 == 0 ? model : checkpoint, $"say {i}"))
                )
            ).Select(TextOf),
        ];

        Assert.Equal("number 3", TextOf(answer));
        Assert.Equal("stop", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(
            (3, 2),
            (
                answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(),
                answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32()
            )
        );
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"number {i}"), answers);
        Assert.Equal(
            "number",
            TextOf(await AskAsync(server.Api, model, "say 3", new JsonObject { ["max_tokens"] = 1 }))
        );
        Assert.Equal("num", TextOf(await AskAsync(server.Api, model, "say 3", new JsonObject { ["stop"] = "ber" })));
    }

    [PythonFact]
    public async Task So_does_a_model_of_the_example_in_Python()
    {
        await using TestServer server = await TestServer.StartAsync(await ExternalPrograms.PythonAsync(_log));
        (string id, string model) = await TrainAsync(server.Api);
        List<double> losses =
        [
            .. (await server.Api.EventsAsync(id))
                .Where(e => e.GetProperty("type").GetString() == "metrics")
                .Select(e => e.GetProperty("data").GetProperty("train_loss").GetDouble()),
        ];

        Assert.Equal(88, losses.Count);
        Assert.True(losses[0] < 0.5 * losses[^1]);
        Assert.Equal(
            3,
            (await server.Api.GetAsync($"fine_tuning/jobs/{id}/checkpoints")).GetProperty("data").GetArrayLength()
        );
        Assert.Equal("number 3", TextOf(await AskAsync(server.Api, model, "say 3")));
    }

    [Fact]
    public async Task It_streams_word_by_word()
    {
        await using TestServer server = await TestServer.StartAsync(ExternalPrograms.Example(_log));
        (_, string model) = await TrainAsync(server.Api);
        using StringContent body = new(
            Question(model, "say 5", new JsonObject { ["stream"] = true }),
            System.Text.Encoding.UTF8,
            "application/json"
        );
        using HttpResponseMessage response = await server.Api.Http.PostAsync("chat/completions", body);
        string[] pieces =
        [
            .. (await response.Content.ReadAsStringAsync())
                .Split("\n\n")
                .Where(line => line.StartsWith("data: {"))
                .Select(line =>
                    JsonElement.Parse(line["data: ".Length..]).GetProperty("choices")[0].GetProperty("delta")
                )
                .Where(delta =>
                    delta.TryGetProperty("content", out JsonElement content) && content.GetString()!.Length > 0
                )
                .Select(delta => delta.GetProperty("content").GetString()!),
        ];

        Assert.Equal(["number", " 5"], pieces);
    }

    [Fact]
    public async Task A_program_that_is_killed_while_it_holds_a_model_is_started_again_by_the_next_question()
    {
        await using TestServer server = await TestServer.StartAsync(ExternalPrograms.Example(_log));
        (_, string model) = await TrainAsync(server.Api);
        await AskAsync(server.Api, model, "say 1");
        Processes.Kill(ExternalPrograms.ProcessIds(_log, "the serving program").Single());
        await Until.TrueAsync(
            "it answers again",
            async () =>
                (await server.Api.TryAsync(HttpMethod.Post, "chat/completions", Question(model, "say 2")))
                    is (HttpStatusCode.OK, var body)
                && TextOf(body) == "number 2"
        );

        Assert.Equal(2, ExternalPrograms.ProcessIds(_log, "the serving program").Count);
    }

    [Fact]
    public async Task A_stop_of_the_server_and_the_deletion_of_the_model_end_its_program()
    {
        TestServer server = await TestServer.StartAsync(ExternalPrograms.Example(_log));
        (_, string one) = await TrainAsync(server.Api);
        (_, string two) = await TrainAsync(server.Api);
        await AskAsync(server.Api, one, "say 1");
        await server.Api.DeleteAsync("models/" + one);
        int first = ExternalPrograms.ProcessIds(_log, "the serving program").Single();
        await Until.TrueAsync("the first has ended", () => !Processes.Runs(first));
        await AskAsync(server.Api, two, "say 1");
        await server.DisposeAsync();

        Assert.All(ExternalPrograms.ProcessIds(_log, "program"), process => Assert.False(Processes.Runs(process)));
    }

    [Fact]
    public async Task Without_its_trainer_a_model_is_refused_and_those_of_the_built_in_one_answer()
    {
        await using TestServer first = await TestServer.StartAsync(new NeuralTrainer());
        (_, string builtIn) = await TrainAsync(first.Api);
        await using TestServer second = await first.RestartAsync(ExternalPrograms.Example(_log));
        (_, string external) = await TrainAsync(second.Api);
        string answer = TextOf(await AskAsync(second.Api, builtIn, "say 1"));
        await using TestServer third = await second.RestartAsync(new NeuralTrainer());
        JsonElement error = await third.Api.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            "chat/completions",
            Question(external, "say 1")
        );

        Assert.Equal("number 1", answer);
        Assert.Equal(answer, TextOf(await AskAsync(third.Api, builtIn, "say 1")));
        Assert.Contains(
            "'external:example', which this server was not started with",
            error.GetProperty("message").GetString()
        );
    }

    [Theory]
    [InlineData("""{"type":"error","message":"no such model"}""", HttpStatusCode.ServiceUnavailable, "no such model")]
    [InlineData("hello", HttpStatusCode.ServiceUnavailable, "it is no JSON")]
    [InlineData("#exit 5", HttpStatusCode.ServiceUnavailable, "exit code 5")]
    [InlineData("""{"type":"ready"}|#await generate|#exit 6""", HttpStatusCode.ServiceUnavailable, "exit code 6")]
    [InlineData(
        """{"type":"ready"}|#await generate|{"type":"text","id":1,"text":"x"}|nonsense|#hang""",
        HttpStatusCode.ServiceUnavailable,
        "nonsense"
    )]
    [InlineData(
        """{"type":"ready"}|#await generate|{"type":"text","id":99,"text":"x"}|#hang""",
        HttpStatusCode.ServiceUnavailable,
        "'id' is none of an answer"
    )]
    [InlineData(
        """{"type":"ready"}|#await generate|{"type":"end","id":1,"finish_reason":"tired"}|#hang""",
        HttpStatusCode.ServiceUnavailable,
        "'finish_reason' must be"
    )]
    [InlineData(
        """{"type":"ready"}|#await generate|{"type":"error","id":1,"code":"context_length_exceeded","message":"too long"}|#hang""",
        HttpStatusCode.BadRequest,
        "too long"
    )]
    public async Task What_goes_wrong_with_an_answer_is_told(string script, HttpStatusCode status, string message)
    {
        // The job's run takes the first branch; whatever holds its model later takes the second.
        await using TestServer server = await TestServer.StartAsync(
            ExternalPrograms.Scripted(
                _log,
                [
                    "#serving",
                    .. script.Split('|'),
                    "#then",
                    """{"type":"step","step":4,"train_loss":1}""",
                    "#file model.txt x",
                    """{"type":"done","path":"model.txt"}""",
                ]
            )
        );
        (_, string model) = await TrainAsync(server.Api);
        JsonElement error = await server.Api.RefusedAsync(
            status,
            HttpMethod.Post,
            "chat/completions",
            Question(model, "say 1")
        );

        Assert.Contains(message, error.GetProperty("message").GetString());
        int[] processes = [.. ExternalPrograms.ProcessIds(_log, "the serving program")];
        Assert.Single(processes);
        if (status != HttpStatusCode.BadRequest)
        {
            await Until.TrueAsync("the program has ended", () => !Processes.Runs(processes[0]));
        }
    }

    [Fact]
    public async Task An_answer_that_nobody_waits_for_is_cancelled_and_the_model_goes_on()
    {
        ITrainer trainer = ExternalPrograms.Scripted(
            _log,
            """{"type":"ready","size_bytes":5,"concurrent":2}""",
            "#await generate",
            """{"type":"text","id":1,"text":"on "}""",
            "#await cancel",
            """{"type":"end","id":1,"finish_reason":"length","prompt_tokens":1,"completion_tokens":1}""",
            "#await generate",
            """{"type":"text","id":2,"text":"well"}""",
            """{"type":"end","id":2,"finish_reason":"stop","prompt_tokens":1,"completion_tokens":1}""",
            "#hang"
        );
        await using IChatModel model = await trainer.OpenAsync(ExternalPrograms.ExamplePath, default);
        using System.Threading.CancellationTokenSource stop = new();
        ChatTurn[] turns = [new("user", "hi")];
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            model.AnswerAsync(turns, new GenerationOptions(), async _ => await stop.CancelAsync(), stop.Token)
        );
        string text = string.Empty;
        ChatOutcome outcome = await model.AnswerAsync(
            turns,
            new GenerationOptions(),
            piece =>
            {
                text += piece;
                return ValueTask.CompletedTask;
            },
            default
        );

        Assert.Equal(("well", "stop", 5L), (text, outcome.FinishReason, model.Size));
        Assert.Single(ExternalPrograms.ProcessIds(_log, "the serving program"));
    }

    [Fact]
    public async Task A_model_that_nobody_asks_is_closed_and_opened_again_by_the_next_question()
    {
        ITrainer trainer = ExternalPrograms.Scripted(
            _log,
            ExternalPrograms.Limits with
            {
                IdleTimeout = TimeSpan.FromMilliseconds(1),
            },
            """{"type":"ready"}""",
            "#await generate",
            """{"type":"text","id":1,"text":"hi"}""",
            """{"type":"end","id":1,"finish_reason":"stop","prompt_tokens":1,"completion_tokens":1}""",
            "#await nothing"
        );
        await using IChatModel model = await trainer.OpenAsync(ExternalPrograms.ExamplePath, default);
        for (int i = 0; i < 2; i++)
        {
            await model.AnswerAsync(
                [new ChatTurn("user", "hi")],
                new GenerationOptions(),
                _ => ValueTask.CompletedTask,
                default
            );
            int process = ExternalPrograms.ProcessIds(_log, "the serving program")[i];
            await Until.TrueAsync("the program has ended", () => !Processes.Runs(process));
        }
    }

    private static async Task<(string Job, string Model)> TrainAsync(Api api)
    {
        string id = await api.CreateJobAsync(
            new JsonObject
            {
                ["training_file"] = await api.UploadAsync(Api.ChatLines(42)),
                ["seed"] = 1,
                ["hyperparameters"] = new JsonObject { ["n_epochs"] = 8, ["batch_size"] = 4 },
            }
        );
        return (id, (await api.UntilStatusAsync(id, "succeeded")).GetProperty("fine_tuned_model").GetString()!);
    }

    private static string Question(string model, string text, JsonObject? fields = null)
    {
        JsonObject body = fields ?? [];
        body["model"] = model;
        body["temperature"] = 0;
        body["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = text });
        return body.ToJsonString();
    }

    private static Task<JsonElement> AskAsync(Api api, string model, string text, JsonObject? fields = null) =>
        api.PostAsync("chat/completions", Question(model, text, fields));

    private static string TextOf(JsonElement answer) =>
        answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
}
