using FineTuning.Core.Datasets;
using Xunit;

namespace FineTuning.Core.Tests.Datasets;

public class ModelLimitsTests
{
    [Theory]
    [InlineData("gpt-4o-mini", 65_536)]
    [InlineData("gpt-4o-mini-2024-07-18", 65_536)]
    [InlineData("ft:gpt-4.1-nano-2025-04-14:org:name:id", 65_536)]
    [InlineData("gpt-3.5-turbo-0125", 16_385)]
    [InlineData("gpt-3.5-turbo-0613", 4_096)]
    [InlineData("davinci-002", 16_384)]
    [InlineData("gpt-4o-mini-2024-07-18.ft-0123abc", 65_536)]
    [InlineData("llama-3", null)]
    [InlineData("ft:", null)]
    public void Knows_how_much_of_an_example_is_learned(string model, int? tokens) =>
        Assert.Equal(tokens, ModelLimits.ExampleTokens(model));

    [Theory]
    [InlineData("gpt-4o-2024-08-06", "gpt-4o")]
    [InlineData("gpt-4o", "gpt-4o")]
    [InlineData("-2024-08-06", "-2024-08-06")]
    [InlineData("gpt-3.5-turbo-0613", "gpt-3.5-turbo-0613")]
    [InlineData("a-2024_08-06", "a-2024_08-06")]
    public void A_name_without_its_date(string model, string expected) =>
        Assert.Equal(expected, BaseModelName.WithoutDate(model));

    // A token is a byte at least, so the short line is not even counted; the long one is.
    [Theory]
    [InlineData("gpt-3.5-turbo-0613", 4_000, "")]
    [InlineData("gpt-3.5-turbo-0613", 4_300, "FT1608@1")]
    [InlineData("gpt-3.5-turbo", 4_300, "")]
    [InlineData("unknown", 60_000, "")]
    [InlineData("unknown", 66_000, "FT1608@1")]
    [InlineData(null, 66_000, "FT1608@1")]
    public async Task An_example_longer_than_that_is_a_warning(string? model, int words, string expected)
    {
        string text = string.Join(" ", System.Linq.Enumerable.Repeat("word", words));
        DatasetReport report = await Check.RunAsync(
            "{'messages':[{'role':'user','content':'" + text + "'},<A>]}",
            Check.Small with
            {
                Model = model,
            }
        );

        Assert.Equal(expected, Check.Found(report));
        Assert.True(report.IsValid);
    }

    [Theory]
    [InlineData("gpt-4o-mini", null, "{'prompt':'a','completion':'b'}", "FT1107@1")]
    [InlineData("gpt-4o-mini", null, "{<IN>,<PO>,<NO>}", "")]
    [InlineData("gpt-4o-mini", "supervised", "{<IN>,<PO>,<NO>}", "FT1107@1")]
    [InlineData("gpt-4o-mini", "dpo", "{'messages':[<U>,<A>]}", "FT1107@1")]
    [InlineData("babbage-002", null, "{'messages':[<U>,<A>]}", "FT1107@1")]
    [InlineData("babbage-002", "supervised", "{'prompt':'a','completion':'b'}", "")]
    [InlineData("ft:davinci-002:org::id", null, "{<IN>,<PO>,<NO>}", "FT1107@1")]
    [InlineData("mine", null, "{'prompt':'a','completion':'b'}", "")]
    [InlineData("mine", "supervised", "{'messages':[<U>,<A>]}", "")]
    public async Task A_kind_that_the_model_does_not_take_is_an_error(
        string model,
        string? method,
        string line,
        string expected
    ) =>
        Assert.Equal(
            expected,
            Check.Found(await Check.RunAsync(line, Check.Small with { Model = model, Method = method }))
        );
}
