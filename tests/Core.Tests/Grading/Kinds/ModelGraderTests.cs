using FineTuning.Core.Grading;
using FineTuning.Core.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Grading.Kinds;

/// <summary>Graders that ask a model: for a score, or for a label.</summary>
public sealed class ModelGraderTests : GraderDefinitions
{
    [Theory]
    [InlineData("7", 7)]
    [InlineData(" 7.5\n", 7.5)]
    [InlineData("{\"steps\":[],\"result\":3}", 3)]
    [InlineData("{\"result\":\"3\"}", 3)]
    public async Task A_model_gives_a_score(string answer, double expected)
    {
        TestModel model = new(answer);
        GradeResult result = await Score(model).GradeAsync("Rome", Testing.Parse(Item));

        Assert.Equal(expected, result.Reward);
        Assert.Equal("judge", result.SampledModel);
        (IReadOnlyList<GraderMessage> messages, GraderSampling sampling) = Assert.Single(model.Asked);
        Assert.Equal([new GraderMessage("system", "Judge."), new GraderMessage("user", "Rome or Paris?")], messages);
        Assert.Equal(
            new GraderSampling
            {
                Temperature = 0.5,
                TopP = 1,
                Seed = 3,
                MaxTokens = 8,
                ReasoningEffort = "low",
            },
            sampling
        );
        Assert.Equal(new GraderTokens(20, 2), result.TokenUsage["judge"]);
    }

    [Theory]
    [InlineData("11")]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("good")]
    [InlineData("")]
    [InlineData("{\"score\":3}")]
    [InlineData("{broken")]
    public async Task An_answer_that_is_no_score_in_the_range_is_an_error_of_the_sample(string answer)
    {
        GradeResult result = await Score(new TestModel(answer)).GradeAsync("Rome", Testing.Parse(Item));

        Assert.Equal(0, result.Reward);
        Assert.True(result.Errors.ModelGraderParseError);
        Assert.Contains("0 to 10", result.Errors.Message, StringComparison.Ordinal);
        Assert.Equal(2, result.TokenUsage["judge"].Completion);
    }

    [Fact]
    public async Task A_model_that_cannot_answer_is_an_error_of_the_sample() =>
        Assert.True(
            (await Score(new TestModel(null)).GradeAsync("x", Testing.Parse(Item))).Errors.ModelGraderServerError
        );

    [Theory]
    [InlineData("good", 1.0)]
    [InlineData("GOOD", 1.0)]
    [InlineData("{\"result\":\"fair\"}", 1.0)]
    [InlineData("bad", 0.0)]
    [InlineData("awful", null)]
    public async Task A_model_chooses_a_label(string answer, double? expected)
    {
        LocalGrader grader = Create(
            new
            {
                type = "label_model",
                name = "l",
                model = "judge",
                input = new[]
                {
                    new
                    {
                        type = "message",
                        role = "user",
                        content = new { type = "input_text", text = "{{item.answer}}" },
                    },
                },
                labels = new[] { "good", "fair", "bad" },
                passing_labels = new[] { "good", "fair" },
            },
            new GraderServices { Model = new TestModel(answer) }
        );
        GradeResult result = await grader.GradeAsync("x", Testing.Parse(Item));

        Assert.Equal(expected ?? 0, result.Reward);
        Assert.Equal(expected is null, result.Errors.ModelGraderParseError);
    }
}
