using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Data;
using FineTuning.Server.Training.Network;
using Xunit;

namespace FineTuning.Server.Tests.Training.Network;

public sealed class ModelFileTests : IDisposable
{
    private readonly TrainingFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheLastThreeEpochsLeaveModels()
    {
        string path = _folder.WritePairs(Samples.Town);
        TrainingRequest request = TrainerHarness.Request(_folder, path, epochs: 5).With(new() { BatchSize = 10 }) with
        {
            ValidationPath = path,
        };
        (TrainingOutcome? outcome, RecordingSink? sink) = TrainerHarness.Train(request);
        Assert.Equal([18, 24, 30], sink.Checkpoints.Select(checkpoint => checkpoint.Step));
        Assert.Equal([false, false, true], sink.Checkpoints.Select(checkpoint => checkpoint.IsLast));
        Assert.Equal(outcome.ModelPath, sink.Checkpoints[^1].ModelPath);
        Assert.All(
            sink.Checkpoints,
            checkpoint =>
            {
                Assert.Same(sink.Steps[checkpoint.Step - 1], checkpoint.Metrics);
                Assert.NotNull(checkpoint.Metrics.FullValidLoss);
                Assert.Contains(
                    TrainerHarness.Ask(NeuralModel.Load(checkpoint.ModelPath), Samples.Town[0].Prompt),
                    Samples.Town.Select(pair => pair.Answer)
                );
            }
        );
        Assert.Equal(
            3,
            sink.Checkpoints.Select(checkpoint => Convert.ToHexString(File.ReadAllBytes(checkpoint.ModelPath)))
                .Distinct()
                .Count()
        );
        Assert.Empty(Directory.GetFiles(request.WorkFolder, "*.tmp"));
    }

    [Fact]
    public void OneEpochLeavesOneModel()
    {
        (TrainingOutcome _, RecordingSink? sink) = TrainerHarness.Train(
            TrainerHarness.Request(_folder, _folder.WritePairs(Samples.Town), epochs: 1)
        );
        Assert.True(Assert.Single(sink.Checkpoints).IsLast);
        Assert.Empty(sink.States);
    }

    [Fact]
    public void ValidationIsMeasuredOnBatchesAndWholeAtEpochEnds()
    {
        string path = _folder.WritePairs(Samples.Town);
        (TrainingOutcome _, RecordingSink? sink) = TrainerHarness.Train(
            TrainerHarness.Request(_folder, path, epochs: 3).With(new() { BatchSize = 4 }) with
            {
                ValidationPath = path,
            }
        );
        Assert.Equal(
            [10, 15, 20, 30, 40, 45],
            sink.Steps.Where(step => step.ValidLoss is not null).Select(step => step.Step)
        );
        Assert.Equal([15, 30, 45], sink.Steps.Where(step => step.FullValidLoss is not null).Select(step => step.Step));
        Assert.Equal([1.0, 2.0, 3.0], sink.EpochEnds.Select(step => step.Epoch));
        // The whole file is another sample than one batch of it.
        Assert.NotEqual(sink.Steps[^1].ValidLoss, sink.Steps[^1].FullValidLoss);
        Assert.All(sink.Steps, step => Assert.InRange(step.ValidAccuracy ?? 0, 0, 1));
    }

    [Fact]
    public void ADamagedModelIsRefused()
    {
        (TrainingOutcome? outcome, RecordingSink _) = TrainerHarness.Train(
            TrainerHarness.Request(_folder, _folder.WritePairs(Samples.Town), epochs: 1)
        );
        string path = outcome.ModelPath!;
        byte[] bytes = File.ReadAllBytes(path);
        foreach (byte[] damaged in DamagedFiles.Of(bytes))
        {
            File.WriteAllBytes(path, damaged);
            Assert.Throws<InvalidDataException>(() => NeuralModel.Load(path));
        }

        File.WriteAllBytes(path, bytes);
        NeuralModel.Load(path);
    }

    [Fact]
    public void AFailedWriteLeavesTheOldFile()
    {
        string path = Path.Combine(_folder.Path, "kept.bin");
        ChecksummedFile.Write(path, "TESTFILE", 1, writer => writer.Write(42));
        Assert.Throws<IOException>(() =>
            ChecksummedFile.Write(
                path,
                "TESTFILE",
                1,
                writer =>
                {
                    writer.Write(43);
                    throw new IOException("disk full");
                }
            )
        );
        Assert.Equal(42, ChecksummedFile.Read(path, "TESTFILE", 1, reader => reader.ReadInt32()));
        Assert.Single(Directory.GetFiles(_folder.Path));
        Assert.Throws<InvalidDataException>(() =>
            ChecksummedFile.Read(path, "TESTFILE", 2, reader => reader.ReadInt32())
        );
        Assert.Throws<InvalidDataException>(() =>
            ChecksummedFile.Read(path, "OTHERFIL", 1, reader => reader.ReadInt32())
        );
    }
}
