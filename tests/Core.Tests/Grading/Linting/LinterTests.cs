using System.Text.Json;
using FineTuning.Core.Datasets;
using FineTuning.Core.Grading;
using FineTuning.Core.Grading.Linting;
using FineTuning.Core.Json;
using FineTuning.Core.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Grading.Linting;

/// <summary>All that is wrong with a definition is found at once, each with its place and a fix.</summary>
public sealed class LinterTests
{
    private const string Check =
        "'type':'string_check','name':'c','input':'{{ sample.output_text }}','reference':'b','operation':'eq'";
    private const string Text =
        "'type':'text_similarity','name':'t','input':'{{ sample.output_text }}','reference':'b'";
    private const string Score =
        "'type':'score_model','name':'s','model':'gpt-4o','input':[{'role':'user','content':'{{ sample.output_text "
        + "}}'}]";
    private const string Label =
        "'type':'label_model','name':'l','model':'gpt-4o','input':[{'role':'user','content':'{{ sample.output_text "
        + "}}'}]";
    private const string Item = """{"answer":"Paris","question":"?","list":[{"city":"Rome"}],"größe":1,"\ud800":2}""";

    /// <summary>Definition, expected problems as "code path" or "code path line:column", and what one of the fixes
    /// says.</summary>
    public static TheoryData<string, string, string> Cases =>
        new()
        {
            { "[]", "FT2001 $", "object" },
            { "{}", "FT2002 $.type", "Add" },
            { "{'\\ud800':1}", "FT2002 $.type", "Add" },
            { "{'\\ud800':1," + Check + "}", "FT2001 $", "whole characters" },
            { "{'type':'string_chek','name':'c'}", "FT2006 $.type", "Did you mean \"string_check\"?" },
            {
                "{'type':'string_check'}",
                "FT2002 $.name|FT2002 $.input|FT2002 $.reference|FT2002 $.operation",
                "Add \"operation\""
            },
            {
                "{'type':'string_check','name':'','input':5,'reference':'{{','operation':'equals'}",
                "FT2005 $.name|FT2001 $.input|FT2021 $.reference 1:1|FT2006 $.operation",
                "eq, ne, like, ilike"
            },
            {
                "{" + Check + ",'refrence':'b','Operaton':1}",
                "FT2003 $.refrence|FT2003 $.Operaton",
                "Did you mean \"operation\"?"
            },
            {
                "{" + Check + ",'name':'d','pass_threshold':'high'}",
                "FT2004 $.name|FT2001 $.pass_threshold",
                "without quotes"
            },
            {
                "{" + Text + ",'metric':'bleu'}",
                "FT2003 $.metric|FT2002 $.evaluation_metric",
                "Did you mean \"evaluation_metric\"?"
            },
            {
                "{" + Text + ",'evaluation_metric':'rougeL'}",
                "FT2006 $.evaluation_metric",
                "Did you mean \"rouge_l\"?"
            },
            {
                "{" + Check.Replace("'b'", "'{{ itm.a }} {{ sample.output_txt }} {{ item.a'") + "}",
                "FT2022 $.reference 1:4|FT2023 $.reference 1:16|FT2021 $.reference 1:37",
                "Did you mean \"item.a\"?"
            },
            {
                "{" + Check.Replace("'b'", "'{{ output_json.city }}'") + "}",
                "FT2022 $.reference 1:4",
                "Did you mean \"sample.output_json.city\"?"
            },
            {
                "{" + Check.Replace("'b'", "'x\\n item.answer }} {{ {{ item.answer }}'") + "}",
                "FT2021 $.reference 2:14|FT2021 $.reference 2:17",
                "Open it"
            },
            {
                "{" + Check.Replace("'b'", "'{{ item.anser }}{{ item.list[0].town }}{{ item.list[1] }}'") + "}",
                "FT2024 $.reference 1:4|FT2024 $.reference 1:20|FT2024 $.reference 1:43",
                "Did you mean \"answer\"?"
            },
            { "{" + Check.Replace("'b'", "'{{ item.answer.x }}'") + "}", "FT2024 $.reference 1:4", "every item has" },
            { "{" + Score + ",'range':[2,1]}", "FT2011 $.range", "smaller number first" },
            { "{" + Score + ",'range':[1]}", "FT2008 $.range", "entries" },
            { "{" + Score + ",'range':['0',true]}", "FT2001 $.range[0]|FT2001 $.range[1]", "without quotes" },
            { "{" + Score + ",'range':5}", "FT2001 $.range", "[ ]" },
            {
                "{" + Score + ",'sampling_params':{'temperature':3,'topp':1,'seed':0.5,'max_completion_tokens':0}}",
                "FT2003 $.sampling_params.topp|FT2007 $.sampling_params.seed|FT2007 "
                    + "$.sampling_params.temperature|FT2007 $.sampling_params.max_completion_tokens",
                "Did you mean \"top_p\"?"
            },
            {
                "{'type':'score_model','name':'s','input':[{'role':'usr','content':'{{x}}'},5,{'role':'user'}]}",
                "FT2002 $.model|FT2006 $.input[0].role|FT2022 $.input[0].content 1:3|FT2001 $.input[1]|FT2002 "
                    + "$.input[2].content",
                "Did you mean \"user\"?"
            },
            {
                "{'type':'score_model','name':'s','model':'m','input':[{'role':'user','content':[{'type':'video'},'{{ sample.output_text }}']}]}",
                "FT2006 $.input[0].content[0].type",
                "input_image"
            },
            {
                "{" + Label + ",'labels':['good','bad'],'passing_labels':['god','best']}",
                "FT2012 $.passing_labels|FT2012 $.passing_labels",
                "Did you mean \"good\"?"
            },
            { "{" + Label + ",'labels':[],'passing_labels':['god']}", "FT2008 $.labels", "entries" },
            { "{" + Label + ",'passing_labels':['god']}", "FT2002 $.labels", "labels" },
            {
                Multi("{'a':{" + Check + "},'b':{" + Check + "}}", "a + c * sine(b) + d"),
                "FT2032 $.calculate_output 1:5|FT2033 $.calculate_output 1:9|FT2032 $.calculate_output 1:19",
                "The graders are a, b."
            },
            {
                Multi("{'exact':{" + Check + "}}", "0.5 *\\n exct"),
                "FT2032 $.calculate_output 2:2",
                "Did you mean \"exact\"?"
            },
            {
                Multi("{'a':{" + Check + "}}", "x + a **2"),
                "FT2032 $.calculate_output 1:1|FT2031 $.calculate_output 1:8",
                "Write ^ for a power."
            },
            { Multi("{'a':{" + Check + "}}", "(a"), "FT2031 $.calculate_output 1:3", "Add" },
            { Multi("{'a':{" + Check + "}}", ""), "FT2005 $.calculate_output", "text" },
            { Multi("{'a':{" + Check + "}}", new string('1', 5000)), "FT2008 $.calculate_output", "Shorten" },
            {
                Multi("{'a':{'type':'string_check','input':'a','operation':'q'},'b b':5,'c-d':{" + Check + "}}", "a"),
                "FT2001 $.graders.b b|FT2013 $.graders.c-d|FT2002 $.graders.a.reference|FT2006 "
                    + "$.graders.a.operation|FT2052 $.graders.c-d",
                "digits"
            },
            { Multi("[{" + Check + "},{" + Check + "}]", "c"), "FT2014 $.graders[1]", "of its own" },
            { Multi("{'a':{'type':'multi','graders':5}}", "a"), "FT2015 $.graders.a.type", "one multi grader" },
            { Multi("{}", "a + b"), "FT2008 $.graders", "Name the graders" },
            { Multi("5", "a + +"), "FT2001 $.graders|FT2031 $.calculate_output 1:6", "missing" },
            { "{'type':'python','name':'p','source':''}", "FT2005 $.source", "text" },
            // Legal, and yet nobody can have meant it.
            {
                "{'type':'string_check','name':'c','input':'{{ item.answer }}','reference':'b','operation':'eq'}",
                "FT2051 $.input",
                "{{ sample.output_text }}"
            },
            {
                "{'type':'score_model','name':'s','model':'m','input':[{'role':'user','content':'good?'}]}",
                "FT2051 $.input",
                "{{ sample.output_text }}"
            },
            {
                Multi("{'a':{" + Check + "},'b':{" + Check.Replace("sample.output_text", "item.answer") + "}}", "a"),
                "FT2051 $.graders.b.input|FT2052 $.graders.b",
                "calculate_output"
            },
            {
                "{" + Label + ",'labels':['a','b','a'],'passing_labels':['b','a']}",
                "FT2053 $.labels[2]|FT2054 $.passing_labels",
                "score 0"
            },
            { "{" + Check.Replace("'b'", "' item.answer '") + "}", "FT2055 $.reference 1:1", "{{ item.answer }}" },
            {
                "{" + Check.Replace("'b'", "'{item.answer} { sample.output_text }\\n{ item[0] } {x} {}'") + "}",
                "FT2055 $.reference 1:1|FT2055 $.reference 1:15|FT2055 $.reference 2:1",
                "{{item.answer}}"
            },
            {
                "{" + Check.Replace("'b'", "'{{ sample.output_text.city }}'") + "}",
                "FT2056 $.reference 1:4",
                "output_json"
            },
        };

    public static TheoryData<string, string> Scripts =>
        new()
        {
            { "def grade(sample, item):\n    return 1", "" },
            { "def grade(sample, item, **more): return 1", "" },
            { "def grade(*values): return 1", "" },
            { "def grade(sample: dict[str, int], item=None, /, *, strict=False) -> float: return 1", "" },
            {
                "import json\r\n\r\ndef grade(\r\n    sample,  # the answer (\r\n    item,\r\n):\r\n    return 1\r\n",
                ""
            },
            { "text = '''\ndef grade(a): pass\n'''\ndef grade(sample, item): return 1", "" },
            {
                "try:\n    import x\n\n    def grade(sample, item): return 1\nexcept ImportError:\n    def "
                    + "grade(sample, item): return 0",
                ""
            },
            { "grade = lambda sample, item: 1", "" },
            { "x = 1; grade: object = print", "" },
            { "from graders import *", "" },
            { "from graders import one, grade", "" },
            { "globals()['grade'] = print", "" },
            { "@cached\ndef grade(f, sample, item): return 1", "" },
            { "def grade[T](sample: T, item): return 1", "" },
            { "def grade(one): pass\ndef grade(sample, item): return 1", "" },
            { "x = \"\\\"\" # '\ny = 'it\\'s'\ndef grade(sample, item): return 1", "" },
            { "x = 1 + \\\n  2\ndef grade(sample, item): return 1", "" },
            { "x = 1", "FT2041 -" },
            { "# def grade(sample, item): return 1", "FT2041 -" },
            { "'''\ndef grade(sample, item): return 1\n'''", "FT2041 -" },
            { "grade == 1", "FT2041 -" },
            { "x = (\ndef grade(sample, item): return 1", "FT2041 -" },
            { "def helper(): pass\ndef grader(sample, item): return 1", "FT2041 2:5" },
            { "def Grade(sample, item): return 1", "FT2041 1:5" },
            { "class Grader:\n\n    x = 1\n    def grade(self, sample): return 1", "FT2041 4:9" },
            { "def outer():\n  def grade(sample, item): return 1", "FT2041 2:7" },
            { "def grade(sample): return 1", "FT2042 1:5" },
            { "def grade(): return 1", "FT2042 1:5" },
            { "import re\ndef grade(sample, item, more): return 1", "FT2042 2:5" },
            { "def grade(sample, *, item): return 1", "FT2042 1:5" },
            { "def grade(sample, item, *, more): return 1", "FT2042 1:5" },
            { "async def grade(sample, item): return 1", "FT2042 1:11" },
            { "def grade(sample, item: return 1", "FT2042 1:5" },
            { "def grade(sample, item)\n    return 1", "FT2042 1:5" },
            { "def grade(sample, item) -> float\n    return 1", "FT2042 1:5" },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_problem_is_found_with_its_place(string definition, string expected, string fix)
    {
        IReadOnlyList<GraderProblem> problems = GraderLinter.Check(Json(definition), Testing.Parse(Item));

        Assert.Equal(
            expected,
            string.Join('|', problems.Select(problem => $"{problem.Code} {problem.JsonPath}{Place(problem, " ")}"))
        );
        Assert.Contains(problems, problem => problem.Fix.Contains(fix, StringComparison.Ordinal));
        Assert.All(
            problems,
            problem => Assert.Equal(GraderProblemCodes.Find(problem.Code)!.Severity, problem.Severity)
        );
        Assert.All(problems, problem => Assert.EndsWith(".", problem.Message));
    }

    [Theory]
    [InlineData("{'type':'endpoint','name':'e','url':'https://example.org'}")]
    [InlineData("{" + Check + ",'ignore_case':true}")]
    [InlineData(
        "{'type':'string_check','name':'c','input':'{{ sample.output_text }}','reference':'b','operation':'regex'}"
    )]
    [InlineData("{" + Text + ",'evaluation_metric':'chrf'}")]
    [InlineData("{" + Score + ",'sampling_params':{'reasoning_effort':'max','verbosity':'low'}}")]
    [InlineData(
        "{'type':'score_model','name':'s','model':'m','input':[{'role':'critic','content':[{'type':'input_video'},'{{ sample.output_text }}']}]}"
    )]
    [InlineData("{'type':'multi','name':'m','graders':{'a':{'type':'endpoint','url':'x'}},'calculate_output':'a'}")]
    public void What_is_unknown_is_a_warning_and_not_for_use_here(string definition)
    {
        GraderServices services = new() { Model = new TestModel("1"), Python = new TestPython() };
        IReadOnlyList<GraderProblem> problems = GraderLinter.Check(Json(definition));

        Assert.NotEmpty(problems);
        Assert.All(problems, problem => Assert.Equal(ProblemSeverity.Warning, problem.Severity));
        Assert.Equal(
            problems[0] with
            {
                Severity = ProblemSeverity.Error,
            },
            Assert.Throws<GraderException>(() => LocalGrader.Create(Json(definition), services)).Problem
        );
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_script_is_looked_at_without_running_it(string source, string expected)
    {
        JsonElement definition = JsonSerializer.SerializeToElement(
            new
            {
                type = "python",
                name = "p",
                source,
            }
        );
        Assert.Equal(
            expected,
            string.Join(
                '|',
                GraderLinter.Check(definition).Select(problem => $"{problem.Code} {Place(problem, string.Empty, "-")}")
            )
        );
    }

    [Theory]
    [InlineData("{" + Text + ",'evaluation_metric':'cosine'}")]
    [InlineData("{" + Score + "}")]
    [InlineData(
        "{'type':'score_model','name':'s','model':'m','input':[{'role':'user','content':[{'type':'input_image','image_url':'{{ item.image }}'},'{{ sample.output_text }}']}]}"
    )]
    [InlineData("{" + Label + ",'labels':['a','b'],'passing_labels':['a']}")]
    [InlineData("{'type':'python','name':'p','source':'def grade(sample, item): return 1'}")]
    public void What_only_a_service_can_do_is_no_problem(string definition)
    {
        Assert.Empty(GraderLinter.Check(Json(definition)));
        Assert.Equal("FT2099", Assert.Throws<GraderException>(() => LocalGrader.Create(Json(definition))).Problem.Code);
    }

    [Fact]
    public void Without_an_item_its_fields_are_not_looked_for()
    {
        JsonElement definition = Json("{" + Check.Replace("'b'", "'{{ item.anything }}'") + "}");
        Assert.Empty(GraderLinter.Check(definition));
        Assert.Single(GraderLinter.Check(definition, Testing.Parse("{}")));
        Assert.Throws<ArgumentException>(() => GraderLinter.Check(definition, Testing.Parse("[]")));
    }

    [Theory]
    [InlineData("{{")]
    [InlineData("{item.a}")]
    [InlineData("item.a}}")]
    public void A_text_full_of_mistakes_is_soon_enough_judged(string mistake)
    {
        string input = string.Concat(Enumerable.Repeat(mistake, 100_000 / mistake.Length));
        JsonElement definition = JsonSerializer.SerializeToElement(
            new
            {
                type = "string_check",
                name = "c",
                input,
                reference = "",
                operation = "eq",
            }
        );
        Assert.Equal(100, GraderLinter.Check(definition).Count);
    }

    [Fact]
    public void Codes_are_of_one_kind_each()
    {
        Assert.Equal(GraderProblemCodes.All.Count, GraderProblemCodes.All.Select(code => code.Code).Distinct().Count());
        Assert.DoesNotContain(GraderProblemCodes.All, code => ProblemCodes.Find(code.Code) is not null);
        Assert.Null(GraderProblemCodes.Find("FT2099"));
    }

    [Theory]
    [InlineData("refrence", "reference")]
    [InlineData("Evaluation-Metric", "evaluation_metric")]
    [InlineData("metric", "evaluation_metric")]
    [InlineData("inptu", "input")]
    [InlineData("x", null)]
    [InlineData("", null)]
    [InlineData("wholly other", null)]
    public void The_nearest_name_is_what_was_probably_meant(string name, string? expected) =>
        Assert.Equal(expected, NearestName.Find(name, ["input", "reference", "evaluation_metric", "type"]));

    private static string Multi(string graders, string formula) =>
        "{'type':'multi','name':'m','graders':" + graders + ",'calculate_output':'" + formula + "'}";

    private static string Place(GraderProblem problem, string before, string none = "") =>
        problem.Line is null ? none : $"{before}{problem.Line}:{problem.Column}";

    private static JsonElement Json(string text) => Testing.Parse(text.Replace('\'', '"'));
}
