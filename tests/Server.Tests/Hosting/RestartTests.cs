using System.Net;
using System.Text.Json.Nodes;
using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;
using FineTuning.Server.Storage;
using FineTuning.Server.Tests.Support;
using FineTuning.Server.Training.Contracts;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Hosting;

/// <summary>What a server finds when it is started on a folder that another has served.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task A_stop_saves_the_running_job_which_then_goes_on_without_repeating_a_step()
    {
        TestTrainer before = new(free: false),
            after = new();
        await using TestServer first = await TestServer.StartAsync(before);
        string id = await first.Api.CreateJobAsync();
        before.Allow(3);
        await Until.TrueAsync("three steps are done", () => Volatile.Read(ref before.StepsDone) == 3);
        await using TestServer second = await first.RestartAsync(after);
        await second.Api.UntilStatusAsync(id, "succeeded");

        Assert.Equal((3, 3), (before.StepsDone, after.StepsDone));
        Assert.Equal(before.Calls.Single().Seed, after.Calls.Single().Seed);
        Assert.Equal(6, (await second.Api.MessagesAsync(id)).Count(message => message.StartsWith("Step ")));
        Assert.Contains("goes on from its last saved state", string.Join('\n', await second.Api.MessagesAsync(id)));
    }

    [Fact]
    public async Task Jobs_of_every_state_are_taken_up()
    {
        TestTrainer before = new(free: false);
        TestValidator validator = new();
        await using TestServer first = await TestServer.StartAsync(before, validator);
        string running = await first.Api.CreateJobAsync(),
            queued = await first.Api.CreateJobAsync(),
            paused = await first.Api.CreateJobAsync();
        validator.Allow(3);
        await first.Api.UntilStatusAsync(running, "running");
        await first.Api.UntilStatusAsync(paused, "queued");
        await first.Api.PostAsync($"fine_tuning/jobs/{paused}/pause");
        string checking = await first.Api.CreateJobAsync();
        await Until.TrueAsync("the check has begun", () => validator.Started == 4);

        TestTrainer after = new();
        await using TestServer second = await first.RestartAsync(after);
        foreach (string id in new[] { running, queued, checking })
        {
            await second.Api.UntilStatusAsync(id, "succeeded");
        }

        Assert.Equal("paused", await second.Api.StatusAsync(paused));
        await second.Api.PostAsync($"fine_tuning/jobs/{paused}/resume");
        await second.Api.UntilStatusAsync(paused, "succeeded");
        Assert.Equal(running, after.Calls.First().JobId);
    }

    [Fact]
    public async Task What_was_acknowledged_is_there_again()
    {
        await using TestServer first = await TestServer.StartAsync();
        string file = await first.Api.UploadAsync("content", "user_data", "a b.txt");
        string id = await first.Api.CreateJobAsync();
        await first.Api.UntilStatusAsync(id, "succeeded");
        string job = (await first.Api.JobAsync(id)).GetRawText();
        string events = string.Join('\n', await first.Api.EventsAsync(id));
        string models = (await first.Api.GetAsync("models")).GetRawText();
        await using TestServer second = await first.RestartAsync(new TestTrainer());

        Assert.Equal("content", await second.Api.Http.GetStringAsync($"files/{file}/content"));
        Assert.Equal(job, (await second.Api.JobAsync(id)).GetRawText());
        Assert.Equal(events, string.Join('\n', await second.Api.EventsAsync(id)));
        Assert.Equal(models, (await second.Api.GetAsync("models")).GetRawText());
    }

    [Fact]
    public async Task Contents_that_no_row_knows_are_swept_and_the_others_kept()
    {
        await using TestServer first = await TestServer.StartAsync();
        string file = await first.Api.UploadAsync("kept", "user_data");
        string files = Path.Combine(first.Folder, "files");
        File.WriteAllText(Path.Combine(files, "file-torn.part"), "half");
        File.WriteAllText(Path.Combine(files, "file-unknown"), "whole but never acknowledged");
        await using TestServer second = await first.RestartAsync(new TestTrainer());

        Assert.Equal([Path.Combine(files, file)], Directory.GetFiles(files));
    }

    [Fact]
    public async Task A_file_that_expires_while_its_job_trains_stays_on_disk_until_the_job_has_ended()
    {
        await using TestServer first = await TestServer.StartAsync(new TestTrainer(free: false));
        string file = await first.Api.UploadAsync();
        string id = await first.Api.CreateJobAsync(new JsonObject { ["training_file"] = file });
        await first.Api.UntilStatusAsync(id, "running");
        first.Sql("UPDATE files SET expires_at = 1");
        TestTrainer after = new(free: false);
        await using TestServer second = await first.RestartAsync(after);
        string path = Path.Combine(second.Folder, "files", file);

        Assert.True(File.Exists(path));
        await second.Api.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "files/" + file);
        after.Allow(100);
        await second.Api.UntilStatusAsync(id, "succeeded");
        await Until.TrueAsync("the content is freed", () => !File.Exists(path));
    }

    [Fact]
    public async Task What_a_kill_kept_from_being_deleted_goes_at_the_next_start()
    {
        TestTrainer before = new(free: false);
        await using TestServer first = await TestServer.StartAsync(before, folder: TestServer.NewFolder());
        string cancelled = await first.Api.CreateJobAsync();
        before.Allow(3);
        await Until.TrueAsync("three steps are done", () => Volatile.Read(ref before.StepsDone) == 3);
        await first.StopAsync();
        string jobs = Path.Combine(first.Folder, "jobs");
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(jobs, cancelled), "state-*"));
        ChangeStored(
            first.Folder,
            session => JobStore.Finish(session, JobStore.Find(session, cancelled)!, JobStatus.Cancelled)
        );

        await using TestServer second = await TestServer.StartAsync(folder: first.Folder);
        await Until.TrueAsync(
            "the state is gone",
            () => Directory.GetFiles(Path.Combine(jobs, cancelled), "state-*").Length == 0
        );
        Assert.Equal([Path.Combine(jobs, cancelled, "model-2")], Directory.GetFiles(Path.Combine(jobs, cancelled)));

        string ended = await second.Api.CreateJobAsync();
        await second.Api.UntilStatusAsync(ended, "succeeded");
        await second.StopAsync();
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(jobs, ended)));
        ChangeStored(
            first.Folder,
            session => Assert.All(ModelStore.List(session), model => ModelStore.Delete(session, model.Name))
        );

        await using TestServer third = await TestServer.StartAsync(folder: first.Folder);
        await Until.TrueAsync("the models are gone", () => Directory.GetDirectories(jobs).Length == 0);
        await third.StopAsync();
        Directory.Delete(first.Folder, recursive: true);
    }

    [Theory]
    [InlineData(false, "it is damaged.")]
    [InlineData(true, "is missing from the server's data folder.")]
    public async Task A_damaged_or_missing_state_costs_time_and_not_the_job(bool isMissing, string reason)
    {
        string folder = TestServer.NewFolder();
        TestTrainer before = new(free: false);
        await using TestServer first = await TestServer.StartAsync(before, folder: folder);
        string id = await first.Api.CreateJobAsync();
        before.Allow(1);
        await Until.TrueAsync("a step is done", () => Volatile.Read(ref before.StepsDone) == 1);
        await first.StopAsync();
        foreach (string state in Directory.GetFiles(Path.Combine(folder, "jobs", id), "state-*"))
        {
            if (isMissing)
            {
                File.Delete(state);
            }
            else
            {
                File.WriteAllText(state, "garbage");
            }
        }

        await using TestServer second = await TestServer.StartAsync(new PickyTrainer(), folder: folder);
        await second.Api.UntilStatusAsync(id, "succeeded");

        Assert.Contains(
            (await second.Api.MessagesAsync(id)),
            message => message.EndsWith(reason + " The training starts over")
        );
        await second.StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused_and_left_alone()
    {
        string folder = TestServer.NewFolder();
        await using (TestServer first = await TestServer.StartAsync(folder: folder))
        {
            await first.Api.UploadAsync();
        }

        string path = Path.Combine(folder, "server.db");
        using (Microsoft.Data.Sqlite.SqliteConnection connection = new($"Data Source={path};Pooling=false"))
        {
            connection.Open();
            using Microsoft.Data.Sqlite.SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }

        StartException e = await Assert.ThrowsAsync<StartException>(() => TestServer.StartAsync(folder: folder));
        Assert.Contains("newer version", e.Message);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_write_that_fails_undoes_itself_alone()
    {
        string folder = TestServer.NewFolder();
        using (var database = Database.Open(Path.Combine(folder, "x.db")))
        {
            Task<int>[] writes =
            [
                .. Enumerable
                    .Range(0, 50)
                    .Select(i =>
                        database.WriteAsync(session =>
                        {
                            session.Execute("INSERT INTO doomed_files(id) VALUES($1)", $"file-{i}");
                            return i % 5 == 0 ? throw new HttpRequestException("no") : i;
                        })
                    ),
            ];
            foreach ((Task<int> write, int i) in writes.Select((write, i) => (write, i)))
            {
                if (i % 5 == 0)
                {
                    await Assert.ThrowsAsync<HttpRequestException>(() => write);
                }
                else
                {
                    Assert.Equal(i, await write);
                }
            }

            Assert.Equal(40L, database.Read(session => session.Scalar("SELECT count(*) FROM doomed_files")));
        }

        Directory.Delete(folder, recursive: true);
    }

    private static void ChangeStored(string folder, System.Action<Session> change)
    {
        using var database = Database.Open(Path.Combine(folder, "server.db"));
        database.WriteAsync(change).GetAwaiter().GetResult();
    }

    /// <summary>Refuses a state as the built-in trainer refuses a damaged one.</summary>
    private sealed class PickyTrainer : ITrainer
    {
        private readonly TestTrainer _inner = new();

        public string Name => _inner.Name;

        public TrainingPlan Plan(TrainingRequest request, CancellationToken cancellationToken = default) =>
            _inner.Plan(request, cancellationToken);

        public Task<IChatModel> OpenAsync(string modelPath, CancellationToken cancellationToken) =>
            _inner.OpenAsync(modelPath, cancellationToken);

        public Task<TrainingOutcome> TrainAsync(
            TrainingRequest request,
            TrainingPlan plan,
            ITrainingSink sink,
            TrainingControl control,
            CancellationToken cancellationToken
        ) =>
            request.ResumeFrom is null
                ? _inner.TrainAsync(request, plan, sink, control, cancellationToken)
                : throw new TrainingException(
                    "The saved training state cannot be used: it is damaged.",
                    "invalid_state",
                    null
                );
    }
}
