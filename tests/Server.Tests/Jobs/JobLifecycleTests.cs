using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Core.Wire;
using FineTuning.Server.Tests.Support;
using FineTuning.Server.Training.Contracts;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Jobs;

public sealed class JobLifecycleTests
{
    [Fact]
    public async Task A_job_runs_through_and_tells_its_story_in_order()
    {
        await using TestServer server = await TestServer.StartAsync();
        string file = await server.Api.UploadAsync(),
            valid = await server.Api.UploadAsync();
        string id = await server.Api.CreateJobAsync(
            new JsonObject
            {
                ["training_file"] = file,
                ["validation_file"] = valid,
                ["suffix"] = "helpdesk",
            }
        );
        JsonElement job = await server.Api.UntilStatusAsync(id, "succeeded");
        string model = job.GetProperty("fine_tuned_model").GetString()!;
        double loss = TestTrainer.Loss((int)job.GetProperty("seed").GetInt64(), 1);

        Assert.Matches("^ft:gpt-4o-mini:local:helpdesk:[A-Za-z0-9]{8}$", model);
        List<string> messages = await server.Api.MessagesAsync(id);
        Assert.Contains("small model", messages[0]);
        Assert.Contains("not gpt-4o-mini", messages[0]);
        Assert.Equal(
            [
                $"Created fine-tuning job: {id}",
                $"Validating training file: {file} and validation file: {valid}",
                "Files validated, moving job to queued state",
                "Fine-tuning job started",
                FormattableString.Invariant($"Step 1/6: training loss={loss:0.00}"),
            ],
            messages.Skip(1).Take(5)
        );
        Assert.EndsWith(", validation loss=1.25, full validation loss=1.50", messages[6]);
        Assert.Equal("Checkpoint created at step 2", messages[7]);
        Assert.Equal(
            [$"New fine-tuned model created: {model}", "The job has successfully completed"],
            messages.TakeLast(2)
        );
    }

    [Fact]
    public async Task A_finished_job_has_its_settled_numbers_tokens_and_times()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.Api.CreateJobAsync(
            new JsonObject { ["hyperparameters"] = new JsonObject { ["n_epochs"] = 3 } }
        );
        JsonElement job = await server.Api.UntilStatusAsync(id, "succeeded");

        const string Numbers = """{"n_epochs":3,"batch_size":4,"learning_rate_multiplier":1.5}""";
        Assert.Equal(Numbers, job.GetProperty("hyperparameters").GetRawText());
        Assert.Equal(
            Numbers,
            job.GetProperty("method").GetProperty("supervised").GetProperty("hyperparameters").GetRawText()
        );
        Assert.Equal(60, job.GetProperty("trained_tokens").GetInt64());
        Assert.True(job.GetProperty("finished_at").GetInt64() >= job.GetProperty("created_at").GetInt64());
        Assert.Equal(JsonValueKind.Null, job.GetProperty("error").ValueKind);
        Assert.Equal(JsonValueKind.Null, job.GetProperty("estimated_finish").ValueKind);
        Assert.Matches("^ft:gpt-4o-mini:local::[A-Za-z0-9]{8}$", job.GetProperty("fine_tuned_model").GetString());
    }

    [Fact]
    public async Task A_metrics_event_carries_its_numbers()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.Api.CreateJobAsync(
            new JsonObject { ["validation_file"] = await server.Api.UploadAsync(), ["seed"] = 5 }
        );
        await server.Api.UntilStatusAsync(id, "succeeded");

        List<JsonElement> metrics =
        [
            .. (await server.Api.EventsAsync(id)).Where(e => e.GetProperty("type").GetString() == "metrics").Reverse(),
        ];

        Assert.Equal(6, metrics.Count);
        JsonElement plain = metrics[0].GetProperty("data"),
            epochEnd = metrics[1].GetProperty("data");
        Assert.Equal(
            ["step", "train_loss", "train_mean_token_accuracy", "total_steps"],
            plain.EnumerateObject().Select(p => p.Name)
        );
        Assert.Equal(TestTrainer.Loss(5, 1), plain.GetProperty("train_loss").GetDouble());
        Assert.Equal(1.5, epochEnd.GetProperty("full_valid_loss").GetDouble());
        Assert.Equal(0.25, epochEnd.GetProperty("valid_mean_token_accuracy").GetDouble());
        Assert.Matches("^ftevent-[A-Za-z0-9]{24}$", metrics[0].GetProperty("id").GetString());
        Assert.Equal("fine_tuning.job.event", metrics[0].GetProperty("object").GetString());
        Assert.Equal("info", metrics[0].GetProperty("level").GetString());
    }

    [Fact]
    public async Task The_result_file_is_the_base64_of_a_csv()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.Api.CreateJobAsync(
            new JsonObject { ["validation_file"] = await server.Api.UploadAsync(), ["seed"] = 3 }
        );
        JsonElement job = await server.Api.UntilStatusAsync(id, "succeeded");
        string fileId = job.GetProperty("result_files").EnumerateArray().Single().GetString()!;

        JsonElement file = await server.Api.GetAsync($"files/{fileId}");
        string text = await server.Api.Http.GetStringAsync($"files/{fileId}/content");
        string[] lines = Encoding.UTF8.GetString(Convert.FromBase64String(text)).TrimEnd('\n').Split('\n');

        Assert.Equal("fine-tune-results", file.GetProperty("purpose").GetString());
        Assert.Equal("step_metrics.csv", file.GetProperty("filename").GetString());
        Assert.Equal(text.Length, file.GetProperty("bytes").GetInt64());
        Assert.Equal("step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy", lines[0]);
        Assert.Equal(7, lines.Length);
        Assert.Equal(FormattableString.Invariant($"1,{TestTrainer.Loss(3, 1)},0.5,,"), lines[1]);
        Assert.Equal(FormattableString.Invariant($"2,{TestTrainer.Loss(3, 2)},0.5,1.25,0.25"), lines[2]);
    }

    [Fact]
    public async Task Checkpoints_are_those_of_the_last_three_epochs_newest_first()
    {
        await using TestServer server = await TestServer.StartAsync(new TestTrainer { Steps = 10 });
        string id = await server.Api.CreateJobAsync();
        string model = (await server.Api.UntilStatusAsync(id, "succeeded"))
            .GetProperty("fine_tuned_model")
            .GetString()!;

        JsonElement list = await server.Api.GetAsync($"fine_tuning/jobs/{id}/checkpoints");
        List<JsonElement> all = [.. list.GetProperty("data").EnumerateArray()];

        Assert.Equal([10, 8, 6], all.Select(c => c.GetProperty("step_number").GetInt32()));
        Assert.Equal(
            [model, model + ":ckpt-step-8", model + ":ckpt-step-6"],
            all.Select(c => c.GetProperty("fine_tuned_model_checkpoint").GetString())
        );
        Assert.All(all, c => Assert.Matches("^ftckpt_[A-Za-z0-9]{24}$", c.GetProperty("id").GetString()));
        Assert.All(all, c => Assert.Equal(id, c.GetProperty("fine_tuning_job_id").GetString()));
        Assert.Equal(10, all[0].GetProperty("metrics").GetProperty("step").GetInt32());
        Assert.Equal(0.5, all[0].GetProperty("metrics").GetProperty("train_mean_token_accuracy").GetDouble());
        Assert.Equal(all[0].GetProperty("id").GetString(), list.GetProperty("first_id").GetString());

        JsonElement second = await server.Api.GetAsync(
            $"fine_tuning/jobs/{id}/checkpoints?limit=1&after={all[0].GetProperty("id").GetString()}"
        );
        Assert.Equal(8, second.GetProperty("data").EnumerateArray().Single().GetProperty("step_number").GetInt32());
        Assert.True(second.GetProperty("has_more").GetBoolean());
    }

    [Fact]
    public async Task Bad_data_fails_the_job_with_the_line_and_the_reason()
    {
        await using TestServer server = await TestServer.StartAsync();
        string file = await server.Api.UploadAsync(Api.ChatLines(12) + "{\"messages\": [\n");
        string id = await server.Api.CreateJobAsync(new JsonObject { ["training_file"] = file });
        JsonElement error = (await server.Api.UntilStatusAsync(id, "failed")).GetProperty("error");

        Assert.Equal("invalid_training_file", error.GetProperty("code").GetString());
        Assert.Equal("training_file", error.GetProperty("param").GetString());
        Assert.Contains("Line 13", error.GetProperty("message").GetString());
        Assert.Matches(@"\(FT\d+\)", error.GetProperty("message").GetString());
        JsonElement last = (await server.Api.EventsAsync(id))[0];
        Assert.Equal("error", last.GetProperty("level").GetString());
        Assert.Equal(error.GetProperty("message").GetString(), last.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Bad_validation_data_is_told_from_bad_training_data()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.Api.CreateJobAsync(
            new JsonObject { ["validation_file"] = await server.Api.UploadAsync("not json\n") }
        );
        JsonElement error = (await server.Api.UntilStatusAsync(id, "failed")).GetProperty("error");

        Assert.Equal("invalid_validation_file", error.GetProperty("code").GetString());
        Assert.Equal("validation_file", error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Too_few_examples_to_train_on_fail_but_one_is_enough_to_validate_on()
    {
        await using TestServer server = await TestServer.StartAsync();
        string few = await server.Api.UploadAsync(Api.ChatLines(1));
        string bad = await server.Api.CreateJobAsync(new JsonObject { ["training_file"] = few });
        string good = await server.Api.CreateJobAsync(new JsonObject { ["validation_file"] = few });

        await server.Api.UntilStatusAsync(bad, "failed");
        await server.Api.UntilStatusAsync(good, "succeeded");
    }

    [Fact]
    public async Task What_the_trainer_refuses_is_the_jobs_error()
    {
        TestTrainer trainer = new()
        {
            Failure = new TrainingException(
                "The loss is not a number.",
                "training_diverged",
                "learning_rate_multiplier"
            ),
        };
        await using TestServer server = await TestServer.StartAsync(trainer);
        JsonElement job = await server.Api.UntilStatusAsync(await server.Api.CreateJobAsync(), "failed");

        Assert.Equal("training_diverged", job.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("The loss is not a number.", job.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal("learning_rate_multiplier", job.GetProperty("error").GetProperty("param").GetString());
        Assert.Equal(JsonValueKind.Null, job.GetProperty("fine_tuned_model").ValueKind);
    }

    [Fact]
    public async Task A_trainer_that_breaks_fails_its_job_and_not_the_server()
    {
        await using TestServer server = await TestServer.StartAsync(
            new TestTrainer { Failure = new InvalidOperationException("broken") }
        );
        JsonElement job = await server.Api.UntilStatusAsync(await server.Api.CreateJobAsync(), "failed");
        JsonElement second = await server.Api.UntilStatusAsync(await server.Api.CreateJobAsync(), "failed");

        Assert.Equal("server_error", job.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains("broken", second.GetProperty("error").GetProperty("message").GetString());
        await Until.TrueAsync(
            "its folder is removed",
            () => Directory.GetDirectories(Path.Combine(server.Folder, "jobs")).Length == 0
        );
    }

    [Fact]
    public async Task A_file_deleted_before_its_check_fails_the_job()
    {
        TestValidator validator = new();
        await using TestServer server = await TestServer.StartAsync(validator: validator);
        string blocker = await server.Api.CreateJobAsync();
        string file = await server.Api.UploadAsync();
        string id = await server.Api.CreateJobAsync(new JsonObject { ["training_file"] = file });
        await server.Api.DeleteAsync($"files/{file}");
        validator.Allow(2);
        JsonElement job = await server.Api.UntilStatusAsync(id, "failed");

        Assert.Equal("invalid_training_file", job.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains(file, job.GetProperty("error").GetProperty("message").GetString());
        await server.Api.UntilStatusAsync(blocker, "succeeded");
    }

    [Fact]
    public async Task A_file_deleted_while_its_job_trains_stays_on_disk_until_the_job_has_ended()
    {
        TestTrainer trainer = new(free: false);
        await using TestServer server = await TestServer.StartAsync(trainer);
        string file = await server.Api.UploadAsync();
        string path = Path.Combine(server.Folder, "files", file);
        string id = await server.Api.CreateJobAsync(new JsonObject { ["training_file"] = file });
        await server.Api.UntilStatusAsync(id, "running");

        await server.Api.DeleteAsync($"files/{file}");
        bool during = File.Exists(path);
        trainer.Allow(100);
        await server.Api.UntilStatusAsync(id, "succeeded");

        Assert.True(during);
        await Until.TrueAsync("the content is freed", () => !File.Exists(path));
    }

    [Fact]
    public async Task One_trainer_takes_jobs_one_after_another_in_their_order()
    {
        TestTrainer trainer = new(free: false);
        await using TestServer server = await TestServer.StartAsync(trainer);
        string first = await server.Api.CreateJobAsync(),
            second = await server.Api.CreateJobAsync(),
            third = await server.Api.CreateJobAsync();
        await server.Api.UntilStatusAsync(third, "queued");
        await server.Api.UntilStatusAsync(first, "running");
        JsonElement health = await server.Control.GetAsync("_server/health");

        Assert.Equal("queued", await server.Api.StatusAsync(second));
        Assert.Equal(1, health.GetProperty("jobs_running").GetInt32());
        Assert.Equal(2, health.GetProperty("jobs_queued").GetInt32());
        trainer.Allow(100);
        await server.Api.UntilStatusAsync(third, "succeeded");
        Assert.Equal([first, second, third], trainer.Calls.Select(call => call.JobId));
    }

    [Fact]
    public async Task Two_trainers_train_two_jobs_at_once_on_threads_of_their_own()
    {
        TestTrainer trainer = new(free: false);
        await using TestServer server = await TestServer.StartAsync(
            trainer,
            configure: options => options with { Trainers = 2 }
        );
        string first = await server.Api.CreateJobAsync(),
            second = await server.Api.CreateJobAsync(),
            third = await server.Api.CreateJobAsync();
        await server.Api.UntilStatusAsync(first, "running");
        await server.Api.UntilStatusAsync(second, "running");
        await server.Api.UntilStatusAsync(third, "queued");
        trainer.Allow(100);
        await server.Api.UntilStatusAsync(third, "succeeded");

        Assert.Equal(new[] { "trainer " + first, "trainer " + second }.Order(), trainer.ThreadNames.Take(2).Order());
    }

    [Fact]
    public async Task A_running_job_tells_when_it_may_end()
    {
        TestTrainer trainer = new(free: false) { Steps = 50 };
        await using TestServer server = await TestServer.StartAsync(trainer);
        string id = await server.Api.CreateJobAsync();
        JsonElement early = await server.Api.UntilStatusAsync(id, "running");
        trainer.Allow(5);
        JsonElement later = default;
        await Until.TrueAsync(
            "there is an estimate",
            async () =>
                (later = await server.Api.JobAsync(id)).GetProperty("estimated_finish").ValueKind
                == JsonValueKind.Number
        );

        Assert.Equal(JsonValueKind.Null, early.GetProperty("estimated_finish").ValueKind);
        Assert.InRange(
            later.GetProperty("estimated_finish").GetInt64(),
            DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 2,
            DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 3600
        );
    }

    [Fact]
    public async Task The_trainer_gets_what_was_asked_for_and_a_folder_of_its_own()
    {
        TestTrainer trainer = new();
        await using TestServer server = await TestServer.StartAsync(trainer);
        string id = await server.Api.CreateJobAsync(
            new JsonObject
            {
                ["seed"] = 9,
                ["method"] = JsonNode.Parse(
                    """{"type":"supervised","supervised":{"hyperparameters":{"batch_size":7,"n_epochs":"auto"}}}"""
                ),
            }
        );
        await server.Api.UntilStatusAsync(id, "succeeded");
        TrainingRequest request = trainer.Calls.Single();
        Hyperparameters numbers = request.Hyperparameters;

        Assert.Equal(
            (9, 7, null, null),
            (request.Seed, numbers.BatchSize?.Value, numbers.EpochCount?.Value, numbers.LearningRateMultiplier?.Value)
        );
        Assert.Equal(Path.Combine(server.Folder, "jobs", id), request.WorkFolder);
        Assert.Null(request.ResumeFrom);
        await Until.TrueAsync(
            "its state is removed",
            () => Directory.GetFiles(request.WorkFolder, "state-*").Length == 0
        );
    }

    [Fact]
    public async Task Thousands_of_steps_are_kept_whole_and_in_order()
    {
        await using TestServer server = await TestServer.StartAsync(
            new TestTrainer { Steps = 3000, StepsPerEpoch = 1000 }
        );
        string id = await server.Api.CreateJobAsync();
        await server.Api.UntilStatusAsync(id, "succeeded");

        List<int> steps =
        [
            .. (await server.Api.EventsAsync(id))
                .Where(e => e.GetProperty("type").GetString() == "metrics")
                .Select(e => e.GetProperty("data").GetProperty("step").GetInt32()),
        ];
        Assert.Equal(Enumerable.Range(1, 3000).Reverse(), steps);
    }

    [Fact]
    public async Task A_fine_tuned_model_can_be_the_base_of_another()
    {
        await using TestServer server = await TestServer.StartAsync();
        string first = (await server.Api.UntilStatusAsync(await server.Api.CreateJobAsync(), "succeeded"))
            .GetProperty("fine_tuned_model")
            .GetString()!;
        string id = await server.Api.CreateJobAsync(new JsonObject { ["model"] = first, ["suffix"] = "again" });
        JsonElement job = await server.Api.UntilStatusAsync(id, "succeeded");

        Assert.Equal(first, job.GetProperty("model").GetString());
        Assert.Matches("^ft:gpt-4o-mini:local:again:[A-Za-z0-9]{8}$", job.GetProperty("fine_tuned_model").GetString());
        Assert.Contains("goes on from what", (await server.Api.MessagesAsync(id))[0]);
    }
}
