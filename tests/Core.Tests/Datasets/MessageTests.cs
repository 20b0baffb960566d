using FineTuning.Core.Datasets;
using Xunit;

namespace FineTuning.Core.Tests.Datasets;

// What a problem says, and where it says it is: people act on it, and scripts read it.
public class MessageTests
{
    private const string Good = "{'messages':[<U>,<A>]}\n";

    [Fact]
    public async Task A_problem_says_what_where_and_what_to_do()
    {
        DatasetReport report = await Check.RunAsync(Good + "{'messages':[<U>,{'role':'asistant','content':'x'}]}");

        DatasetProblem problem = Assert.Single(report.Problems);
        string line = Check.Text("{'messages':[<U>,{'role':");
        Assert.Equal(
            "The message has the role \"asistant\", which is not one of system, developer, user, assistant, tool, "
                + "function.",
            problem.Message
        );
        Assert.Equal("Write system, developer, user, assistant or tool.", problem.Fix);
        Assert.Equal("$.messages[1].role", problem.JsonPath);
        Assert.Equal(Check.Text(Good).Length + line.Length, problem.ByteOffset);
        Assert.Equal(2, problem.Line);
        Assert.Equal("test.jsonl", problem.File);
        Assert.Equal("line 2: " + problem.Message.TrimEnd('.') + " (FT1207)", problem.ToString());
    }

    [Fact]
    public async Task A_problem_of_the_whole_file_has_no_line()
    {
        DatasetReport report = await Check.RunAsync(Good, new DatasetCheckOptions());

        DatasetProblem problem = Assert.Single(report.Problems);
        Assert.Equal("The file has 1 example; the service wants at least 10 (FT1601)", problem.ToString());
        Assert.Null(problem.JsonPath);
    }

    [Theory]
    [InlineData(
        "{'messages':[<U>,<A>],'id':1}",
        "$.id",
        "The key \"id\" is not one that a chat example may have: messages, tools, parallel_tool_calls, functions."
    )]
    [InlineData(
        "{'messages':[{'role':'user','content':'Hi','a b':1},<A>]}",
        "$.messages[0][\"a b\"]",
        "The message has the key \"a b\", which messages do not have."
    )]
    [InlineData(
        "{'messages':[<U>,<A>],'tools':[{'type':'function','function':{'name':'a b'}}]}",
        "$.tools[0].function.name",
        "The function name \"a b\" is not made of 1 to 64 letters, digits, - and _."
    )]
    [InlineData(
        "{'messages':[<U>,{'role':'assistant','content':'x','weight':2.5}]}",
        "$.messages[1].weight",
        "The weight is 2.5, not 0 or 1."
    )]
    [InlineData(
        "{'messages':[{'role':'system','content':[{'type':'text','text':'x'},{'type':'refusal','refusal':'x'}]},<U>,<A>]}",
        "$.messages[0].content[1]",
        "The message with the role \"system\" has a part of the type \"refusal\", which it may not have."
    )]
    [InlineData(
        "{'messages':[{'role':'a\\nb\\u2028','content':'x'},<A>]}",
        "$.messages[0].role",
        "The message has the role \"a\\u000ab\\u2028\", which is not one of system, developer, user, assistant, "
            + "tool, function."
    )]
    [InlineData("{'messages':[<U>,<A>],}", null, "A comma stands before the closing } at byte 85 of the line.")]
    [InlineData(
        "{'messages':None}",
        null,
        "The line is not valid JSON: a Python value where JSON has true, false and null at byte 13 of the line."
    )]
    [InlineData(
        "{'a':1,'b':2,'c':3,'d':4,'e':5,'f':6}",
        "$",
        "The line has the keys \"a\", \"b\", \"c\", \"d\", \"e\", …, which is no kind of example."
    )]
    [InlineData("{'prompt':'a','completion':'b'}", null, "The line is a completion example, not a chat example.")]
    public async Task Names_the_thing(string line, string? path, string message)
    {
        DatasetReport report = await Check.RunAsync((line.StartsWith("{'a'") ? "" : Good) + line);

        DatasetProblem problem = Assert.Single(report.Problems);
        Assert.Equal(message, problem.Message);
        Assert.Equal(path, problem.JsonPath);
    }

    [Fact]
    public async Task Long_data_is_cut_and_secrets_are_not_repeated()
    {
        string role = string.Concat(System.Linq.Enumerable.Repeat("😀", 5000));
        DatasetReport cut = await Check.RunAsync("{'messages':[{'role':'" + role + "','content':'x'},<A>]}");
        DatasetReport secret = await Check.RunAsync(
            "{'prompt':'sk-abcdefghijklmnopqrstuvwx','completion':'ann@example.com'}",
            Check.Small with
            {
                CheckSecrets = true,
            }
        );

        Assert.InRange(cut.Problems[0].Message.Length, 100, 200);
        Assert.Contains("😀…\"", cut.Problems[0].Message, System.StringComparison.Ordinal);
        Assert.DoesNotContain("abcdef", string.Join(" ", secret.Problems), System.StringComparison.Ordinal);
        Assert.DoesNotContain("example.com", string.Join(" ", secret.Problems), System.StringComparison.Ordinal);
        Assert.Equal(2, secret.Problems.Count);
    }
}
