using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Data;
using Xunit;

namespace FineTuning.Server.Tests.Training.Methods;

/// <summary>What holds for every method: the same bits again, the same after a pause, a cancel at once.</summary>
public sealed class MethodTests : IDisposable
{
    private readonly TrainingFolder _folder = new();

    public static TheoryData<string, bool> Methods =>
        new()
        {
            { "supervised", true },
            { "dpo", false },
            { "dpo", true },
            { "reinforcement", false },
            { "reinforcement", true },
        };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Methods))]
    public void TheSameSeedGivesTheSameBitsAndAnotherDoesNot(string method, bool goesOn)
    {
        TrainingRequest request = Request(method, goesOn);
        (TrainingOutcome Outcome, RecordingSink Sink) first = TrainerHarness.Train(request);
        (TrainingOutcome Outcome, RecordingSink Sink) second = TrainerHarness.Train(
            request with
            {
                WorkFolder = _folder.NewFolder(),
                JobId = "other",
            }
        );
        (TrainingOutcome Outcome, RecordingSink Sink) other = TrainerHarness.Train(
            request with
            {
                WorkFolder = _folder.NewFolder(),
                Seed = 8,
            }
        );
        Assert.Equal(TrainerHarness.Bits(first.Sink.Steps), TrainerHarness.Bits(second.Sink.Steps));
        Assert.Equal(File.ReadAllBytes(first.Outcome.ModelPath!), File.ReadAllBytes(second.Outcome.ModelPath!));
        Assert.NotEqual(TrainerHarness.Bits(first.Sink.Steps), TrainerHarness.Bits(other.Sink.Steps));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void ARunPausedAtEveryStepEqualsAnUnpausedRun(string method, bool goesOn)
    {
        TrainingRequest request = Request(method, goesOn);
        (TrainingOutcome Outcome, RecordingSink Sink) whole = TrainerHarness.Train(request);
        var steps = new List<StepReport>();
        var control = new TrainingControl();
        control.RequestPause();
        string? state = null;
        TrainingOutcome outcome;
        request = request with { WorkFolder = _folder.NewFolder() };
        do
        {
            // What the model goes on from is in the state.
            (TrainingOutcome? ended, RecordingSink? sink) = TrainerHarness.Train(
                request with
                {
                    ResumeFrom = state,
                    BaseModelPath = state is null ? request.BaseModelPath : "gone",
                },
                control: control
            );
            steps.AddRange(sink.Steps);
            outcome = ended;
            state = ended.StatePath;
        } while (outcome.IsPaused);

        Assert.Equal(TrainerHarness.Bits(whole.Sink.Steps), TrainerHarness.Bits(steps));
        Assert.Equal(whole.Outcome.TrainedTokens, outcome.TrainedTokens);
        Assert.Equal(File.ReadAllBytes(whole.Outcome.ModelPath!), File.ReadAllBytes(outcome.ModelPath!));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void ACancelledRunStopsAtTheStep(string method, bool goesOn)
    {
        using var cancellation = new CancellationTokenSource();
        var sink = new RecordingSink(step =>
        {
            if (step.Step == 3)
            {
                cancellation.Cancel();
            }
        });
        Assert.ThrowsAny<OperationCanceledException>(() =>
            TrainerHarness.Train(Request(method, goesOn), sink, cancellationToken: cancellation.Token)
        );
        Assert.Equal(3, sink.Steps.Count);
    }

    [Fact]
    public void AStateOfAnotherMethodOrBetaIsRefused()
    {
        var control = new TrainingControl();
        control.RequestPause();
        TrainingRequest request = Request("dpo", goesOn: false);
        string state = TrainerHarness.Train(request, control: control).Outcome.StatePath!;
        foreach (
            TrainingRequest other in (TrainingRequest[])
                [
                    request.With(new() { Beta = 0.3 }),
                    Request("supervised", goesOn: false),
                    request with
                    {
                        ValidationPath = null,
                    },
                ]
        )
        {
            TrainingException e = Assert.Throws<TrainingException>(() =>
                TrainerHarness.Train(other with { ResumeFrom = state })
            );
            Assert.Equal("invalid_state", e.Code);
        }
    }

    [Fact]
    public void TheVocabularyIsCountedNoFurtherAfterACancel()
    {
        var cancelled = new CancellationToken(canceled: true);
        var pieces = new OutputTokenizerBuilder();
        pieces.Add("some words to order");
        Assert.Throws<OperationCanceledException>(() => pieces.Build(null, cancelled));
        Assert.Throws<OperationCanceledException>(() => new FeatureCounter().Build(1, _ => 1, null, cancelled));
    }

    private TrainingRequest Request(string method, bool goesOn)
    {
        string path = method switch
        {
            "supervised" => _folder.WritePairs(Samples.Town),
            "dpo" => _folder.WritePreferences(Samples.TownPreferences()),
            _ => _folder.WriteItems(Samples.Town),
        };
        string? basis = goesOn
            ? TrainerHarness
                .Train(TrainerHarness.Request(_folder, _folder.WritePairs(Samples.Town.Take(30)), epochs: 1))
                .Outcome.ModelPath
            : null;
        return TrainerHarness
            .Request(_folder, path, seed: 7, epochs: 2)
            .With(new() { BatchSize = 16, EvalInterval = 3 }) with
        {
            Method = method,
            ValidationPath = path,
            BaseModelPath = basis,
            Rewards = new StringCheck(),
        };
    }
}
