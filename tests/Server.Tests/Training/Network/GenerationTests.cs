using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Network;
using Xunit;

namespace FineTuning.Server.Tests.Training.Network;

public sealed class GenerationTests : IDisposable
{
    private static readonly (string Prompt, string Answer)[] s_longAnswers =
    [
        (
            "How do I reset my password?",
            "Open Settings > Account, press \"Reset password\", and follow the link.\n\nIt's valid for 15 minutes."
        ),
        ("Where is the invoice?", "Your invoices are under Billing:\n  1. 2024-05 — 12,50 €\n  2. 2024-06 — 7,00 €"),
        ("As JSON please: name Ann, age 41", "{\"name\": \"Ann\", \"age\": 41,  \"tags\": []}"),
        ("Say hello in Japanese", "こんにちは、世界！ 👋🏽"),
        ("Say nothing", ""),
        ("Spaces?", "  two before, two after  "),
        ("Tabs and returns?", "a\tb\r\nc\t\td\u00A0e"),
        ("Shout it", "DON'T Don't don't"),
    ];

    private readonly TrainingFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void LongAnswersAreReproducedExactly()
    {
        NeuralModel model = TrainerHarness.TrainModel(
            TrainerHarness.Request(_folder, _folder.WritePairs(s_longAnswers))
        );
        Assert.All(s_longAnswers, pair => Assert.Equal(pair.Answer, TrainerHarness.Ask(model, pair.Prompt)));
    }

    [Fact]
    public void WhatComesNextMayDependOnAWordFarBack()
    {
        // The same words stand before each price, and they are more than the ones whose order is seen.
        const string Unit = "costs, as you can see right here in this list,";
        (string Prompt, string Answer)[] pairs =
        [
            ("list one", $"Tea {Unit} 3 euros. Milk {Unit} 5 euros. Salt {Unit} 8 euros."),
            ("list two", $"Salt {Unit} 8 euros. Milk {Unit} 5 euros. Tea {Unit} 3 euros."),
            ("list three", $"We have only this: Milk {Unit} 5 euros. Tea {Unit} 3 euros. Salt {Unit} 8 euros."),
        ];
        NeuralModel model = TrainerHarness.TrainModel(TrainerHarness.Request(_folder, _folder.WritePairs(pairs)));
        Assert.All(pairs, pair => Assert.Equal(pair.Answer, TrainerHarness.Ask(model, pair.Prompt)));
    }

    [Fact]
    public void AnswersComeInPiecesWithCountsAndAReason()
    {
        NeuralModel model = TrainerHarness.TrainModel(
            TrainerHarness.Request(_folder, _folder.WritePairs(s_longAnswers))
        );
        ChatTurn[] question = [new("user", s_longAnswers[0].Prompt)];
        Generation generation = model.Start(question);
        Assert.Null(generation.FinishReason);
        var pieces = generation.ToList();
        Assert.True(pieces.Count > 10);
        Assert.DoesNotContain(string.Empty, pieces);
        Assert.Equal(s_longAnswers[0].Answer, string.Concat(pieces));
        Assert.Equal("stop", generation.FinishReason);
        Assert.Equal(model.Tokenizer.CountTokens(s_longAnswers[0].Answer), generation.CompletionTokens);
        Assert.True(generation.PromptTokens > 5);

        Generation cut = model.Start(question, new GenerationOptions { MaxTokens = 3 });
        Assert.Equal("Open Settings >", string.Concat(cut));
        Assert.Equal("length", cut.FinishReason);
        Assert.Equal(3, cut.CompletionTokens);

        Generation stopped = model.Start(question, new GenerationOptions { Stop = ["never", ", press \"Res"] });
        Assert.Equal("Open Settings > Account", string.Concat(stopped));
        Assert.Equal("stop", stopped.FinishReason);
    }

    [Fact]
    public void DrawingFollowsTheSeedAndTheTemperature()
    {
        string path = _folder.WritePairs(
            Enumerable.Range(0, 40).Select(i => ("Heads or tails?", i % 2 == 0 ? "heads" : "tails"))
        );
        NeuralModel model = TrainerHarness.TrainModel(TrainerHarness.Request(_folder, path, epochs: 4));
        string Draw(int seed, double temperature, double topP = 1) =>
            TrainerHarness.Ask(
                model,
                "Heads or tails?",
                new GenerationOptions
                {
                    Temperature = temperature,
                    TopP = topP,
                    Seed = seed,
                    MaxTokens = 8,
                }
            );
        var drawn = Enumerable.Range(0, 100).Select(seed => Draw(seed, 1)).ToList();
        Assert.Equal(drawn, Enumerable.Range(0, 100).Select(seed => Draw(seed, 1)));
        Assert.InRange(drawn.Count(answer => answer == "heads"), 15, 85);
        Assert.InRange(drawn.Count(answer => answer == "tails"), 15, 85);
        Assert.Single(Enumerable.Range(0, 100).Select(seed => Draw(seed, 0)).Distinct());
        Assert.Single(Enumerable.Range(0, 100).Select(seed => Draw(seed, 1, topP: 0.01)).Distinct());
        Assert.Equal(Draw(1, 0), Draw(1, double.Epsilon));
        Assert.True(Enumerable.Range(0, 100).Select(seed => Draw(seed, 50)).Distinct().Count() > 20);
    }

    [Fact]
    public void SeveralThreadsMayAskAtOnce()
    {
        NeuralModel model = TrainerHarness.TrainModel(
            TrainerHarness.Request(_folder, _folder.WritePairs(Samples.Town))
        );
        Parallel.For(
            0,
            400,
            i =>
            {
                (string? prompt, string? answer) = Samples.Town[i % Samples.Town.Count];
                Assert.Equal(answer, TrainerHarness.Ask(model, prompt));
            }
        );
    }

    [Fact]
    public void ACancelledGenerationStops()
    {
        NeuralModel model = TrainerHarness.TrainModel(
            TrainerHarness.Request(_folder, _folder.WritePairs(s_longAnswers), epochs: 2)
        );
        using var cancellation = new CancellationTokenSource();
        var pieces = new List<string>();
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (
                string piece in model.Start(
                    [new("user", "x")],
                    new GenerationOptions { Temperature = 5 },
                    cancellation.Token
                )
            )
            {
                pieces.Add(piece);
                cancellation.Cancel();
            }
        });
        Assert.Single(pieces);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello", "hel", "lo")]
    [InlineData("hello", "h", "e", "l", "l", "o")]
    public void StopTextsAreFoundAcrossPieces(string stop, params string[] pieces)
    {
        var filter = new StopFilter([stop]);
        string text = filter.Add("before ");
        foreach (string piece in pieces)
        {
            text += filter.Add(piece);
        }

        text += filter.Add(" after") + filter.Finish();
        Assert.Equal(stop.Length == 0 ? "before  after" : "before ", text);
    }

    [Fact]
    public void TextThatIsNoStopAfterAllIsGivenOut()
    {
        var filter = new StopFilter(["abcabd"]);
        Assert.Equal(string.Empty, filter.Add("abcab"));
        Assert.Equal("abc", filter.Add("c"));
        Assert.Equal("abcabc", "abc" + filter.Add("") + filter.Finish());
    }
}
