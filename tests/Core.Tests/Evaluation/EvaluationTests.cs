using System.Text.Json;
using FineTuning.Core.Evaluation;
using FineTuning.Core.Grading;
using FineTuning.Core.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Evaluation;

public sealed class EvaluationTests
{
    private const string Asked = """[{"role":"user","content":"q"}]""";

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}""", Asked, "a")]
    [InlineData(
        """{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a","weight":1}]}""",
        Asked,
        "a"
    )]
    [InlineData("""{"messages":[{"role":"user","content":"q"}],"answer":"x"}""", Asked, null)]
    [InlineData("""{"prompt":"q","completion":"a"}""", Asked, "a")]
    [InlineData("""{"prompt":"q"}""", Asked, null)]
    [InlineData(
        """{"input":{"messages":[{"role":"user","content":"q"}]},"preferred_output":[{"role":"assistant","content":"a"}],"non_preferred_output":[]}""",
        Asked,
        "a"
    )]
    [InlineData(
        """{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}""",
        Asked,
        "ab"
    )]
    [InlineData(
        """{"messages":[{"role":"user","content":"1"},{"role":"assistant","content":"x","weight":0},{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}""",
        """[{"role":"user","content":"1"},{"role":"assistant","content":"x"},{"role":"user","content":"q"}]""",
        "a"
    )]
    public void An_example_of_each_kind_becomes_a_question(string row, string messages, string? reference)
    {
        var example = EvaluationExample.Read(Testing.Parse(row));
        Assert.Equal(messages, example.Messages.GetRawText());
        Assert.Equal((reference, "q"), (example.Reference, example.Prompt));
        Assert.Equal(reference is not null, example.Item.TryGetProperty("reference", out JsonElement item));
        Assert.True(reference is null || item.GetString() == reference);
    }

    [Fact]
    public void Fields_of_the_example_are_the_graders_and_its_own_reference_stays()
    {
        var example = EvaluationExample.Read(
            Testing.Parse(
                """{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"reference":"mine","tools":[{"type":"function"}],"level":3}"""
            )
        );
        Assert.Equal(
            ("mine", "a", 3),
            (
                example.Item.GetProperty("reference").GetString(),
                example.Item.GetProperty("reference_answer").GetString(),
                example.Item.GetProperty("level").GetInt32()
            )
        );
        Assert.Equal(["tools"], example.Options.Keys);
    }

    [Theory]
    [InlineData("[]", "no JSON object")]
    [InlineData("{}", "neither")]
    [InlineData("""{"messages":[]}""", "no list")]
    [InlineData("""{"messages":"x"}""", "no list")]
    [InlineData("""{"messages":["x"]}""", "no object")]
    [InlineData("""{"messages":[{"role":"assistant","content":"a"}]}""", "no question")]
    public void What_is_no_example_is_refused_in_words(string row, string words) =>
        Assert.Contains(
            words,
            Assert.Throws<FormatException>(() => EvaluationExample.Read(Testing.Parse(row))).Message
        );

    [Fact]
    public void What_the_system_says_goes_first_unless_the_example_has_it()
    {
        JsonElement with = EvaluationExample.WithSystem(Testing.Parse(Asked), "be brief");
        Assert.Equal("""[{"role":"system","content":"be brief"},{"role":"user","content":"q"}]""", with.GetRawText());
        Assert.Equal(with.GetRawText(), EvaluationExample.WithSystem(with, "other").GetRawText());
        Assert.Equal(with.GetRawText(), EvaluationExample.Ask("q", "be brief").GetRawText());
    }

    [Fact]
    public void Scores_are_those_of_the_textbook()
    {
        double[] rewards = [0.1, 0.9, 0.4, 1, 0, 0.25];
        var meter = new ScoreMeter();
        foreach (double reward in rewards)
        {
            meter.Add(
                Result(reward) with
                {
                    SubRewards = new Dictionary<string, double> { ["a"] = reward, ["b"] = 1 },
                }
            );
        }

        double mean = rewards.Average(),
            error = Math.Sqrt(rewards.Sum(r => (r - mean) * (r - mean)) / 5 / 6);
        Assert.Equal(mean, meter.Mean, 12);
        Assert.Equal(error, meter.StandardError, 12);
        Assert.Equal((0, 1, 6, 0), (meter.Min, meter.Max, meter.Count, meter.Errors));
        Assert.Equal(mean, meter.Parts!["a"], 12);
        Assert.Equal(1, meter.Parts["b"], 12);
    }

    [Fact]
    public void Large_rewards_that_differ_little_keep_their_difference()
    {
        var meter = new ScoreMeter();
        foreach (int i in Enumerable.Range(0, 1000))
        {
            meter.Add(Result(1e9 + (i % 2)));
        }

        Assert.Equal(0.5 / Math.Sqrt(999), meter.StandardError, 6);
    }

    [Fact]
    public void Nothing_has_no_score()
    {
        var meter = new ScoreMeter();
        Assert.True(double.IsNaN(meter.Mean) && double.IsNaN(meter.StandardError) && double.IsNaN(meter.Min));
        meter.Add(Result(-2) with { Errors = new GradeErrors { OtherError = true } });
        Assert.Equal((-2, -2, -2, 1), (meter.Mean, meter.Min, meter.Max, meter.Errors));
        Assert.True(double.IsNaN(meter.StandardError));
        Assert.Null(meter.Parts);
    }

    private static GradeResult Result(double reward) =>
        new()
        {
            Reward = reward,
            Errors = GradeErrors.None,
            TokenUsage = new Dictionary<string, GraderTokens>(),
        };
}
