using FineTuning.Core.Grading;
using FineTuning.Core.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Grading.Kinds;

public sealed class MultiGraderTests : GraderDefinitions
{
    [Fact]
    public async Task A_multi_grader_works_out_a_score_of_its_parts()
    {
        LocalGrader grader = Multi("0.75 * exact + 0.25 * near");
        GradeResult right = await grader.GradeAsync("Paris", Testing.Parse(Item)),
            wrong = await grader.GradeAsync("paris", Testing.Parse(Item));

        Assert.Equal(1, right.Reward);
        Assert.Equal(0.2, wrong.Reward, 1e-12);
        Assert.Equal(new Dictionary<string, double> { ["exact"] = 0, ["near"] = 0.8 }, wrong.SubRewards);
    }

    [Fact]
    public async Task A_part_that_fails_makes_the_whole_fail_and_the_others_are_graded()
    {
        GradeResult result = await Multi("exact + near").GradeAsync("Paris", Testing.Parse("""{"city":"Paris"}"""));
        GradeResult divided = await Multi("1 / exact").GradeAsync("paris", Testing.Parse(Item));

        Assert.Equal(0, result.Reward);
        Assert.True(result.Errors.InvalidVariableError);
        Assert.Equal(["exact", "near"], result.SubRewards!.Keys);
        Assert.True(divided.Errors.FormulaParseError);
        Assert.Equal(0.8, divided.SubRewards!["near"]);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("{{ sample.output_text }}")]
    public async Task A_cancel_ends_the_parts_that_ask_nobody_too(string input)
    {
        using CancellationTokenSource source = new();
        object graders = new
        {
            script = new { type = "python", source = "1" },
            check = new
            {
                type = "string_check",
                input,
                reference = "x",
                operation = "eq",
            },
        };
        LocalGrader grader = Create(
            new
            {
                type = "multi",
                name = "m",
                graders,
                calculate_output = "script + check",
            },
            new GraderServices { Python = new TestPython { Asked = source.Cancel } }
        );
        await Testing.IsCancelledAsync(() => grader.GradeAsync("x", null, source.Token));
    }
}
