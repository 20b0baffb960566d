using System.Text.Json;
using FineTuning.Core.Wire;
using FineTuning.Server.Storage;
using FineTuning.Server.Training.Contracts;
using FineTuning.Tests.Shared.Server;
using Microsoft.Data.Sqlite;
using Xunit;

namespace FineTuning.Server.Tests.Storage;

/// <summary>Folders that other versions of the server wrote.</summary>
public sealed class SchemaTests
{
    [Fact]
    public async Task A_folder_of_the_first_layout_keeps_its_jobs_models_and_steps()
    {
        string folder = TestServer.NewFolder();
        using (Session session = OpenSession(folder))
        {
            Schema.Migrate(session, target: 1);
            session.Script(
                """
                INSERT INTO jobs(id, status, validated, model, model_name, created_at, finished_at, training_file, seed, method, hyperparameters)
                VALUES('ftjob-old', 'succeeded', 1, 'gpt-4o-mini', 'ft:gpt-4o-mini:local::old', 1700000000, 1700000100, 'file-old', 7, 'supervised', '{}');
                INSERT INTO models(name, job_seq, base_model, created_at, path)
                VALUES('ft:gpt-4o-mini:local::old', 1, 'gpt-4o-mini', 1700000100, 'jobs/ftjob-old/model.bin');
                INSERT INTO steps(job_seq, step, train_loss) VALUES(1, 1, 0.5);
                """
            );
        }

        await using (TestServer server = await TestServer.StartAsync(folder: folder))
        {
            JsonElement job = await server.Api.JobAsync("ftjob-old");
            JsonElement models = await server.Api.GetAsync("models");

            Assert.Equal("ft:gpt-4o-mini:local::old", job.GetProperty("fine_tuned_model").GetString());
            Assert.Contains(
                "ft:gpt-4o-mini:local::old",
                models.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString())
            );
        }

        using (Session session = OpenSession(folder))
        {
            Assert.Equal((long)Schema.Current, session.Scalar("PRAGMA user_version"));
            Assert.Equal(0.5, EventStore.Steps(session, 1).Single().TrainLoss);
            Assert.Equal("local-small", ModelStore.Find(session, "ft:gpt-4o-mini:local::old")!.Trainer);
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The texts are those that earlier versions wrote, and are written to the letter.</summary>
    [Theory]
    [InlineData(
        """{"epoch_count":3,"batch_size":4,"learning_rate_multiplier":1.5,"beta":null,"compute_multiplier":null,"eval_interval":null,"eval_samples":null,"trainer":"local-small"}"""
    )]
    [InlineData(
        """{"epoch_count":3,"batch_size":4,"learning_rate_multiplier":1,"beta":0.1,"compute_multiplier":null,"eval_interval":null,"eval_samples":null,"trainer":"local-small"}"""
    )]
    [InlineData(
        """{"epoch_count":3,"batch_size":4,"learning_rate_multiplier":1,"beta":null,"compute_multiplier":0.5,"eval_interval":7,"eval_samples":2,"trainer":"external:my-lora"}"""
    )]
    public void Settled_numbers_are_stored_as_they_were(string stored)
    {
        (Hyperparameters numbers, string? trainer) = SettledNumbers.Read(stored);
        Assert.Equal(stored, SettledNumbers.Write(new TrainingPlan(numbers, 10, 20), trainer!));
        Assert.Equal(3, numbers.EpochCount!.Value.Value);
    }

    [Fact]
    public void Settled_numbers_of_the_first_layout_are_read()
    {
        (Hyperparameters numbers, string? trainer) = SettledNumbers.Read(
            """{"epoch_count":3,"batch_size":4,"learning_rate_multiplier":1.5}"""
        );
        Assert.Equal(new TrainingPlan(3, 4, 1.5, 10, 20), new TrainingPlan(numbers, 10, 20));
        Assert.Null(trainer);
    }

    private static Session OpenSession(string folder)
    {
        SQLitePCL.Batteries_V2.Init();
        SqliteConnection connection = new($"Data Source={Path.Combine(folder, "server.db")};Pooling=False");
        connection.Open();
        return new Session(connection);
    }
}
