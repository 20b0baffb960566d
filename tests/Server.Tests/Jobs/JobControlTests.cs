using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Core.Wire;
using FineTuning.Server.Jobs;
using FineTuning.Server.Tests.Support;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Jobs;

/// <summary>Pause, resume and cancel from every state.</summary>
public sealed class JobControlTests
{
    private static async Task<string> ActAsync(TestServer server, string id, string action) =>
        (await server.Api.PostAsync($"fine_tuning/jobs/{id}/{action}")).GetProperty("status").GetString()!;

    private static async Task<string> RefusalAsync(TestServer server, string id, string action) =>
        (await server.Api.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, $"fine_tuning/jobs/{id}/{action}"))
            .GetProperty("message")
            .GetString()!;

    [Fact]
    public async Task A_running_job_pauses_with_its_state_and_goes_on_from_there()
    {
        TestTrainer trainer = new(free: false);
        await using TestServer server = await TestServer.StartAsync(trainer);
        string id = await server.Api.CreateJobAsync();
        trainer.Allow(3);
        await Until.TrueAsync("three steps are done", () => Volatile.Read(ref trainer.StepsDone) == 3);

        Assert.Equal("pausing", await ActAsync(server, id, "pause"));
        await server.Api.UntilStatusAsync(id, "paused");
        trainer.Allow(100);
        string resumed = await ActAsync(server, id, "resume");
        await server.Api.UntilStatusAsync(id, "succeeded");

        Assert.Equal("resuming", resumed);
        Assert.Equal(6, trainer.StepsDone);
        Assert.EndsWith("state-3", trainer.Calls.Last().ResumeFrom);
        List<string> messages = await server.Api.MessagesAsync(id);
        Assert.Equal(6, messages.Count(message => message.StartsWith("Step ")));
        Assert.Contains("Fine-tuning job paused", messages);
        Assert.Contains("Fine-tuning job resumed from step 3", messages);
    }

    [Fact]
    public async Task A_job_is_paused_while_its_files_are_checked()
    {
        TestValidator validator = new();
        await using TestServer server = await TestServer.StartAsync(validator: validator);
        string id = await server.Api.CreateJobAsync();
        await Until.TrueAsync("the check has begun", () => validator.Started == 1);

        Assert.Equal("paused", await ActAsync(server, id, "pause"));
        validator.Allow(1);
        Assert.Equal("resuming", await ActAsync(server, id, "resume"));
        await server.Api.UntilStatusAsync(id, "succeeded");
        Assert.Equal(2, validator.Started);
    }

    [Fact]
    public async Task A_queued_job_is_paused_and_does_not_hold_up_the_next()
    {
        TestTrainer trainer = new(free: false);
        await using TestServer server = await TestServer.StartAsync(trainer);
        string first = await server.Api.CreateJobAsync(),
            second = await server.Api.CreateJobAsync(),
            third = await server.Api.CreateJobAsync();
        await server.Api.UntilStatusAsync(first, "running");
        await server.Api.UntilStatusAsync(second, "queued");

        Assert.Equal("paused", await ActAsync(server, second, "pause"));
        trainer.Allow(100);
        await server.Api.UntilStatusAsync(third, "succeeded");
        Assert.Equal("paused", await server.Api.StatusAsync(second));
        await ActAsync(server, second, "resume");
        await server.Api.UntilStatusAsync(second, "succeeded");
    }

    [Fact]
    public async Task A_pausing_job_can_be_resumed_before_it_came_to_its_stop()
    {
        TestTrainer trainer = new(free: false);
        await using TestServer server = await TestServer.StartAsync(trainer);
        string id = await server.Api.CreateJobAsync();
        trainer.Allow(1);
        await Until.TrueAsync("a step is done", () => Volatile.Read(ref trainer.StepsDone) == 1);

        await ActAsync(server, id, "pause");
        (HttpStatusCode status, JsonElement _) = await server.Api.TryAsync(
            HttpMethod.Post,
            $"fine_tuning/jobs/{id}/resume"
        );
        trainer.Allow(100);
        await server.Api.UntilStatusAsync(id, "succeeded");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(6, trainer.StepsDone);
        Assert.Equal(2, trainer.Calls.Count);
    }

    [Fact]
    public async Task A_running_job_is_cancelled_at_once_and_its_trainer_stops()
    {
        TestTrainer trainer = new(free: false);
        await using TestServer server = await TestServer.StartAsync(trainer);
        string id = await server.Api.CreateJobAsync();
        trainer.Allow(1);
        await Until.TrueAsync("a step is done", () => Volatile.Read(ref trainer.StepsDone) == 1);
        string next = await server.Api.CreateJobAsync();

        Assert.Equal("cancelled", await ActAsync(server, id, "cancel"));
        trainer.Allow(100);
        await server.Api.UntilStatusAsync(next, "succeeded");

        JsonElement job = await server.Api.JobAsync(id);
        Assert.Equal("cancelled", job.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, job.GetProperty("fine_tuned_model").ValueKind);
        Assert.Equal(JsonValueKind.Null, job.GetProperty("error").ValueKind);
        Assert.Equal("Fine-tuning job cancelled", (await server.Api.MessagesAsync(id))[^1]);
        await Until.TrueAsync(
            "its folder is removed",
            () => !Directory.Exists(Path.Combine(server.Folder, "jobs", id))
        );
    }

    [Fact]
    public async Task A_job_is_cancelled_while_checked_queued_or_paused()
    {
        TestTrainer trainer = new(free: false);
        TestValidator validator = new();
        await using TestServer server = await TestServer.StartAsync(trainer, validator);
        string running = await server.Api.CreateJobAsync(),
            queued = await server.Api.CreateJobAsync(),
            paused = await server.Api.CreateJobAsync();
        validator.Allow(3);
        await server.Api.UntilStatusAsync(running, "running");
        await server.Api.UntilStatusAsync(queued, "queued");
        await server.Api.UntilStatusAsync(paused, "queued");
        string checking = await server.Api.CreateJobAsync();
        await Until.TrueAsync("the check has begun", () => validator.Started == 4);
        await ActAsync(server, paused, "pause");

        foreach (string id in new[] { checking, queued, paused })
        {
            Assert.Equal("cancelled", await ActAsync(server, id, "cancel"));
        }

        trainer.Allow(100);
        await server.Api.UntilStatusAsync(running, "succeeded");
        Assert.Equal([running], trainer.Calls.Select(call => call.JobId));
    }

    [Fact]
    public async Task A_cancelled_run_that_was_paused_leaves_no_state()
    {
        TestTrainer trainer = new(free: false);
        await using TestServer server = await TestServer.StartAsync(trainer);
        string id = await server.Api.CreateJobAsync();
        await server.Api.UntilStatusAsync(id, "running");
        await ActAsync(server, id, "pause");
        await server.Api.UntilStatusAsync(id, "paused");
        await ActAsync(server, id, "cancel");

        await Until.TrueAsync(
            "its folder is removed",
            () => !Directory.Exists(Path.Combine(server.Folder, "jobs", id))
        );
    }

    [Fact]
    public async Task A_job_that_is_cancelled_during_its_check_leaves_no_copy_of_its_base()
    {
        TestValidator validator = new();
        await using TestServer server = await TestServer.StartAsync(validator: validator);
        validator.Allow(1);
        string model = await server.Api.CreateModelAsync();
        string id = await server.Api.CreateJobAsync(new JsonObject { ["model"] = model });
        await Until.TrueAsync("the check has begun", () => validator.Started == 2);
        string folder = Path.Combine(server.Folder, "jobs", id);
        bool during = File.Exists(Path.Combine(folder, "base"));
        await ActAsync(server, id, "cancel");

        Assert.True(during);
        await Until.TrueAsync("its folder is removed", () => !Directory.Exists(folder));
    }

    [Theory]
    [InlineData("succeeded")]
    [InlineData("failed")]
    [InlineData("cancelled")]
    public async Task A_finished_job_refuses_every_change_and_names_its_state(string end)
    {
        TestTrainer trainer = new(free: end != "cancelled");
        await using TestServer server = await TestServer.StartAsync(trainer);
        string id = await server.Api.CreateJobAsync(
            end == "failed" ? new JsonObject { ["training_file"] = await server.Api.UploadAsync("bad\n") } : null
        );
        if (end == "cancelled")
        {
            await ActAsync(server, id, "cancel");
        }

        await server.Api.UntilStatusAsync(id, end);
        foreach (string action in new[] { "pause", "resume", "cancel" })
        {
            string message = await RefusalAsync(server, id, action);
            Assert.Contains($"'{end}'", message);
            Assert.Contains(id, message);
        }
    }

    [Fact]
    public async Task A_paused_job_cannot_be_paused_again_and_a_running_one_not_resumed()
    {
        TestTrainer trainer = new(free: false);
        await using TestServer server = await TestServer.StartAsync(trainer);
        string id = await server.Api.CreateJobAsync();
        await server.Api.UntilStatusAsync(id, "running");
        string resume = await RefusalAsync(server, id, "resume");
        await ActAsync(server, id, "pause");
        await server.Api.UntilStatusAsync(id, "paused");
        string pause = await RefusalAsync(server, id, "pause");

        Assert.Contains("'running'", resume);
        Assert.Contains("'paused'", pause);
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("cancel")]
    public async Task An_unknown_job_is_not_found(string action)
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonElement error = await server.Api.RefusedAsync(
            HttpStatusCode.NotFound,
            HttpMethod.Post,
            $"fine_tuning/jobs/ftjob-none/{action}"
        );
        Assert.Equal("fine_tune_not_found", error.GetProperty("code").GetString());
        Assert.Contains("ftjob-none", error.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("validating_files", "paused", null, "cancelled", "validating_files")]
    [InlineData("queued", "paused", null, "cancelled", "queued")]
    [InlineData("running", "pausing", null, "cancelled", "resuming")]
    [InlineData("pausing", null, "resuming", "cancelled", "paused")]
    [InlineData("paused", null, "resuming", "cancelled", "paused")]
    [InlineData("resuming", null, null, "cancelled", "resuming")]
    [InlineData("succeeded", null, null, null, "succeeded")]
    [InlineData("failed", null, null, null, "failed")]
    [InlineData("cancelled", null, null, null, "cancelled")]
    public void The_table_of_states(string status, string? pause, string? resume, string? cancel, string afterRestart)
    {
        JobStatus from = new(status);
        Assert.Equal(pause, JobStateMachine.Pause(from)?.Value);
        Assert.Equal(resume, JobStateMachine.Resume(from)?.Value);
        Assert.Equal(cancel, JobStateMachine.Cancel(from)?.Value);
        Assert.Equal(afterRestart, JobStateMachine.AfterRestart(from).Value);
    }

    [Fact]
    public async Task Requests_that_race_leave_a_job_in_one_clear_state()
    {
        await using TestServer server = await TestServer.StartAsync(
            new TestTrainer { Steps = 200, StepsPerEpoch = 50 }
        );
        List<string> ids = [];
        string file = await server.Api.UploadAsync();
        for (int i = 0; i < 8; i++)
        {
            ids.Add(await server.Api.CreateJobAsync(new JsonObject { ["training_file"] = file }));
        }

        await Task.WhenAll(
            ids.SelectMany(id =>
                new[] { "pause", "resume", "pause", "cancel", "resume" }.Select(action =>
                    server.Api.TryAsync(HttpMethod.Post, $"fine_tuning/jobs/{id}/{action}")
                )
            )
        );
        foreach (string id in ids)
        {
            // Whoever was first: none is lost between two states.
            await Until.TrueAsync(
                $"{id} has come to rest",
                async () => await server.Api.StatusAsync(id) is "cancelled" or "succeeded" or "paused"
            );
        }
    }
}
