using FineTuning.Core.Datasets;
using FineTuning.Core.FineTunedModels;
using Xunit;

namespace FineTuning.Core.Tests.FineTunedModels;

public sealed class ModelNameTests
{
    [Theory]
    [InlineData("ft:gpt-4o-mini-2024-07-18:acme:support:B7R9VjQd", "gpt-4o-mini-2024-07-18", "acme", "support", null)]
    [InlineData("ft:gpt-4o-mini:acme::B7R9VjQd", "gpt-4o-mini", "acme", null, null)]
    [InlineData("ft:gpt-4o-mini:acme:support:B7R9VjQd:ckpt-step-88", "gpt-4o-mini", "acme", "support", 88L)]
    [InlineData("ft:babbage-002", "babbage-002", null, null, null)]
    [InlineData("gpt-4o-mini-2024-07-18.ft-0ab1c2d3e4f5a6b7", "gpt-4o-mini-2024-07-18", null, null, null)]
    [InlineData(
        "gpt-4.1-mini-2025-04-14.ft-b044a9d3cf9c4228b5d393567f693b83-my-suffix:ckpt-step-3",
        "gpt-4.1-mini-2025-04-14",
        null,
        "my-suffix",
        3L
    )]
    [InlineData("curie:ft-acme-2023-03-01-12-30-59", "curie", "acme", null, null)]
    [InlineData("curie:ft-acme:tone-of-voice-2023-03-01-12-30-59", "curie", "acme", "tone-of-voice", null)]
    [InlineData("davinci:ft-personal", "davinci", "personal", null, null)]
    public void A_name_that_a_job_gave_is_taken_apart(
        string name,
        string model,
        string? organization,
        string? suffix,
        long? step
    )
    {
        var read = ModelName.Read(name);
        Assert.True(read.IsFineTuned);
        Assert.Equal((model, organization, suffix, step), (read.Base, read.Organization, read.Suffix, read.Step));
        Assert.Equal(name, read.Name);
        Assert.Equal(
            step is null ? name : name[..name.IndexOf(":ckpt-step-", System.StringComparison.Ordinal)],
            read.Whole
        );
        Assert.Equal(model, BaseModelName.Of(name));
    }

    [Theory]
    [InlineData("gpt-4o-mini")]
    [InlineData("gpt-4.1-2025-04-14")]
    [InlineData("meta-llama/Llama-3:8b")]
    [InlineData("ft:")]
    [InlineData("ft")]
    [InlineData(":ft-acme")]
    [InlineData(".ft-0ab1c2d3")]
    [InlineData("raft-large")]
    [InlineData("")]
    public void Any_other_name_tells_nothing(string name)
    {
        var read = ModelName.Read(name);
        Assert.False(read.IsFineTuned);
        Assert.Equal(
            (null, null, null, null, name),
            (read.Base, read.Organization, read.Suffix, read.Step, read.Whole)
        );
    }

    [Fact]
    public void A_checkpoint_of_any_name_has_its_step()
    {
        var read = ModelName.Read("my-model:ckpt-step-7");
        Assert.Equal(("my-model", 7L, false), (read.Whole, read.Step, read.IsFineTuned));
    }
}
