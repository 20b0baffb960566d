using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Server.Training.Runs;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Training.External;

/// <summary>The real server and the example program as it is shipped.</summary>
public sealed class ExampleTrainerTests
{
    private const int StepsPerEpoch = 60,
        Epochs = 10;
    private readonly RecordingLog _log = new();

    [Fact]
    public async Task A_job_runs_its_whole_life_in_the_program()
    {
        await using TestServer server = await TestServer.StartAsync(ExternalPrograms.Example(_log));
        string file = await server.Api.UploadAsync(Api.ChatLines(30)),
            valid = await server.Api.UploadAsync(Api.ChatLines(10, 3));
        string id = await server.Api.CreateJobAsync(
            new JsonObject
            {
                ["training_file"] = file,
                ["validation_file"] = valid,
                ["hyperparameters"] = new JsonObject { ["n_epochs"] = 4, ["batch_size"] = 5 },
            }
        );
        JsonElement job = await server.Api.UntilStatusAsync(id, "succeeded");
        JsonElement numbers = job.GetProperty("hyperparameters");
        List<JsonElement> steps = await StepsAsync(server.Api, id);
        JsonElement checkpoints = (await server.Api.GetAsync($"fine_tuning/jobs/{id}/checkpoints")).GetProperty("data");
        JsonElement model = await server.Api.GetAsync("models/" + job.GetProperty("fine_tuned_model").GetString());

        Assert.Contains(
            "a model of the external trainer 'example', not gpt-4o-mini",
            (await server.Api.MessagesAsync(id))[0]
        );
        Assert.Equal("org-local (external:example)", model.GetProperty("owned_by").GetString());
        Assert.Equal(
            (4, 5, 1),
            (
                numbers.GetProperty("n_epochs").GetInt32(),
                numbers.GetProperty("batch_size").GetInt32(),
                numbers.GetProperty("learning_rate_multiplier").GetDouble()
            )
        );
        Assert.Equal(Enumerable.Range(1, 24), steps.Select(step => step.GetProperty("step").GetInt32()));
        Assert.True(Loss(steps[^1]) < 0.5 * Loss(steps[0]), string.Join(' ', steps));
        Assert.Equal(360, job.GetProperty("trained_tokens").GetInt32());
        Assert.Equal(
            [24, 18, 12],
            checkpoints.EnumerateArray().Select(checkpoint => checkpoint.GetProperty("step_number").GetInt32())
        );
        Assert.All(
            checkpoints.EnumerateArray(),
            checkpoint => Assert.True(checkpoint.GetProperty("metrics").GetProperty("full_valid_loss").GetDouble() < 1)
        );
        await Until.TrueAsync(
            "nothing but the models is left",
            () =>
                Directory
                    .GetFiles(Path.Combine(server.Folder, "jobs", id))
                    .Select(Path.GetFileName)
                    .Order()
                    .SequenceEqual(["model-12.json", "model-18.json", "model-24.json"])
        );
    }

    [Fact]
    public async Task A_pause_and_a_restart_of_the_server_change_nothing_about_the_result()
    {
        await using TestServer server = await TestServer.StartAsync(ExternalPrograms.Example(_log));
        string whole = await CreateLongJobAsync(server.Api);
        List<double> expected = await LossesAsync(server.Api, whole);
        string paused = await CreateLongJobAsync(server.Api);
        await UntilItTrainsAsync(server.Api, paused);
        await server.Api.PostAsync($"fine_tuning/jobs/{paused}/pause");
        await server.Api.UntilStatusAsync(paused, "paused");
        await server.Api.PostAsync($"fine_tuning/jobs/{paused}/resume");
        int before = (await StepsAsync(server.Api, paused)).Count;
        await Until.TrueAsync("it trains again", async () => await LastStepAsync(server.Api, paused) > before);
        await using TestServer second = await server.RestartAsync(ExternalPrograms.Example(_log));

        Assert.InRange(before, 1, expected.Count - 1);
        Assert.Equal(expected, await LossesAsync(second.Api, paused));
        Assert.Equal(3, ExternalPrograms.ProcessIds(_log, $"Job {paused}: the training program").Count);
    }

    [Fact]
    public async Task A_program_that_is_killed_goes_on_from_its_last_state_to_the_same_result()
    {
        await using TestServer server = await TestServer.StartAsync(ExternalPrograms.Example(_log));
        List<double> expected = await LossesAsync(server.Api, await CreateLongJobAsync(server.Api));
        string id = await CreateLongJobAsync(server.Api);
        await UntilItTrainsAsync(server.Api, id);
        Processes.Kill(ExternalPrograms.ProcessIds(_log, $"Job {id}: the training program").Single());
        List<double> losses = await LossesAsync(server.Api, id);

        Assert.Equal(expected, losses);
        Assert.Equal(2, ExternalPrograms.ProcessIds(_log, $"Job {id}: the training program").Count);
        Assert.Contains(_log.Lines, line => line.Contains("died and is started again") && line.Contains("SIGKILL"));
    }

    [Fact]
    public async Task A_job_that_another_trainer_began_is_not_mixed_up()
    {
        await using TestServer server = await TestServer.StartAsync(ExternalPrograms.Example(_log));
        string id = await CreateLongJobAsync(server.Api);
        await UntilItTrainsAsync(server.Api, id);
        await server.Api.PostAsync($"fine_tuning/jobs/{id}/pause");
        await server.Api.UntilStatusAsync(id, "paused");
        await using TestServer second = await server.RestartAsync(new NeuralTrainer());
        await second.Api.PostAsync($"fine_tuning/jobs/{id}/resume");
        JsonElement error = (await second.Api.UntilStatusAsync(id, "failed")).GetProperty("error");

        Assert.Equal("trainer_not_configured", error.GetProperty("code").GetString());
        Assert.Contains("begun by the trainer 'external:example'", error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_cancel_ends_the_program_and_what_it_wrote()
    {
        await using TestServer server = await TestServer.StartAsync(ExternalPrograms.Example(_log));
        string id = await CreateLongJobAsync(server.Api);
        await UntilItTrainsAsync(server.Api, id);
        int program = ExternalPrograms.ProcessIds(_log, $"Job {id}: the training program").Single();
        JsonElement job = await server.Api.PostAsync($"fine_tuning/jobs/{id}/cancel");

        Assert.Equal("cancelled", job.GetProperty("status").GetString());
        await Until.TrueAsync("the program has ended", () => !Processes.Runs(program));
        await Until.TrueAsync("its files are gone", () => !Directory.Exists(Path.Combine(server.Folder, "jobs", id)));
    }

    [Fact]
    public async Task A_method_that_the_program_refuses_fails_the_job_in_its_own_words()
    {
        await using TestServer server = await TestServer.StartAsync(ExternalPrograms.Example(_log));
        string file = await server.Api.UploadAsync(
            """{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"one","weight":0},{"role":"user","content":"x"},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}]}"""
                + "\n"
                + string.Concat(
                    Enumerable.Repeat(
                        """{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}],"tools":[{"type":"function","function":{"name":"f"}}]}"""
                            + "\n",
                        10
                    )
                )
        );
        string id = await server.Api.CreateJobAsync(new JsonObject { ["training_file"] = file });
        JsonElement error = (await server.Api.UntilStatusAsync(id, "failed")).GetProperty("error");

        Assert.Equal("invalid_training_file", error.GetProperty("code").GetString());
        Assert.Equal("The file has no assistant text to learn from.", error.GetProperty("message").GetString());
        Assert.Equal("training_file", error.GetProperty("param").GetString());
    }

    /// <summary>Long enough to be interrupted: every step looks at all words of a long prompt for each of many
    /// answers.</summary>
    private static async Task<string> CreateLongJobAsync(Api api)
    {
        string words = string.Join(' ', Enumerable.Range(0, 1000).Select(i => $"word{i % 50}"));
        StringBuilder lines = new();
        for (int i = 0; i < StepsPerEpoch; i++)
        {
            lines
                .Append(
                    $$"""{"messages":[{"role":"user","content":"thing {{i}} {{words}}"},{"role":"assistant","content":"thing {{i}}"}]}"""
                )
                .Append('\n');
        }

        return await api.CreateJobAsync(
            new JsonObject
            {
                ["training_file"] = await api.UploadAsync(lines.ToString()),
                ["seed"] = 7,
                ["hyperparameters"] = new JsonObject { ["n_epochs"] = Epochs, ["batch_size"] = 1 },
            }
        );
    }

    private static Task UntilItTrainsAsync(Api api, string id) =>
        Until.TrueAsync("it has trained an epoch", async () => await LastStepAsync(api, id) > StepsPerEpoch);

    private static async Task<int> LastStepAsync(Api api, string id) =>
        (await api.GetAsync($"fine_tuning/jobs/{id}/events?limit=5"))
            .GetProperty("data")
            .EnumerateArray()
            .Where(e => e.GetProperty("type").GetString() == "metrics")
            .Select(e => e.GetProperty("data").GetProperty("step").GetInt32())
            .DefaultIfEmpty(0)
            .Max();

    private static double Loss(JsonElement step) => step.GetProperty("train_loss").GetDouble();

    private static async Task<List<double>> LossesAsync(Api api, string id)
    {
        await api.UntilStatusAsync(id, "succeeded");
        List<JsonElement> steps = await StepsAsync(api, id);
        Assert.Equal(
            Enumerable.Range(1, Epochs * StepsPerEpoch),
            steps.Select(step => step.GetProperty("step").GetInt32())
        );
        return [.. steps.Select(Loss)];
    }

    /// <summary>The data of the metrics events, oldest first.</summary>
    private static async Task<List<JsonElement>> StepsAsync(Api api, string id) =>
        [
            .. (await api.EventsAsync(id))
                .Where(e => e.GetProperty("type").GetString() == "metrics")
                .Select(e => e.GetProperty("data"))
                .Reverse(),
        ];
}
