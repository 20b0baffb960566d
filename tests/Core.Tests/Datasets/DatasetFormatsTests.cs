using FineTuning.Core.Datasets;
using Xunit;

namespace FineTuning.Core.Tests.Datasets;

/// <summary>What a model takes is known where the model is.</summary>
public sealed class DatasetFormatsTests
{
    [Theory]
    [InlineData("babbage-002", "supervised", DatasetFormat.Completion)]
    [InlineData("ft:davinci-002:org:x:1", "supervised", DatasetFormat.Completion)]
    [InlineData("gpt-4o-mini", "supervised", DatasetFormat.Chat)]
    [InlineData("ft:gpt-4.1-2025-04-14:org::1", "supervised", DatasetFormat.Chat)]
    [InlineData("o4-mini-2025-04-16", "supervised", DatasetFormat.Chat)]
    [InlineData("local-small", "supervised", null)]
    [InlineData("ft:local-small:local::1", "supervised", null)]
    [InlineData("llama-3-8b", "supervised", null)]
    [InlineData("olmo", "supervised", null)]
    [InlineData("o", "supervised", null)]
    [InlineData("", "supervised", null)]
    [InlineData("gpt-4o-mini", "dpo", null)]
    [InlineData("o4-mini-2025-04-16", "reinforcement", null)]
    public void Of_a_model(string model, string method, DatasetFormat? expected) =>
        Assert.Equal(expected, DatasetFormats.ForModel(model, method));
}
