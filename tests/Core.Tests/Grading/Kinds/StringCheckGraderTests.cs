using FineTuning.Core.Grading;
using Xunit;

namespace FineTuning.Core.Tests.Grading.Kinds;

public sealed class StringCheckGraderTests : GraderDefinitions
{
    [Theory]
    [InlineData("eq", "Paris", "Paris", 1)]
    [InlineData("eq", "Paris", "paris", 0)]
    [InlineData("eq", "", "", 1)]
    [InlineData("ne", "Paris", "Rome", 1)]
    [InlineData("ne", "Paris", "Paris", 0)]
    [InlineData("like", "It is Paris.", "Paris", 1)]
    [InlineData("like", "It is Paris.", "paris", 0)]
    [InlineData("like", "Paris", "It is Paris.", 0)]
    [InlineData("like", "Paris", "", 1)]
    [InlineData("ilike", "It is PARIS.", "paris", 1)]
    [InlineData("ilike", "Rome", "paris", 0)]
    [InlineData("ilike", "ÉTÉ", "été", 1)]
    public async Task A_string_check_is_1_or_0(string operation, string sample, string reference, double expected)
    {
        LocalGrader grader = Create(
            new
            {
                type = "string_check",
                name = "c",
                input = "{{ sample.output_text }}",
                reference,
                operation,
            }
        );
        GradeResult result = await grader.GradeAsync(sample, null);

        Assert.Equal(expected, result.Reward);
        Assert.False(result.Errors.Any);
        Assert.Null(result.SubRewards);
        Assert.Empty(result.TokenUsage);
    }

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public async Task Case_is_ignored_alike_in_every_culture(string culture)
    {
        using CultureScope scope = new(culture);
        LocalGrader grader = Create(
            new
            {
                type = "string_check",
                name = "c",
                input = "TITLE I",
                reference = "title i",
                operation = "ilike",
            }
        );
        Assert.Equal(1, (await grader.GradeAsync("x", null)).Reward);
    }
}
