using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Data;
using FineTuning.Server.Training.Network;
using Xunit;

namespace FineTuning.Server.Tests.Training.Runs;

public sealed class BaseModelTests : IDisposable
{
    private readonly TrainingFolder _folder = new();
    private readonly string _town;
    private readonly string _basis;

    public BaseModelTests()
    {
        _town = _folder.WritePairs(Samples.Town);
        _basis = TrainerHarness.Train(TrainerHarness.Request(_folder, _town, epochs: 10)).Outcome.ModelPath!;
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhatTheBaseKnowsIsKnownFromTheFirstStep()
    {
        RecordingSink anew = TrainerHarness.Train(TrainerHarness.Request(_folder, _town, seed: 9, epochs: 1)).Sink;
        RecordingSink on = TrainerHarness
            .Train(TrainerHarness.Request(_folder, _town, seed: 9, epochs: 1) with { BaseModelPath = _basis })
            .Sink;
        Assert.True(on.Steps[0].TrainLoss < 0.1 * anew.Steps[0].TrainLoss);
        Assert.True(on.Steps.Average(step => step.TrainLoss) < 0.1 * anew.Steps.Average(step => step.TrainLoss));
    }

    [Fact]
    public void NewAnswersAreLearntBesidesTheOldOnes()
    {
        // Other words, a label that the base cannot say in one token, and some of the old ones so that they stay.
        (string Prompt, string Answer)[] news =
        [
            .. Enumerable.Range(0, 20).Select(i => ($"Noise complaint number {i}: music at night", "ordnungsamt")),
            .. Samples.Town.Where((_, i) => i % 3 == 0),
        ];
        string path = _folder.WritePairs(news);
        (TrainingOutcome? outcome, RecordingSink? sink) = TrainerHarness.Train(
            TrainerHarness.Request(_folder, path, epochs: 10) with
            {
                BaseModelPath = _basis,
            }
        );
        Assert.InRange(TrainerHarness.FinalLoss(sink), 0, 0.1);
        var model = NeuralModel.Load(outcome.ModelPath!);
        Assert.Equal("ordnungsamt", TrainerHarness.Ask(model, "music at night again"));
        Assert.True(Samples.Town.Count(pair => TrainerHarness.Ask(model, pair.Prompt) == pair.Answer) > 54);
        Assert.Equal(NeuralModel.Load(_basis).Tokenizer.Count + 1, model.Tokenizer.Count);
    }

    [Fact]
    public void NewFeaturesAndTokensChangeNoAnswerBeforeTheyAreTrained()
    {
        var basis = NeuralModel.Load(_basis);
        TrainingRequest request = TrainerHarness.Request(
            _folder,
            _folder.WritePairs([("entirely other words", "and answers"), ("more of them", "here")])
        );
        var builder = new ModelBuilder(request, basis);
        foreach (TrainingLine line in TrainingExamples.Read(request.TrainingPath, "training_file", default))
        {
            builder.Add(line);
            builder.EndExample();
        }

        NeuralModel grown = builder.Build((_, _) => [], default);
        Assert.Equal(basis.Tokenizer.Count + 4 - 1, grown.Tokenizer.Count);
        Assert.True(grown.PromptVocabulary.Count > basis.PromptVocabulary.Count);
        Assert.All(
            Samples.Town,
            pair => Assert.Equal(TrainerHarness.Ask(basis, pair.Prompt), TrainerHarness.Ask(grown, pair.Prompt))
        );
    }

    [Fact]
    public void ADamagedBaseIsNamed()
    {
        byte[] bytes = File.ReadAllBytes(_basis);
        bytes[bytes.Length / 2] ^= 1;
        string path = Path.Combine(_folder.Path, "damaged.bin");
        foreach (Action prepare in (Action[])[() => File.WriteAllBytes(path, bytes), () => File.Delete(path)])
        {
            prepare();
            TrainingRequest request = TrainerHarness.Request(_folder, _town) with
            {
                BaseModel = "ft:base:x",
                BaseModelPath = path,
            };
            TrainingException e = Assert.Throws<TrainingException>(() => TrainerHarness.Train(request));
            Assert.Equal("model", e.Param);
            Assert.Contains("ft:base:x", e.Message, StringComparison.Ordinal);
        }
    }
}
