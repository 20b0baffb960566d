using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Runs;
using Xunit;

namespace FineTuning.Server.Tests.Training.Runs;

public sealed class PlanTests : IDisposable
{
    private readonly TrainingFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AutoIsSettledFromTheFile()
    {
        TrainingRequest request = TrainerHarness.Request(_folder, _folder.WritePairs(Samples.Town));
        Assert.Equal(new TrainingPlan(25, 1, 1, 60, 25 * 60), new NeuralTrainer().Plan(request));
    }

    [Fact]
    public void GivenParametersAreKept()
    {
        TrainingRequest request = TrainerHarness
            .Request(_folder, _folder.WritePairs(Samples.Town), epochs: 2)
            .With(new() { BatchSize = 7, LearningRateMultiplier = 0.3 });
        Assert.Equal(new TrainingPlan(2, 7, 0.3, 60, 18), new NeuralTrainer().Plan(request));
        // A batch is never larger than the file.
        Assert.Equal(
            new TrainingPlan(2, 60, 0.3, 60, 2),
            new NeuralTrainer().Plan(request.With(new() { BatchSize = 256 }))
        );
    }

    [Fact]
    public void SenselessParametersAreRefused()
    {
        TrainingRequest request = TrainerHarness.Request(_folder, _folder.WritePairs(Samples.Town));
        foreach (
            TrainingRequest senseless in (TrainingRequest[])
                [
                    request.With(new() { EpochCount = 0 }),
                    request.With(new() { BatchSize = 0 }),
                    request.With(new() { LearningRateMultiplier = 0 }),
                    request.With(new() { LearningRateMultiplier = double.NaN }),
                ]
        )
        {
            Assert.Throws<TrainingException>(() => new NeuralTrainer().Plan(senseless));
        }
    }

    [Fact]
    public void AnUnknownMethodIsRefusedByName()
    {
        TrainingRequest request = TrainerHarness.Request(_folder, _folder.WritePairs(Samples.Town)) with
        {
            Method = "magic",
        };
        TrainingException e = Assert.Throws<TrainingException>(() => new NeuralTrainer().Plan(request));
        Assert.Contains("magic", e.Message, StringComparison.Ordinal);
        Assert.Equal("method", e.Param);
    }

    [Fact]
    public void EveryMethodSettlesItsOwnNumbers()
    {
        var trainer = new NeuralTrainer();
        TrainingRequest preference = TrainerHarness.Request(
            _folder,
            _folder.WritePreferences(Samples.TownPreferences())
        ) with
        {
            Method = "dpo",
        };
        Assert.Equal(new TrainingPlan(10, 1, 1, 60, 600).With(new() { Beta = 0.1 }), trainer.Plan(preference));
        Assert.Equal(1.5, trainer.Plan(preference.With(new() { Beta = 1.5 })).Hyperparameters.Beta!.Value.Value);
        TrainingRequest reinforcement = TrainerHarness.Request(_folder, _folder.WriteItems(Samples.Town)) with
        {
            Method = "reinforcement",
        };
        Assert.Equal(
            new TrainingPlan(10, 4, 1, 60, 150).With(
                new()
                {
                    ComputeMultiplier = 1,
                    EvalInterval = 7,
                    EvalSamples = 2,
                }
            ),
            trainer.Plan(reinforcement)
        );
        Assert.Equal(
            new TrainingPlan(2, 8, 1, 60, 16).With(
                new()
                {
                    ComputeMultiplier = 0.5,
                    EvalInterval = 3,
                    EvalSamples = 4,
                }
            ),
            trainer.Plan(
                reinforcement.With(
                    new()
                    {
                        EpochCount = 2,
                        BatchSize = 8,
                        ComputeMultiplier = 0.5,
                        EvalInterval = 3,
                        EvalSamples = 4,
                    }
                )
            )
        );
    }

    [Fact]
    public void AChangedFileIsNoticed()
    {
        TrainingRequest request = TrainerHarness.Request(_folder, _folder.WritePairs(Samples.Town));
        TrainingPlan plan = new NeuralTrainer().Plan(request);
        TrainingRequest shorter = request with { TrainingPath = _folder.WritePairs(Samples.Town.Take(50)) };
        Task<TrainingOutcome> task = new NeuralTrainer().TrainAsync(
            shorter,
            plan,
            new RecordingSink(),
            new TrainingControl(),
            default
        );
        Assert.IsType<TrainingException>(task.Exception!.InnerException);
    }
}
