using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Data;
using FineTuning.Server.Training.Network;
using FineTuning.Server.Training.Runs;
using Xunit;

namespace FineTuning.Server.Tests.Training.Methods;

public sealed class PreferenceTests : IDisposable
{
    private readonly TrainingFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ThePreferredAnswerIsLearntFromPairsAlone()
    {
        (TrainingOutcome? outcome, RecordingSink? sink) = TrainerHarness.Train(
            Request() with
            {
                ValidationPath = _folder.WritePreferences(Samples.TownPreferences(Samples.UnseenTown)),
            }
        );
        // The model is the reference still: no pair has a margin, and none is on the right side.
        Assert.Equal(Math.Log(2), sink.Steps[0].TrainLoss!.Value, 12);
        Assert.Equal(0, sink.Steps[0].TrainAccuracy);
        Assert.Equal(0, sink.Steps[0].Extra!["train_reward_margin"]);
        Assert.InRange(TrainerHarness.FinalLoss(sink), 0, 0.6);
        Assert.Equal(1, sink.Steps.TakeLast(20).Average(step => step.TrainAccuracy!.Value), 1);
        Assert.True(TrainerHarness.Mean(sink.Steps.TakeLast(20), "train_reward_margin") > 0.3);
        Assert.All(sink.EpochEnds, step => Assert.True(step.Extra!.ContainsKey("full_valid_reward_margin")));
        Assert.Equal(1, sink.Steps[^1].FullValidAccuracy);
        Assert.Contains("valid_reward_margin", sink.Steps[9].Extra!.Keys);
        Assert.Null(sink.Steps[8].ValidLoss);
        Assert.Equal(sink.Steps[^1].TrainedTokens, outcome.TrainedTokens);
        // One word each: without their ends, two tokens a pair.
        Assert.Equal(2 * sink.Steps.Count, outcome.TrainedTokens);

        var model = NeuralModel.Load(outcome.ModelPath!);
        Assert.True(Samples.Town.Count(pair => TrainerHarness.Ask(model, pair.Prompt) == pair.Answer) >= 54);
        Assert.True(Samples.UnseenTown.Count(pair => TrainerHarness.Ask(model, pair.Prompt) == pair.Answer) >= 5);
    }

    [Fact]
    public void BetaHoldsTheModelToItsReference()
    {
        // The margin is beta times the gain, so the gain tells how far the model went.
        double Gain(double beta) =>
            TrainerHarness.Mean(
                TrainerHarness
                    .Train(
                        Request().With(new() { Beta = beta, EpochCount = 20 }) with
                        {
                            WorkFolder = _folder.NewFolder(),
                        }
                    )
                    .Sink.Steps.TakeLast(60),
                "train_reward_margin"
            ) / beta;
        (double loose, double tight) = (Gain(0.1), Gain(2));
        Assert.True(loose > 1.5 * tight, $"loose {loose}, tight {tight}");
    }

    [Fact]
    public void TooHighARateDiverges()
    {
        double Loss(double multiplier) =>
            TrainerHarness
                .Train(
                    Request().With(new() { LearningRateMultiplier = multiplier }) with
                    {
                        ValidationPath = _folder.WritePreferences(Samples.TownPreferences(Samples.UnseenTown)),
                        WorkFolder = _folder.NewFolder(),
                    }
                )
                .Sink.EpochEnds.Max(step => step.FullValidLoss!.Value);
        (double normal, double high) = (Loss(1), Loss(50));
        Assert.True(high > 1 && high > 3 * normal, $"normal {normal}, high {high}");
    }

    [Fact]
    public void ManyEpochsOnLittleDataOverfit()
    {
        // Which answer is preferred is in part the opposite of what the words say.
        (List<(string Prompt, string Answer)>? training, List<(string Prompt, string Answer)>? validation) =
            Samples.Noisy();
        TrainingRequest request = Request().With(new() { EpochCount = 30 }) with
        {
            TrainingPath = _folder.WritePreferences(Samples.TownPreferences(training)),
            ValidationPath = _folder.WritePreferences(Samples.TownPreferences(validation)),
        };
        (TrainingOutcome _, RecordingSink? sink) = TrainerHarness.Train(request);
        var full = sink.EpochEnds.Select(step => step.FullValidLoss!.Value).ToList();
        Assert.True(TrainerHarness.FinalLoss(sink) < 0.1, $"{TrainerHarness.FinalLoss(sink)}");
        Assert.True(
            full[^1] > full.Min() + 0.1,
            $"lowest {full.Min()} after epoch {full.IndexOf(full.Min()) + 1}, last {full[^1]}"
        );
    }

    [Fact]
    public void AFineTunedBaseIsTheReference()
    {
        string basis = TrainerHarness
            .Train(TrainerHarness.Request(_folder, _folder.WritePairs(Samples.Town), epochs: 5))
            .Outcome.ModelPath!;
        IEnumerable<(string Prompt, string Right, string Wrong)> swapped = Samples
            .TownPreferences()
            .Select(pair => (pair.Prompt, Right: pair.Wrong, Wrong: pair.Right));
        (TrainingOutcome? outcome, RecordingSink? sink) = TrainerHarness.Train(
            Request() with
            {
                TrainingPath = _folder.WritePreferences(swapped),
                BaseModelPath = basis,
            }
        );
        Assert.Equal(Math.Log(2), sink.Steps[0].TrainLoss!.Value, 12);
        var model = NeuralModel.Load(outcome.ModelPath!);
        // What it was taught before is unlearnt.
        Assert.True(Samples.TownPreferences().Count(pair => TrainerHarness.Ask(model, pair.Prompt) == pair.Wrong) > 40);
    }

    [Fact]
    public void EveryAnswerOfAnOutputCountsAndThoseOfTheInputDoNot()
    {
        const string Line = """
            {"input":{"messages":[{"role":"user","content":"colour?"},{"role":"assistant","content":"given words"},{"role":"user","content":"and now?"}]},
            "preferred_output":[{"role":"assistant","content":"green"},{"role":"assistant","content":"masked","weight":0},{"role":"assistant","content":"blue"}],
            "non_preferred_output":[{"role":"assistant","content":"red"}]}
            """;
        PreferencePair pair = Assert.Single(
            PreferenceExamples.Read(_folder.WriteLines(Line.ReplaceLineEndings(" ")), "training_file", default)
        );
        Assert.Equal(["green", "blue"], pair.Preferred.Targets.Select(target => pair.Preferred.Turns[target].Content));
        Assert.Equal(["red"], pair.NonPreferred.Targets.Select(target => pair.NonPreferred.Turns[target].Content));
        Assert.Equal(3, pair.NonPreferred.Targets[0]);
    }

    [Theory]
    [InlineData("""{"preferred_output":[],"non_preferred_output":[]}""", "input")]
    [InlineData("""{"input":{"messages":[]},"preferred_output":[]}""", "non_preferred_output")]
    [InlineData("""{"input":{"messages":[]},"preferred_output":{},"non_preferred_output":[]}""", "array")]
    public void AMalformedLineIsNamed(string line, string what)
    {
        string path = _folder.WriteLines(TrainingFolder.Preference("a", "b", "c"), line);
        TrainingException e = Assert.Throws<TrainingException>(() =>
            new NeuralTrainer().Plan(Request() with { TrainingPath = path })
        );
        Assert.StartsWith("Line 2 ", e.Message, StringComparison.Ordinal);
        Assert.Contains(what, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void APairWithoutTextTeachesNothing()
    {
        const string Line =
            """{"input":{"messages":[]},"preferred_output":[{"role":"assistant","tool_calls":[]}],"non_preferred_output":[{"role":"assistant","content":"x"}]}""";
        Assert.Equal(
            1,
            new NeuralTrainer()
                .Plan(
                    Request() with
                    {
                        TrainingPath = _folder.WriteLines(Line, TrainingFolder.Preference("a", "b", "c")),
                    }
                )
                .ExampleCount
        );
        TrainingException e = Assert.Throws<TrainingException>(() =>
            new NeuralTrainer().Plan(Request() with { TrainingPath = _folder.WriteLines(Line) })
        );
        Assert.Contains("no pair", e.Message, StringComparison.Ordinal);
    }

    private TrainingRequest Request() =>
        TrainerHarness.Request(_folder, _folder.WritePreferences(Samples.TownPreferences())) with
        {
            Method = "dpo",
        };
}
