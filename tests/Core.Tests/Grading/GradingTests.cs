using System.Text.Json;
using FineTuning.Core.Grading;
using FineTuning.Core.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Grading;

public sealed class GradingTests : GraderDefinitions
{
    [Fact]
    public async Task Texts_that_are_too_long_are_errors_of_the_sample()
    {
        const string Sample = "{{sample.output_text}}";
        string twenty = string.Concat(Enumerable.Repeat(Sample, 20));
        LocalGrader similar = Create(
            new
            {
                type = "text_similarity",
                name = "t",
                input = Sample,
                reference = "a",
                evaluation_metric = "fuzzy_match",
            }
        );
        LocalGrader repeats = Create(
            new
            {
                type = "string_check",
                name = "c",
                input = twenty,
                reference = "",
                operation = "ne",
            }
        );

        Assert.Contains(
            "100000",
            (await similar.GradeAsync(new string('a', 100_001), null)).Errors.Message,
            StringComparison.Ordinal
        );
        Assert.True((await repeats.GradeAsync(new string('a', 60_000), null)).Errors.OtherError);
        Assert.Equal(1, (await repeats.GradeAsync(new string('a', 40_000), null)).Reward);
    }

    [Fact]
    public async Task A_broken_sample_or_item_never_throws()
    {
        LocalGrader grader = Create(
            new
            {
                type = "string_check",
                name = "c",
                input = "{{item.a}}{{sample.choices}}",
                reference = "",
                operation = "ne",
            }
        );
        string deep = new string('[', 5000) + new string(']', 5000);

        Assert.True((await grader.GradeAsync("x", Testing.Parse("""{"a":"\ud800"}"""))).Errors.OtherError);
        Assert.Equal(1, (await grader.GradeAsync("half \ud800", Testing.Parse("""{"a":1}"""))).Reward);
        Assert.Equal(1, (await grader.GradeAsync(deep, Testing.Parse("""{"a":1}"""))).Reward);
    }

    [Fact]
    public async Task Grading_is_cancelled()
    {
        using CancellationTokenSource source = new();
        await source.CancelAsync();
        await Testing.IsCancelledAsync(() => Score(new TestModel("1")).GradeAsync("x", null, source.Token));
    }

    [Fact]
    public async Task One_grader_serves_several_threads()
    {
        LocalGrader grader = Multi("(exact + near) / 2");
        JsonElement item = Testing.Parse(Item);
        double[] rewards = await Task.WhenAll(
            Enumerable
                .Range(0, 200)
                .Select(i =>
                    Task.Run(async () => (await grader.GradeAsync(i % 2 == 0 ? "Paris" : "paris", item)).Reward)
                )
        );

        Assert.Equal(Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? 1 : 0.4), rewards);
    }
}
