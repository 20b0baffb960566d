using FineTuning.Core.Grading;
using FineTuning.Core.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Grading.Templates;

public sealed class TemplateTests : GraderDefinitions
{
    [Theory]
    [InlineData("{{ item.answer }}", "Paris")]
    [InlineData("{{item.answer}}, {{item.answer}}!", "Paris, Paris!")]
    [InlineData("{{ item.n }}", "1.50")]
    [InlineData("{{ item.ok }} {{ item.none }}", "true null")]
    [InlineData("{{ item.list }}", """["x",{"y":"zé"}]""")]
    [InlineData("{{ item.list[1].y }}", "zé")]
    [InlineData("{{ item.a.b[1] }}", "20")]
    [InlineData("{{ item['with space'] }}{{ item[\"größe\"] }}{{ item.größe }}", "wgg")]
    [InlineData("{{ sample.output_json.city }} {{ sample.output_json.n[0] }}", "Rome 7")]
    [InlineData("{{ sample.output_json }}", """{"city":"Rome","n":[7]}""")]
    [InlineData("{{ sample.output_text }}", """{"city": "Rome", "n": [7]}""")]
    [InlineData("{{ sample.output_tools }}", "[]")]
    [InlineData("{{ sample.choices[0].message.content }}", """{"city": "Rome", "n": [7]}""")]
    [InlineData("""{"a":{"b":{}}} { } {x}""", """{"a":{"b":{}}} { } {x}""")]
    [InlineData("", "")]
    public async Task A_template_is_filled(string template, string expected)
    {
        LocalGrader grader = Create(
            new
            {
                type = "string_check",
                name = "c",
                input = template,
                reference = expected,
                operation = "eq",
            }
        );
        GradeResult result = await grader.GradeAsync("""{"city": "Rome", "n": [7]}""", Testing.Parse(Item));

        Assert.Null(result.Errors.Message);
        Assert.Equal(1, result.Reward);
    }

    [Theory]
    [InlineData("{{ item.question }}", "not json", "variable", "item.question")]
    [InlineData("{{ item.a.c }}", "not json", "variable", "item.a.c")]
    [InlineData("{{ item.a.b[2] }}", "not json", "variable", "item.a.b[2]")]
    [InlineData("{{ item.answer.x }}", "not json", "variable", "item.answer.x")]
    [InlineData("{{ sample.output_json.city }}", "not json", "sample", "not JSON")]
    [InlineData("{{ sample.output_json.city }}", "{\"town\":1}", "variable", "sample.output_json.city")]
    [InlineData("{{ sample.choices[1].x }}", "x", "variable", "sample.choices[1].x")]
    public async Task A_value_that_is_missing_is_an_error_of_the_sample(
        string template,
        string sample,
        string flag,
        string part
    )
    {
        LocalGrader grader = Create(
            new
            {
                type = "string_check",
                name = "c",
                input = template,
                reference = template,
                operation = "eq",
            }
        );
        GradeResult result = await grader.GradeAsync(sample, Testing.Parse(Item));

        Assert.Equal(0, result.Reward);
        Assert.Equal(
            (flag == "variable", flag == "sample"),
            (result.Errors.InvalidVariableError, result.Errors.SampleParseError)
        );
        Assert.Contains(part, result.Errors.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_item_its_fields_are_missing()
    {
        LocalGrader grader = Create(
            new
            {
                type = "string_check",
                name = "c",
                input = "{{ item.a }}",
                reference = "",
                operation = "eq",
            }
        );
        Assert.Contains(
            "no item was given",
            (await grader.GradeAsync("x", null)).Errors.Message,
            StringComparison.Ordinal
        );
        Assert.True((await grader.GradeAsync("x", Testing.Parse("[1]"))).Errors.InvalidVariableError);
    }
}
