using System.Text;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Data;
using FineTuning.Server.Training.Runs;
using Xunit;

namespace FineTuning.Server.Tests.Training.Data;

public sealed class TrainingExamplesTests : IDisposable
{
    private readonly TrainingFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{\"messages\":[", "valid JSON")]
    [InlineData("[1,2]", "object")]
    [InlineData("{\"prompt\":\"a\"}", "neither")]
    [InlineData("{\"prompt\":\"a\",\"completion\":1}", "neither")]
    [InlineData("{\"messages\":{}}", "array")]
    [InlineData("{\"messages\":[{\"content\":\"x\"}]}", "role")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":7}]}", "content")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"\\ud800\"}]}", "Unicode")]
    public void AMalformedLineIsNamed(string line, string what)
    {
        string good = TrainingFolder.Chat("a", "b");
        string path = _folder.WriteLines(good, "", good, line, good);
        TrainingException e = Assert.Throws<TrainingException>(() =>
            new NeuralTrainer().Plan(TrainerHarness.Request(_folder, path))
        );
        Assert.StartsWith("Line 4 ", e.Message, StringComparison.Ordinal);
        Assert.Contains(what, e.Message, StringComparison.Ordinal);
        Assert.Equal("training_file", e.Param);

        TrainingRequest request = TrainerHarness.Request(_folder, _folder.WriteLines(good)) with
        {
            ValidationPath = path,
        };
        e = Assert.Throws<TrainingException>(() => TrainerHarness.Train(request));
        Assert.Equal("validation_file", e.Param);
    }

    [Fact]
    public void AMissingFileIsNamed()
    {
        TrainingRequest request = TrainerHarness.Request(_folder, Path.Combine(_folder.Path, "none.jsonl"));
        Assert.Equal("training_file", Assert.Throws<TrainingException>(() => new NeuralTrainer().Plan(request)).Param);
    }

    [Fact]
    public void ContentMayBePartsOrNull()
    {
        string path = _folder.WriteLines(
            """{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"x"}},{"type":"text","text":"b"}]},{"role":"assistant","content":null},{"role":"assistant","content":[{"type":"text","text":"c"}]}]}"""
        );
        TrainingLine line = Assert.Single(TrainingExamples.Read(path, "training_file", default));
        Assert.Equal([new("user", "ab"), new("assistant", ""), new("assistant", "c")], line.Turns);
        Assert.Equal([2], line.Targets);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void BlankLinesAByteOrderMarkAndAMissingLastBreakAreTolerated(string lineBreak)
    {
        string path = Path.Combine(_folder.Path, "x.jsonl");
        string[] lines = new[] { "", TrainingFolder.Chat("a", "1"), "  \t", TrainingFolder.Chat("b", "2") };
        File.WriteAllText(path, string.Join(lineBreak, lines), new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        var read = TrainingExamples.Read(path, "training_file", default).ToList();
        Assert.Equal([2, 4], read.Select(line => line.LineNumber));
        Assert.Equal(["1", "2"], read.Select(line => line.Turns[1].Content));
    }

    [Fact]
    public void LinesOfAnyLengthAreRead()
    {
        // Around the size of the reader's buffer, so that lines end before, at and after its end.
        var texts = Enumerable
            .Range(0, 40)
            .Select(i => new string((char)('a' + (i % 26)), (1 << 16) - 120 + (i * 3)))
            .Append(new string('z', 300_000))
            .ToList();
        string path = _folder.WriteLines(texts.Select(text => TrainingFolder.Chat("q", text)));
        Assert.Equal(
            texts,
            TrainingExamples.Read(path, "training_file", default).Select(line => line.Turns[1].Content)
        );
    }
}
