using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Server.Training.Runs;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Training.Runs;

/// <summary>The server with its own trainer: numbers come from training.</summary>
public sealed class RealTrainingTests
{
    private static async Task<List<double>> LossesAsync(Api api, string id)
    {
        await api.UntilStatusAsync(id, "succeeded");
        return
        [
            .. (await api.EventsAsync(id))
                .Where(e => e.GetProperty("type").GetString() == "metrics")
                .Select(e => e.GetProperty("data").GetProperty("train_loss").GetDouble())
                .Reverse(),
        ];
    }

    [Fact]
    public async Task The_loss_falls_and_depends_on_seed_and_rate_but_not_on_chance()
    {
        await using TestServer server = await TestServer.StartAsync(new NeuralTrainer());
        string file = await server.Api.UploadAsync(Api.ChatLines(60));
        async Task<List<double>> TrainAsync(int seed, double rate) =>
            await LossesAsync(
                server.Api,
                await server.Api.CreateJobAsync(
                    new JsonObject
                    {
                        ["training_file"] = file,
                        ["validation_file"] = file,
                        ["seed"] = seed,
                        ["hyperparameters"] = new JsonObject
                        {
                            ["n_epochs"] = 4,
                            ["batch_size"] = 4,
                            ["learning_rate_multiplier"] = rate,
                        },
                    }
                )
            );

        List<double> one = await TrainAsync(1, 1),
            same = await TrainAsync(1, 1),
            otherSeed = await TrainAsync(2, 1),
            otherRate = await TrainAsync(1, 0.1);

        Assert.Equal(60, one.Count);
        Assert.True(one.TakeLast(5).Average() < 0.5 * one.Take(5).Average());
        Assert.Equal(one, same);
        Assert.NotEqual(one, otherSeed);
        Assert.True(otherRate.TakeLast(5).Average() > one.TakeLast(5).Average());
    }

    [Fact]
    public async Task A_pause_changes_nothing_about_the_result()
    {
        await using TestServer server = await TestServer.StartAsync(new NeuralTrainer());
        string file = await server.Api.UploadAsync(Api.ChatLines(300));
        JsonObject Fields() =>
            new()
            {
                ["training_file"] = file,
                ["seed"] = 4,
                ["hyperparameters"] = new JsonObject { ["n_epochs"] = 3, ["batch_size"] = 1 },
            };
        string paused = await server.Api.CreateJobAsync(Fields());
        await Until.TrueAsync("it trains", async () => (await server.Api.EventsAsync(paused)).Count > 20);
        await server.Api.PostAsync($"fine_tuning/jobs/{paused}/pause");
        await server.Api.UntilStatusAsync(paused, "paused");
        JsonElement resumed = await server.Api.PostAsync($"fine_tuning/jobs/{paused}/resume");
        List<double> broken = await LossesAsync(server.Api, paused);
        List<double> whole = await LossesAsync(server.Api, await server.Api.CreateJobAsync(Fields()));

        Assert.Equal("resuming", resumed.GetProperty("status").GetString());
        Assert.Equal(900, whole.Count);
        Assert.Equal(whole, broken);
    }
}
