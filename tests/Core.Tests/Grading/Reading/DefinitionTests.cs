using System.Text.Json;
using FineTuning.Core.Grading;
using FineTuning.Core.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Grading.Reading;

/// <summary>What is wrong with a definition is found when it is read, with the place and a fix.</summary>
public sealed class DefinitionTests
{
    private const string Check = "'type':'string_check','name':'c','input':'a','reference':'b','operation':'eq'";
    private const string Score =
        "'type':'score_model','name':'s','model':'judge','input':[{'role':'user','content':'x'}]";
    private const string Label =
        "'type':'label_model','name':'l','model':'judge','input':[{'role':'user','content':'x'}]";
    private static readonly GraderServices s_services = new() { Model = new TestModel("1"), Python = new TestPython() };

    public static TheoryData<string, string, string> Wrong =>
        new()
        {
            { "[]", "$", "object" },
            { "{}", "$.type", "missing" },
            { "{'type':5}", "$.type", "number" },
            { "{'type':'model_grader','name':'x'}", "$.type", "model_grader" },
            { "{'type':'string_check'}", "$.name", "missing" },
            { "{'type':'string_check','name':''}", "$.name", "empty" },
            { "{'type':'string_check','name':'c','input':'a','operation':'eq'}", "$.reference", "missing" },
            { "{'type':'string_check','name':'c','input':['a'],'reference':'b','operation':'eq'}", "$.input", "list" },
            {
                "{'type':'string_check','name':'c','input':'a','reference':'b','operation':'neq'}",
                "$.operation",
                "neq"
            },
            { "{" + Check + ",'refrence':'b'}", "$.refrence", "refrence" },
            { "{" + Check + ",'input':'b'}", "$.input", "twice" },
            {
                "{'type':'text_similarity','name':'t','input':'a','reference':'b','evaluation_metric':'cosine'}",
                "$.evaluation_metric",
                "embedding"
            },
            {
                "{'type':'text_similarity','name':'t','input':'a','reference':'b','evaluation_metric':'rouge_6'}",
                "$.evaluation_metric",
                "rouge_6"
            },
            {
                "{'type':'string_check','name':'c','input':'{{ item.a','reference':'b','operation':'eq'}",
                "$.input",
                "character 1: \"{{\" is never closed"
            },
            {
                "{'type':'string_check','name':'c','input':'ab { item.a }}','reference':'b','operation':'eq'}",
                "$.input",
                "character 13: \"}}\" closes nothing"
            },
            {
                "{'type':'string_check','name':'c','input':'{{ itm.a }}','reference':'b','operation':'eq'}",
                "$.input",
                "character 4"
            },
            {
                "{'type':'string_check','name':'c','input':'{{ item }}','reference':'b','operation':'eq'}",
                "$.input",
                "no field of item"
            },
            {
                "{'type':'string_check','name':'c','input':'{{}}','reference':'b','operation':'eq'}",
                "$.input",
                "empty"
            },
            {
                "{'type':'string_check','name':'c','input':'{{ item.a[x] }}','reference':'b','operation':'eq'}",
                "$.input",
                "no path after"
            },
            {
                "{'type':'string_check','name':'c','input':'{{ item.a b }}','reference':'b','operation':'eq'}",
                "$.input",
                "character 10"
            },
            {
                "{'type':'string_check','name':'c','input':'a','reference':'x\\n {{ sample.text }}','operation':'eq'}",
                "$.reference",
                "line 2, character 5"
            },
            {
                "{'type':'string_check','name':'c','input':'"
                    + string.Concat(Enumerable.Repeat("{{item.a}}", 201))
                    + "','reference':'b','operation':'eq'}",
                "$.input",
                "200 placeholders"
            },
            { "{" + Score + ",'range':[1]}", "$.range", "1 entries" },
            { "{" + Score + ",'range':[1,1]}", "$.range", "empty" },
            { "{" + Score + ",'range':[0,'1']}", "$.range[1]", "string" },
            { "{" + Score + ",'sampling_params':{'temperature':3}}", "$.sampling_params.temperature", "0 to 2" },
            { "{" + Score + ",'sampling_params':{'seed':1.5}}", "$.sampling_params.seed", "whole" },
            { "{" + Score + ",'sampling_params':{'tempreature':1}}", "$.sampling_params.tempreature", "tempreature" },
            { "{'type':'score_model','name':'s','model':'judge','input':[]}", "$.input", "0 entries" },
            {
                "{'type':'score_model','name':'s','model':'judge','input':[{'role':'tool','content':'x'}]}",
                "$.input[0].role",
                "tool"
            },
            {
                "{'type':'score_model','name':'s','model':'judge','input':[{'role':'user','content':'{{a}}'}]}",
                "$.input[0].content",
                "\"a\""
            },
            {
                "{'type':'score_model','name':'s','model':'judge','input':[{'role':'user','content':[{'type':'input_image','image_url':'x'}]}]}",
                "$.input[0].content[0]",
                "text only"
            },
            {
                "{'type':'score_model','name':'s','model':'nobody','input':[{'role':'user','content':'x'}]}",
                "$.model",
                "nobody"
            },
            { "{" + Label + ",'labels':['a'],'passing_labels':['b']}", "$.passing_labels", "\"b\"" },
            { "{" + Label + ",'labels':[],'passing_labels':['b']}", "$.labels", "0 entries" },
            { "{'type':'python','name':'p'}", "$.source", "missing" },
            { "{'type':'multi','name':'m','graders':{},'calculate_output':'1'}", "$.graders", "not 0" },
            { "{'type':'multi','name':'m','graders':5,'calculate_output':'1'}", "$.graders", "number" },
            { "{'type':'multi','name':'m','graders':{'a':5},'calculate_output':'1'}", "$.graders.a", "number" },
            {
                "{'type':'multi','name':'m','graders':{'a b':{" + Check + "}},'calculate_output':'1'}",
                "$.graders.a b",
                "cannot name"
            },
            {
                "{'type':'multi','name':'m','graders':[{" + Check + "},{" + Check + "}],'calculate_output':'c'}",
                "$.graders[1]",
                "Two graders"
            },
            {
                "{'type':'multi','name':'m','graders':{'a':{'type':'string_check','input':'a','operation':'eq'}},'calculate_output':'a'}",
                "$.graders.a.reference",
                "missing"
            },
            {
                "{'type':'multi','name':'m','graders':{'a':{'type':'multi','name':'n','graders':{},'calculate_output':'1'}},'calculate_output':'a'}",
                "$.graders.a.type",
                "part of another"
            },
            { "{'type':'multi','name':'m','graders':{'a':{" + Check + "}}}", "$.calculate_output", "missing" },
            {
                "{'type':'multi','name':'m','graders':{'a':{" + Check + "}},'calculate_output':'a + b'}",
                "$.calculate_output",
                "character 5: there is no grader \"b\""
            },
        };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_definition_is_refused_with_place_and_fix(string definition, string path, string part)
    {
        GraderException e = Assert.Throws<GraderException>(() => LocalGrader.Create(Json(definition), s_services));

        Assert.Equal(path, e.JsonPath);
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
        Assert.NotEmpty(e.Fix);
    }

    [Theory]
    [InlineData("{" + Score + "}", "model")]
    [InlineData("{" + Label + ",'labels':['a'],'passing_labels':['a']}", "model")]
    [InlineData("{'type':'python','name':'p','source':'def grade(sample, item): return 1'}", "type")]
    [InlineData(
        "{'type':'multi','name':'m','graders':{'a':{'type':'python','source':'x'}},'calculate_output':'a'}",
        "graders.a.type"
    )]
    public void What_needs_a_service_that_is_not_there_is_refused(string definition, string path)
    {
        GraderException e = Assert.Throws<GraderException>(() => LocalGrader.Create(Json(definition)));
        Assert.Equal("$." + path, e.JsonPath);
        LocalGrader.Create(Json(definition), s_services);
    }

    [Theory]
    [InlineData("'graders':{'a':{" + Check + "}},'calculate_output':'a'")]
    [InlineData("'graders':{" + Check + "},'calculate_output':'c'")]
    [InlineData("'graders':[{" + Check + "}],'calculate_output':'c'")]
    [InlineData("'graders':{'type':{" + Check + "}},'calculate_output':'type'")]
    public void The_parts_of_a_multi_grader_come_in_three_forms(string rest) =>
        Assert.Equal("multi", LocalGrader.Create(Json("{'type':'multi','name':'m'," + rest + "}")).Type);

    [Fact]
    public async Task A_definition_that_is_gone_is_not_missed()
    {
        LocalGrader grader;
        using (var document = JsonDocument.Parse(("{" + Check + "}").Replace('\'', '"')))
        {
            grader = LocalGrader.Create(document.RootElement);
        }

        Assert.Equal("c", grader.Name);
        Assert.Equal(0, (await grader.GradeAsync("x", null)).Reward);
    }

    [Fact]
    public void Text_that_is_no_Unicode_is_an_error_of_the_definition()
    {
        string definition = ("{" + Check + "}").Replace("'a'", "'\\ud800'");
        Assert.Equal("$.input", Assert.Throws<GraderException>(() => LocalGrader.Create(Json(definition))).JsonPath);
        Assert.Equal(
            "$",
            Assert.Throws<GraderException>(() => LocalGrader.Create(Json("{'\\ud800':1," + Check + "}"))).JsonPath
        );
    }

    [Fact]
    public async Task A_threshold_of_the_evals_API_is_no_error_and_changes_nothing()
    {
        var grader = LocalGrader.Create(
            Json(
                "{'type':'text_similarity','name':'t','input':'{{sample.output_text}}','reference':'ab','evaluation_metric':'fuzzy_match','pass_threshold':0.9}"
            )
        );
        Assert.Equal(0.5, (await grader.GradeAsync("ax", null)).Reward);
    }

    private static JsonElement Json(string text) => Testing.Parse(text.Replace('\'', '"'));
}
