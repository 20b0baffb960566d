using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Data;
using FineTuning.Server.Training.Network;
using FineTuning.Server.Training.Runs;
using Xunit;

namespace FineTuning.Server.Tests.Training.Methods;

public sealed class LearningTests : IDisposable
{
    private readonly TrainingFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void LossFallsAndAnswersAreLearnt()
    {
        TrainingRequest request = TrainerHarness.Request(_folder, _folder.WritePairs(Samples.Town));
        (TrainingOutcome? outcome, RecordingSink? sink) = TrainerHarness.Train(request);
        // Four labels, the halves of bytes and the end: the first guess is uniform over 21 tokens.
        Assert.InRange(sink.Steps[0].TrainLoss!.Value, 2.8, 3.3);
        Assert.InRange(TrainerHarness.FinalLoss(sink), 0, 0.02);
        Assert.Equal(1, sink.Steps.TakeLast(20).Average(step => step.TrainAccuracy!.Value));
        var model = NeuralModel.Load(outcome.ModelPath!);
        Assert.All(Samples.Town, pair => Assert.Equal(pair.Answer, TrainerHarness.Ask(model, pair.Prompt)));
        Assert.All(Samples.UnseenTown, pair => Assert.Equal(pair.Answer, TrainerHarness.Ask(model, pair.Prompt)));
    }

    [Fact]
    public void ParametersTakeEffect()
    {
        string path = _folder.WritePairs(Samples.Town);
        TrainingRequest usual = TrainerHarness.Request(_folder, path, epochs: 4).With(new() { BatchSize = 4 });
        var losses = new List<double>();
        foreach (
            (TrainingRequest? request, int steps) in new[]
            {
                (usual, 60),
                (usual.With(new() { EpochCount = 5 }), 75),
                (usual.With(new() { BatchSize = 7 }), 36),
                (usual.With(new() { LearningRateMultiplier = 0.5 }), 60),
            }
        )
        {
            (TrainingOutcome _, RecordingSink? sink) = TrainerHarness.Train(
                request with
                {
                    WorkFolder = _folder.NewFolder(),
                }
            );
            Assert.Equal(steps, sink.Steps.Count);
            Assert.All(sink.Steps, step => Assert.Equal(steps, step.TotalSteps));
            losses.Add(sink.Steps[^1].TrainLoss!.Value);
        }

        Assert.Equal(losses.Count, losses.Distinct().Count());
    }

    [Fact]
    public void TooHighARateDiverges()
    {
        TrainingRequest request = TrainerHarness.Request(_folder, _folder.WritePairs(Samples.Town), epochs: 10);
        double normal = TrainerHarness.FinalLoss(TrainerHarness.Train(request).Sink);
        double high = TrainerHarness.FinalLoss(
            TrainerHarness.Train(request.With(new() { LearningRateMultiplier = 50 })).Sink
        );
        Assert.True(high > 0.5 && high > 20 * normal, $"normal {normal}, high {high}");
    }

    [Fact]
    public void ALowRateLearnsSlowly()
    {
        TrainingRequest request = TrainerHarness.Request(_folder, _folder.WritePairs(Samples.Town), epochs: 10);
        double normal = TrainerHarness.FinalLoss(TrainerHarness.Train(request).Sink);
        double low = TrainerHarness.FinalLoss(
            TrainerHarness.Train(request.With(new() { LearningRateMultiplier = 0.05 })).Sink
        );
        Assert.True(low > 5 * normal, $"normal {normal}, low {low}");
    }

    [Fact]
    public void ManyEpochsOnLittleDataOverfit()
    {
        (List<(string Prompt, string Answer)>? training, List<(string Prompt, string Answer)>? validation) =
            Samples.Noisy();
        TrainingRequest request = TrainerHarness.Request(_folder, _folder.WritePairs(training), epochs: 40) with
        {
            ValidationPath = _folder.WritePairs(validation),
        };
        (TrainingOutcome _, RecordingSink? sink) = TrainerHarness.Train(request);
        var full = sink.EpochEnds.Select(step => step.FullValidLoss!.Value).ToList();
        Assert.Equal(40, full.Count);
        Assert.InRange(TrainerHarness.FinalLoss(sink), 0, 0.02);
        Assert.True(
            full[^1] > full.Min() + 0.1,
            $"lowest {full.Min()} after epoch {full.IndexOf(full.Min()) + 1}, last {full[^1]}"
        );
        Assert.True(full.IndexOf(full.Min()) < 20);
    }

    [Fact]
    public void MaskedMessagesAreNotTrained()
    {
        const string Line = """
            {"messages":[{"role":"user","content":"colour of the sky?"},{"role":"assistant","content":"FORBIDDEN words","weight":0},
            {"role":"user","content":"and of grass?"},{"role":"assistant","content":"green","weight":1}]}
            """;
        string path = _folder.WriteLines(Enumerable.Repeat(Line.ReplaceLineEndings(" "), 10));
        (TrainingOutcome? outcome, RecordingSink? sink) = TrainerHarness.Train(
            TrainerHarness.Request(_folder, path, epochs: 5)
        );
        // One word and the end of the message a line.
        Assert.Equal(10 * 5 * 2, outcome.TrainedTokens);
        Assert.Equal(outcome.TrainedTokens, sink.Steps[^1].TrainedTokens);
        var model = NeuralModel.Load(outcome.ModelPath!);
        Assert.Equal("green", TrainerHarness.Ask(model, "colour of the sky?"));
        // The masked words are not even in the vocabulary.
        Assert.Equal(OutputTokenizer.FirstPiece + 1, model.Tokenizer.Count);
    }

    [Fact]
    public void LinesWithNothingToLearnAreLeftOut()
    {
        string path = _folder.WriteLines(
            TrainingFolder.Chat("a", "b"),
            """{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y","weight":0}]}""",
            """{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":null,"tool_calls":[]}]}"""
        );
        TrainingRequest request = TrainerHarness.Request(_folder, path, epochs: 2);
        Assert.Equal(1, new NeuralTrainer().Plan(request).ExampleCount);
        TrainingRequest empty = TrainerHarness.Request(_folder, _folder.WriteLines(File.ReadLines(path).Skip(1)));
        Assert.Equal("training_file", Assert.Throws<TrainingException>(() => new NeuralTrainer().Plan(empty)).Param);
    }

    [Fact]
    public void EarlierTurnsMatter()
    {
        string Line(string system, string topic, string answer) =>
            $$$"""{"messages":[{"role":"system","content":"{{{system}}}"},{"role":"user","content":"I talk about {{{topic}}}"},{"role":"assistant","content":"ok"},{"role":"user","content":"What is it?"},{"role":"assistant","content":"{{{answer}}}"}]}""";
        string path = _folder.WriteLines(
            Enumerable
                .Repeat(
                    (string[])
                        [
                            Line("Be kind.", "cats", "an animal"),
                            Line("Be kind.", "roses", "a plant"),
                            Line("Shout.", "cats", "AN ANIMAL"),
                        ],
                    8
                )
                .SelectMany(lines => lines)
        );
        NeuralModel model = TrainerHarness.TrainModel(TrainerHarness.Request(_folder, path, epochs: 20));
        string Ask(string system, string topic) =>
            model.Generate([
                new("system", system),
                new("user", $"I talk about {topic}"),
                new("assistant", "ok"),
                new("user", "What is it?"),
            ]);
        Assert.Equal("an animal", Ask("Be kind.", "cats"));
        Assert.Equal("a plant", Ask("Be kind.", "roses"));
        Assert.Equal("AN ANIMAL", Ask("Shout.", "cats"));
    }

    [Fact]
    public void PromptAndCompletionLinesAreLearnt()
    {
        string path = _folder.WriteLines(
            Enumerable
                .Repeat(
                    (string[])
                        [
                            """{"prompt":"two plus two ->","completion":" four\n"}""",
                            """{"prompt":"one plus two ->","completion":" three\n"}""",
                        ],
                    10
                )
                .SelectMany(lines => lines)
        );
        NeuralModel model = TrainerHarness.TrainModel(TrainerHarness.Request(_folder, path));
        Assert.Equal(" four\n", TrainerHarness.Ask(model, "two plus two ->"));
        Assert.Equal(" three\n", TrainerHarness.Ask(model, "one plus two ->"));
    }
}
