using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Runs;
using Xunit;

namespace FineTuning.Server.Tests.Training.Runs;

public sealed class ResumeTests : IDisposable
{
    private readonly TrainingFolder _folder = new();
    private readonly TrainingRequest _request;

    public ResumeTests()
    {
        string path = _folder.WritePairs(Samples.Town);
        _request = TrainerHarness.Request(_folder, path, seed: 3, epochs: 5).With(new() { BatchSize = 8 }) with
        {
            ValidationPath = path,
        };
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(8)] // The end of the first epoch.
    [InlineData(21)]
    [InlineData(39)] // The last step but one.
    public void PauseAndResumeEqualAnUnpausedRun(int pauseAfter)
    {
        (TrainingOutcome Outcome, RecordingSink Sink) whole = TrainerHarness.Train(_request);
        var control = new TrainingControl();
        var before = new RecordingSink(step =>
        {
            if (step.Step == pauseAfter)
            {
                control.RequestPause();
            }
        });
        TrainingOutcome paused = TrainerHarness
            .Train(_request with { WorkFolder = _folder.NewFolder() }, before, control)
            .Outcome;
        Assert.True(paused.IsPaused);
        Assert.Null(paused.ModelPath);
        Assert.Equal(pauseAfter, before.Steps.Count);
        Assert.Equal((paused.StatePath!, pauseAfter), before.States[^1]);

        (TrainingOutcome Outcome, RecordingSink Sink) after = TrainerHarness.Train(
            _request with
            {
                WorkFolder = _folder.NewFolder(),
                ResumeFrom = paused.StatePath,
            }
        );
        AssertSameAsWhole(whole, before.Steps.Concat(after.Sink.Steps), after.Outcome);
    }

    [Fact]
    public void ARunPausedAtEveryStepEqualsAnUnpausedRun()
    {
        (TrainingOutcome Outcome, RecordingSink Sink) whole = TrainerHarness.Train(_request);
        var steps = new List<StepReport>();
        var control = new TrainingControl();
        control.RequestPause();
        string? state = null;
        TrainingOutcome outcome;
        string folder = _folder.NewFolder();
        do
        {
            (TrainingOutcome? next, RecordingSink? sink) = TrainerHarness.Train(
                _request with
                {
                    WorkFolder = folder,
                    ResumeFrom = state,
                },
                control: control
            );
            outcome = next;
            state = outcome.StatePath;
            steps.AddRange(sink.Steps);
            Assert.Single(sink.Steps);
        } while (outcome.IsPaused);
        AssertSameAsWhole(whole, steps, outcome);
        // Of the earlier states only the last one is left.
        Assert.Single(Directory.GetFiles(folder, "state-*"));
    }

    [Fact]
    public void TheStateOfEachEpochGoesOnAsIfNothingHadHappened()
    {
        var copies = new List<(string Path, int Step)>();
        var keeping = new RecordingSink(
            onState: (path, step) =>
            {
                // A crash right here finds the file whole.
                string copy = Path.Combine(_folder.Path, $"copy-{step}");
                File.Copy(path, copy);
                copies.Add((copy, step));
            }
        );
        (TrainingOutcome Outcome, RecordingSink Sink) whole = TrainerHarness.Train(_request, keeping);
        Assert.Equal([8, 16, 24, 32], copies.Select(copy => copy.Step));
        foreach ((string? path, int step) in copies)
        {
            (TrainingOutcome Outcome, RecordingSink Sink) after = TrainerHarness.Train(
                _request with
                {
                    WorkFolder = _folder.NewFolder(),
                    ResumeFrom = path,
                }
            );
            AssertSameAsWhole(whole, whole.Sink.Steps.Take(step).Concat(after.Sink.Steps), after.Outcome);
        }
    }

    [Fact]
    public void CancellingThrowsAtOnceAndKeepsTheState()
    {
        using var cancellation = new CancellationTokenSource();
        var sink = new RecordingSink(step =>
        {
            if (step.Step == 19)
            {
                cancellation.Cancel();
            }
        });
        Assert.ThrowsAny<OperationCanceledException>(() =>
            TrainerHarness.Train(_request, sink, cancellationToken: cancellation.Token)
        );
        Assert.Equal(19, sink.Steps.Count);
        Assert.Equal(["state-16.bin"], Directory.GetFiles(_request.WorkFolder).Select(Path.GetFileName));
    }

    [Fact]
    public void CancellingStopsThePlanningAndTheReading()
    {
        var cancelled = new CancellationToken(canceled: true);
        var trainer = new NeuralTrainer();
        TrainingPlan plan = trainer.Plan(_request);
        Assert.ThrowsAny<OperationCanceledException>(() => trainer.Plan(_request, cancelled));
        Assert.True(
            trainer.TrainAsync(_request, plan, new RecordingSink(), new TrainingControl(), cancelled).IsCanceled
        );
    }

    [Fact]
    public void AStateOfAnotherRunIsRefused()
    {
        string state = StateOf(_request);
        string other = _folder.WritePairs(Samples.Town.Reverse());
        foreach (
            TrainingRequest request in (TrainingRequest[])
                [
                    _request with
                    {
                        Seed = 4,
                    },
                    _request.With(new() { EpochCount = 6 }),
                    _request with
                    {
                        TrainingPath = other,
                    },
                ]
        )
        {
            TrainingException e = Assert.Throws<TrainingException>(() =>
                TrainerHarness.Train(request with { ResumeFrom = state })
            );
            Assert.Equal("invalid_state", e.Code);
        }
    }

    [Fact]
    public void ADamagedStateIsRefused()
    {
        string state = StateOf(_request);
        byte[] bytes = File.ReadAllBytes(state);
        foreach (byte[] damaged in DamagedFiles.Of(bytes))
        {
            File.WriteAllBytes(state, damaged);
            TrainingException e = Assert.Throws<TrainingException>(() =>
                TrainerHarness.Train(_request with { ResumeFrom = state })
            );
            Assert.Equal("invalid_state", e.Code);
        }

        File.Delete(state);
        Assert.Throws<TrainingException>(() => TrainerHarness.Train(_request with { ResumeFrom = state }));
    }

    /// <summary>A state of an earlier version is gone on from only if its numbers stand where they did.</summary>
    [Fact]
    public void TheNumbersOfAStateStandWhereTheyDid()
    {
        TrainingRequest request = TrainerHarness
            .Request(_folder, _folder.WriteItems(Samples.Town), epochs: 5)
            .With(new() { BatchSize = 8, EvalInterval = 3 }) with
        {
            Method = "reinforcement",
            Rewards = new StringCheck(),
        };
        using BinaryReader reader = new(File.OpenRead(StateOf(request)));
        reader.ReadInt64();
        Assert.Equal(3, reader.ReadInt32());
        Assert.Equal((5, 8, 1.0), (reader.ReadInt32(), reader.ReadInt32(), reader.ReadDouble()));
        Assert.Equal((60, 40), (reader.ReadInt32(), reader.ReadInt32()));
        Assert.Equal((0.0, 1.0), (reader.ReadDouble(), reader.ReadDouble()));
        Assert.Equal((3, 2), (reader.ReadInt32(), reader.ReadInt32()));
    }

    private string StateOf(TrainingRequest request)
    {
        var control = new TrainingControl();
        control.RequestPause();
        return TrainerHarness
            .Train(request with { WorkFolder = _folder.NewFolder() }, control: control)
            .Outcome.StatePath!;
    }

    private static void AssertSameAsWhole(
        (TrainingOutcome Outcome, RecordingSink Sink) whole,
        IEnumerable<StepReport> steps,
        TrainingOutcome outcome
    )
    {
        Assert.Equal(TrainerHarness.Bits(whole.Sink.Steps), TrainerHarness.Bits(steps));
        Assert.Equal(whole.Outcome.TrainedTokens, outcome.TrainedTokens);
        Assert.Equal(File.ReadAllBytes(whole.Outcome.ModelPath!), File.ReadAllBytes(outcome.ModelPath!));
    }
}
