using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Server.Tests.Support;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Runs;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Jobs;

/// <summary>Jobs of the other methods and jobs on fine-tuned models, by the server's own trainer over real
/// HTTP.</summary>
public sealed class MethodJobTests
{
    private const string Grader =
        """{"type":"string_check","name":"same","input":"{{sample.output_text}}","reference":"{{item.reference_answer}}","operation":"eq"}""";

    private static JsonObject Method(string type, string options) =>
        new() { ["type"] = type, [type] = JsonNode.Parse(options) };

    private static async Task<string[]> CsvAsync(Api api, JsonElement job)
    {
        string file = job.GetProperty("result_files").EnumerateArray().Single().GetString()!;
        string text = await api.Http.GetStringAsync($"files/{file}/content");
        return Encoding.UTF8.GetString(Convert.FromBase64String(text)).TrimEnd('\n').Split('\n');
    }

    private static async Task<List<JsonElement>> MetricsAsync(Api api, string id) =>
        [.. (await api.EventsAsync(id)).Where(e => e.GetProperty("type").GetString() == "metrics").Reverse()];

    [Fact]
    public async Task A_preference_job_is_trained_and_tells_its_margins()
    {
        await using TestServer server = await TestServer.StartAsync(new NeuralTrainer());
        string file = await server.Api.UploadAsync(Api.PreferenceLines(28));
        string id = await server.Api.CreateJobAsync(
            new JsonObject
            {
                ["training_file"] = file,
                ["validation_file"] = file,
                ["seed"] = 3,
                ["method"] = Method("dpo", """{"hyperparameters":{"n_epochs":4,"batch_size":4}}"""),
            }
        );
        JsonElement job = await server.Api.UntilStatusAsync(id, "succeeded");

        Assert.Equal(JsonValueKind.Null, job.GetProperty("hyperparameters").ValueKind);
        Assert.Equal(
            """{"type":"dpo","dpo":{"hyperparameters":{"n_epochs":4,"batch_size":4,"learning_rate_multiplier":1,"beta":0.1}}}""",
            job.GetProperty("method").GetRawText()
        );
        Assert.True(job.GetProperty("trained_tokens").GetInt64() > 4 * 28);
        List<JsonElement> metrics = await MetricsAsync(server.Api, id);
        Assert.Equal(28, metrics.Count);
        Assert.StartsWith("Step 1/28: training loss=0.69", metrics[0].GetProperty("message").GetString());
        Assert.Equal(28, metrics[0].GetProperty("data").GetProperty("total_steps").GetInt32());
        double first = metrics[0].GetProperty("data").GetProperty("train_loss").GetDouble(),
            last = metrics[^1].GetProperty("data").GetProperty("train_loss").GetDouble();
        Assert.True(last < first);
        Assert.True(metrics[^1].GetProperty("data").GetProperty("full_valid_reward_margin").GetDouble() > 0);
        JsonElement checkpoint = (await server.Api.GetAsync($"fine_tuning/jobs/{id}/checkpoints")).GetProperty("data")[
            0
        ];
        Assert.True(checkpoint.GetProperty("metrics").GetProperty("train_reward_margin").GetDouble() > 0);
        string[] csv = await CsvAsync(server.Api, job);
        Assert.StartsWith(
            "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy,train_reward_margin",
            csv[0]
        );
        Assert.Equal(29, csv.Length);
    }

    [Fact]
    public async Task A_reinforcement_job_is_trained_by_its_grader_and_tells_its_rewards()
    {
        await using TestServer server = await TestServer.StartAsync(new NeuralTrainer());
        string file = await server.Api.UploadAsync(Api.ItemLines(30));
        string id = await server.Api.CreateJobAsync(
            new JsonObject
            {
                ["model"] = "o4-mini-2025-04-16",
                ["training_file"] = file,
                ["validation_file"] = file,
                ["seed"] = 3,
                ["method"] = Method(
                    "reinforcement",
                    $$$"""{"grader":{{{Grader}}},"hyperparameters":{"n_epochs":10,"batch_size":5,"eval_interval":4}}"""
                ),
            }
        );
        JsonElement early = await server.Api.JobAsync(id);
        JsonElement job = await server.Api.UntilStatusAsync(id, "succeeded");

        JsonElement method = job.GetProperty("method").GetProperty("reinforcement");
        Assert.Equal(Grader, method.GetProperty("grader").GetRawText());
        Assert.Equal(
            "auto",
            early
                .GetProperty("method")
                .GetProperty("reinforcement")
                .GetProperty("hyperparameters")
                .GetProperty("compute_multiplier")
                .GetString()
        );
        Assert.Equal(
            """{"n_epochs":10,"batch_size":5,"learning_rate_multiplier":1,"reasoning_effort":"default","compute_multiplier":1,"eval_interval":4,"eval_samples":2}""",
            method.GetProperty("hyperparameters").GetRawText()
        );
        List<JsonElement> metrics = await MetricsAsync(server.Api, id);
        Assert.Matches(@"^Step 1/60: training reward=0\.\d\d$", metrics[0].GetProperty("message").GetString());
        Assert.Matches(
            @"^Step 4/60: training reward=\d\.\d\d, validation reward=\d\.\d\d$",
            metrics[3].GetProperty("message").GetString()
        );
        Assert.False(metrics[0].GetProperty("data").TryGetProperty("train_loss", out _));
        double Mean(IEnumerable<JsonElement> steps) =>
            steps.Average(step => step.GetProperty("data").GetProperty("train_reward_mean").GetDouble());
        Assert.True(
            Mean(metrics.TakeLast(6)) > Mean(metrics.Take(6)) + 0.3,
            $"{Mean(metrics.Take(6))} to {Mean(metrics.TakeLast(6))}"
        );
        JsonElement checkpoints = (await server.Api.GetAsync($"fine_tuning/jobs/{id}/checkpoints")).GetProperty("data");
        Assert.Equal(3, checkpoints.GetArrayLength());
        Assert.True(checkpoints[0].GetProperty("metrics").GetProperty("full_valid_reward_mean").GetDouble() > 0.6);
        string[] csv = await CsvAsync(server.Api, job);
        Assert.StartsWith("step,train_reward_mean,train_reward_std", csv[0]);
        Assert.Contains("valid_reward_mean", csv[0]);
        Assert.Equal(61, csv.Length);
    }

    [Fact]
    public async Task A_grader_that_cannot_score_fails_the_job_in_its_own_words()
    {
        await using TestServer server = await TestServer.StartAsync(new NeuralTrainer());
        string id = await server.Api.CreateJobAsync(
            new JsonObject
            {
                ["training_file"] = await server.Api.UploadAsync(Api.ItemLines(12)),
                ["method"] = Method(
                    "reinforcement",
                    "{\"grader\":" + Grader.Replace("reference_answer", "no_such_field") + "}"
                ),
            }
        );
        JsonElement error = (await server.Api.UntilStatusAsync(id, "failed")).GetProperty("error");

        Assert.Equal("grader_failed", error.GetProperty("code").GetString());
        Assert.Equal("method.reinforcement.grader", error.GetProperty("param").GetString());
        Assert.Matches(
            "^The grader failed for all [0-9]+ samples of .*no_such_field",
            error.GetProperty("message").GetString()
        );
        (string? Level, string? Text)[] events =
        [
            .. (await server.Api.EventsAsync(id)).Select(e =>
                (e.GetProperty("level").GetString(), e.GetProperty("message").GetString())
            ),
        ];
        Assert.Contains(events, e => e.Level == "error" && e.Text == error.GetProperty("message").GetString());
        Assert.Contains(
            events,
            e =>
                e.Level == "warn"
                && e.Text!.StartsWith("The grader failed for all ", StringComparison.Ordinal)
                && e.Text.Contains("samples of step 1;")
        );
    }

    [Fact]
    public async Task A_grader_that_fails_for_some_samples_is_told_with_its_share_and_the_job_goes_on()
    {
        await using TestServer server = await TestServer.StartAsync(new NeuralTrainer());
        string items =
            Api.ItemLines(12)
            + """{"messages":[{"role":"user","content":"say white"}],"answer_is_elsewhere":"white"}"""
            + "\n";
        string id = await server.Api.CreateJobAsync(
            new JsonObject
            {
                ["training_file"] = await server.Api.UploadAsync(items),
                ["method"] = Method(
                    "reinforcement",
                    $$$"""{"grader":{{{Grader}}},"hyperparameters":{"n_epochs":3,"batch_size":13}}"""
                ),
            }
        );
        JsonElement job = await server.Api.UntilStatusAsync(id, "succeeded");

        string[] warnings =
        [
            .. (await server.Api.EventsAsync(id))
                .Where(e => e.GetProperty("level").GetString() == "warn")
                .Select(e => e.GetProperty("message").GetString()!)
                .Reverse(),
        ];
        Assert.Equal(2, warnings.Length);
        Assert.Matches(
            "^The grader failed for 8 of 104 samples of step 1; they count as 0. The first failure: .*reference_answer",
            warnings[0]
        );
        Assert.Equal(
            "The grader failed for 24 of 312 samples of this training (7.7 %). Each of them counted as 0.",
            warnings[1]
        );
        Assert.Contains("train_grader_error_share", (await CsvAsync(server.Api, job))[0]);
    }

    [Fact]
    public async Task A_reward_that_is_always_the_same_is_told()
    {
        await using TestServer server = await TestServer.StartAsync(new NeuralTrainer());
        string id = await server.Api.CreateJobAsync(
            new JsonObject
            {
                ["training_file"] = await server.Api.UploadAsync(Api.ItemLines(12)),
                ["method"] = Method(
                    "reinforcement",
                    """{"grader":{"type":"string_check","name":"g","operation":"eq","input":"x","reference":"x"},"hyperparameters":{"n_epochs":2,"batch_size":12}}"""
                ),
            }
        );
        await server.Api.UntilStatusAsync(id, "succeeded");

        JsonElement warning = (await server.Api.EventsAsync(id)).Single(e =>
            e.GetProperty("level").GetString() == "warn"
        );
        Assert.StartsWith(
            "There was nothing to learn from in the first 2 steps",
            warning.GetProperty("message").GetString()
        );
    }

    [Fact]
    public async Task A_grading_model_that_was_deleted_before_the_job_began_fails_it_by_name()
    {
        TestTrainer trainer = new(free: false);
        await using TestServer server = await TestServer.StartAsync(trainer);
        trainer.Allow(trainer.Steps);
        string model = (await server.Api.UntilStatusAsync(await server.Api.CreateJobAsync(), "succeeded"))
            .GetProperty("fine_tuned_model")
            .GetString()!;
        string ahead = await server.Api.CreateJobAsync();
        await server.Api.UntilStatusAsync(ahead, "running");
        JsonObject grader = new()
        {
            ["type"] = "score_model",
            ["name"] = "judge",
            ["model"] = model,
            ["input"] = JsonNode.Parse("""[{"role":"user","content":"{{sample.output_text}}"}]"""),
        };
        string id = await server.Api.CreateJobAsync(
            new JsonObject
            {
                ["training_file"] = await server.Api.UploadAsync(Api.ItemLines(12)),
                ["method"] = Method("reinforcement", new JsonObject { ["grader"] = grader }.ToJsonString()),
            }
        );
        await server.Api.UntilStatusAsync(id, "queued");
        await server.Api.DeleteAsync("models/" + model);
        trainer.Allow(100);
        JsonElement error = (await server.Api.UntilStatusAsync(id, "failed")).GetProperty("error");

        Assert.Equal("invalid_grader", error.GetProperty("code").GetString());
        Assert.Contains(model, error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_file_of_another_kind_fails_the_job()
    {
        await using TestServer server = await TestServer.StartAsync(new NeuralTrainer());
        string id = await server.Api.CreateJobAsync(new JsonObject { ["method"] = Method("dpo", "{}") });
        Assert.Equal(
            "invalid_training_file",
            (await server.Api.UntilStatusAsync(id, "failed")).GetProperty("error").GetProperty("code").GetString()
        );
    }

    [Fact]
    public async Task A_job_goes_on_from_a_model_that_is_deleted_after_its_files_were_checked()
    {
        await using TestServer server = await TestServer.StartAsync();
        string first = await server.Api.CreateJobAsync();
        string model = (await server.Api.UntilStatusAsync(first, "succeeded"))
            .GetProperty("fine_tuned_model")
            .GetString()!;
        TestTrainer held = new(free: false);
        await using TestServer again = await server.RestartAsync(held);
        string id = await again.Api.CreateJobAsync(new JsonObject { ["model"] = model });
        await again.Api.UntilStatusAsync(id, "running");
        await Until.TrueAsync("it trains", () => !held.Calls.IsEmpty);
        await again.Api.DeleteAsync("models/" + model);
        TrainingRequest request = held.Calls.Single();

        Assert.Equal(Path.Combine(again.Folder, "jobs", id, "base"), request.BaseModelPath);
        Assert.Equal("6", File.ReadAllText(request.BaseModelPath!));
        held.Allow(100);
        await again.Api.UntilStatusAsync(id, "succeeded");
        await Until.TrueAsync("its copy is removed", () => !File.Exists(request.BaseModelPath));
    }

    [Fact]
    public async Task A_link_in_a_model_is_not_followed()
    {
        if (OperatingSystem.IsWindows())
        {
            // Not every user may make one there.
            return;
        }

        TestTrainer trainer = new(free: false);
        await using TestServer server = await TestServer.StartAsync(trainer);
        trainer.Allow(trainer.Steps);
        string first = await server.Api.CreateJobAsync();
        string name = (await server.Api.UntilStatusAsync(first, "succeeded"))
            .GetProperty("fine_tuned_model")
            .GetString()!;
        string model = Path.Combine(server.Folder, "jobs", first, "model-6");
        File.Delete(model);
        Directory.CreateDirectory(model);
        File.WriteAllText(Path.Combine(model, "weights"), "6");
        File.CreateSymbolicLink(Path.Combine(model, "log"), Path.Combine(server.Folder, "server.log"));
        Directory.CreateSymbolicLink(Path.Combine(model, "self"), model);
        string id = await server.Api.CreateJobAsync(new JsonObject { ["model"] = name });
        await server.Api.UntilStatusAsync(id, "running");

        string copy = Path.Combine(server.Folder, "jobs", id, "base");
        Assert.Equal([Path.Combine(copy, "weights")], Directory.GetFileSystemEntries(copy));
    }

    [Fact]
    public async Task A_model_that_is_gone_before_its_job_was_checked_fails_it()
    {
        TestValidator validator = new();
        await using TestServer server = await TestServer.StartAsync(new TestTrainer(), validator);
        validator.Allow(1);
        string model = (await server.Api.UntilStatusAsync(await server.Api.CreateJobAsync(), "succeeded"))
            .GetProperty("fine_tuned_model")
            .GetString()!;

        // Files are checked one job after the other, so the second waits for the first.
        await server.Api.CreateJobAsync();
        await Until.TrueAsync("the job before it is checked", () => validator.Started == 2);
        string id = await server.Api.CreateJobAsync(new JsonObject { ["model"] = model });
        await server.Api.DeleteAsync("models/" + model);
        validator.Allow(1);
        JsonElement error = (await server.Api.UntilStatusAsync(id, "failed")).GetProperty("error");

        Assert.Equal("model", error.GetProperty("param").GetString());
        Assert.Contains(model, error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_checkpoint_too_can_be_gone_on_from_and_its_answers_are_known_from_the_start()
    {
        await using TestServer server = await TestServer.StartAsync(new NeuralTrainer());
        string file = await server.Api.UploadAsync(Api.ChatLines(60));
        JsonObject Fields(string model) =>
            new()
            {
                ["model"] = model,
                ["training_file"] = file,
                ["seed"] = 5,
                ["hyperparameters"] = new JsonObject { ["n_epochs"] = 5, ["batch_size"] = 1 },
            };
        string first = await server.Api.CreateJobAsync(Fields("gpt-4o-mini"));
        await server.Api.UntilStatusAsync(first, "succeeded");
        JsonElement checkpoints = (await server.Api.GetAsync($"fine_tuning/jobs/{first}/checkpoints")).GetProperty(
            "data"
        );
        string checkpoint = checkpoints[1].GetProperty("fine_tuned_model_checkpoint").GetString()!;
        string second = await server.Api.CreateJobAsync(Fields(checkpoint));
        await server.Api.UntilStatusAsync(second, "succeeded");
        List<JsonElement> before = await MetricsAsync(server.Api, first),
            after = await MetricsAsync(server.Api, second);
        double Loss(JsonElement step) => step.GetProperty("data").GetProperty("train_loss").GetDouble();

        Assert.Contains(":ckpt-step-", checkpoint);
        Assert.True(Loss(after[0]) < 0.3 * Loss(before[0]), $"{Loss(before[0])} before, {Loss(after[0])} after");
    }
}
