using System.Text.Json;
using FineTuning.Server.Training.Contracts;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Server.Tests.Training.External;

/// <summary>A reinforcement job in a program that lets the server grade.</summary>
public sealed class GradeTests
{
    [Fact]
    public async Task Samples_are_graded_and_what_a_grader_cannot_score_is_told()
    {
        RecordingLog log = new();
        using TrainingFolder folder = new();
        ITrainer trainer = ExternalPrograms.Scripted(
            log,
            """{"type":"grade","id":"a","sample":"good","item":{"n":1}}""",
            "#await reward",
            """{"type":"grade","id":7,"sample":"bad","item":{}}""",
            "#await reward",
            """{"type":"step","step":1,"extra":{"train_reward_mean":0.5}}""",
            "#file model.txt x",
            """{"type":"done","path":"model.txt"}"""
        );
        RecordingSink sink = new();
        TrainingRequest request = new()
        {
            JobId = "ftjob-test",
            BaseModel = "o4-mini-2025-04-16",
            Method = "reinforcement",
            TrainingPath = ExternalPrograms.ExamplePath,
            Rewards = new LengthRewards(),
            Seed = 1,
            WorkFolder = folder.NewFolder(),
        };
        TrainingOutcome outcome = await trainer.TrainAsync(
            request,
            new TrainingPlan(1, 1, 1, 1, 4),
            sink,
            new TrainingControl(),
            CancellationToken.None
        );

        Assert.Equal(Path.Combine(request.WorkFolder, "model.txt"), outcome.ModelPath);
        Assert.Equal(0.5, sink.Steps.Single().Extra!["train_reward_mean"]);
        Assert.Null(sink.Steps.Single().TrainLoss);
        await Until.TrueAsync("both rewards were heard", () => log.Lines.Count(line => line.Contains("heard")) == 2);
        string[] heard =
        [
            .. log
                .Lines.Where(line => line.Contains("heard"))
                .Select(line => line[line.IndexOf('{', StringComparison.Ordinal)..]),
        ];
        Assert.Equal("""{"type":"reward","id":"a","reward":0.75,"error":null}""", heard[0]);
        Assert.Equal("""{"type":"reward","id":7,"reward":0,"error":"no"}""", heard[1]);
    }

    private sealed class LengthRewards : IRewardSource
    {
        public Task<SampleReward> GradeAsync(string sample, JsonElement item, CancellationToken cancellationToken) =>
            sample == "bad"
                ? throw new InvalidOperationException("no")
                : Task.FromResult(new SampleReward(0.75 * item.GetProperty("n").GetDouble()));
    }
}
