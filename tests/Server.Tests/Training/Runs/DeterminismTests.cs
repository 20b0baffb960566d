using System.Globalization;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Network;
using Xunit;

namespace FineTuning.Server.Tests.Training.Runs;

public sealed class DeterminismTests : IDisposable
{
    private readonly TrainingFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void SameSeedGivesTheSameBitsAndTheSameModel()
    {
        string path = _folder.WritePairs(Samples.Town);
        (TrainingOutcome Outcome, RecordingSink Sink) first = TrainerHarness.Train(
            TrainerHarness.Request(_folder, path, seed: 7, epochs: 3) with
            {
                ValidationPath = path,
            }
        );
        // Other arrays in memory and a used heap must not matter.
        GC.KeepAlive(Enumerable.Range(1, 50).Select(size => new byte[size * 1001]).ToArray());
        (TrainingOutcome Outcome, RecordingSink Sink) second = TrainerHarness.Train(
            TrainerHarness.Request(_folder, path, seed: 7, epochs: 3) with
            {
                ValidationPath = path,
                JobId = "other",
            }
        );
        Assert.Equal(TrainerHarness.Bits(first.Sink.Steps), TrainerHarness.Bits(second.Sink.Steps));
        Assert.Equal(File.ReadAllBytes(first.Outcome.ModelPath!), File.ReadAllBytes(second.Outcome.ModelPath!));
    }

    [Fact]
    public void AnotherSeedGivesOtherLosses()
    {
        string path = _folder.WritePairs(Samples.Town);
        (TrainingOutcome Outcome, RecordingSink Sink) first = TrainerHarness.Train(
            TrainerHarness.Request(_folder, path, seed: 1, epochs: 2)
        );
        (TrainingOutcome Outcome, RecordingSink Sink) second = TrainerHarness.Train(
            TrainerHarness.Request(_folder, path, seed: 2, epochs: 2)
        );
        Assert.All(
            first.Sink.Steps.Zip(second.Sink.Steps),
            pair => Assert.NotEqual(pair.First.TrainLoss, pair.Second.TrainLoss)
        );
    }

    [Fact]
    public void TheSeedShufflesEachEpochAnew()
    {
        // Answers of one to twelve words: the tokens of a step tell which example it was.
        string path = _folder.WritePairs(
            Enumerable.Range(1, 12).Select(i => ("q", string.Join(' ', Enumerable.Repeat("w", i))))
        );
        int[][] Orders(int seed)
        {
            (TrainingOutcome _, RecordingSink? sink) = TrainerHarness.Train(
                TrainerHarness.Request(_folder, path, seed, epochs: 2).With(new() { BatchSize = 1 })
            );
            var totals = sink.Steps.Select(step => (int)step.TrainedTokens).ToList();
            return [.. totals.Zip(totals.Prepend(0), (now, before) => now - before - 1).Chunk(12)];
        }

        int[][] first = Orders(1);
        int[][] second = Orders(2);
        Assert.All(first.Concat(second), order => Assert.Equal(Enumerable.Range(1, 12), order.Order()));
        Assert.NotEqual(first[0], first[1]);
        Assert.NotEqual(first[0], second[0]);
    }

    [Fact]
    public void TheCultureDoesNotMatter()
    {
        (string, string)[] pairs =
        [
            ("TITLE İstanbul WITH I", "Yes, IN ISTANBUL."),
            ("title without ı", "no, 1.5"),
            .. Samples.Town,
        ];
        string path = _folder.WritePairs(pairs);
        CultureInfo before = CultureInfo.CurrentCulture;
        (TrainingOutcome Outcome, RecordingSink Sink) invariant = TrainerHarness.Train(
            TrainerHarness.Request(_folder, path, epochs: 8)
        );
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("tr-TR");
            (TrainingOutcome Outcome, RecordingSink Sink) turkish = TrainerHarness.Train(
                TrainerHarness.Request(_folder, path, epochs: 8)
            );
            Assert.Equal(TrainerHarness.Bits(invariant.Sink.Steps), TrainerHarness.Bits(turkish.Sink.Steps));
            var model = NeuralModel.Load(turkish.Outcome.ModelPath!);
            // Folding the case as Turkish does would make other words of these.
            Assert.Equal("Yes, IN ISTANBUL.", TrainerHarness.Ask(model, "title İstanbul with i"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void ValidationDoesNotInfluenceTheTraining()
    {
        string path = _folder.WritePairs(Samples.Town);
        (TrainingOutcome Outcome, RecordingSink Sink) alone = TrainerHarness.Train(
            TrainerHarness.Request(_folder, path, epochs: 2)
        );
        (TrainingOutcome Outcome, RecordingSink Sink) validated = TrainerHarness.Train(
            TrainerHarness.Request(_folder, path, epochs: 2) with
            {
                ValidationPath = path,
            }
        );
        Assert.Equal(
            alone.Sink.Steps.Select(step => step.TrainLoss),
            validated.Sink.Steps.Select(step => step.TrainLoss)
        );
    }

    [Fact]
    public void TheGeneratorIsTheOneItWas()
    {
        // The reference implementation's first numbers for the seed 1234567.
        var random = new SplitMix64(1234567);
        Assert.Equal(
            [6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL],
            [random.Next(), random.Next(), random.Next()]
        );
    }
}
