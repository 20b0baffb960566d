using FineTuning.Core.Grading;
using FineTuning.Core.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Grading.Kinds;

public sealed class PythonGraderTests : GraderDefinitions
{
    [Fact]
    public async Task A_script_gets_the_sample_and_the_item()
    {
        TestPython python = new();
        GraderServices services = new() { Python = python };
        LocalGrader quarter = Create(
            new
            {
                type = "python",
                name = "p",
                source = "0.25",
                image_tag = "x",
            },
            services
        );
        LocalGrader endless = Create(
            new
            {
                type = "python",
                name = "p",
                source = "Infinity",
            },
            services
        );
        GradeResult result = await quarter.GradeAsync("[1]", Testing.Parse("""{"a":1}""")),
            infinite = await endless.GradeAsync("x", null);

        Assert.Equal(0.25, result.Reward);
        Assert.True(infinite.Errors.PythonGraderRuntimeError);
        Assert.Equal("{}", python.Last.Item);
        Testing.AssertJson(
            """
            {"output_text":"x","output_json":null,"output_tools":[],
             "choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"x"}}]}
            """,
            python.Last.Sample
        );
    }
}
