using System.Text;
using FineTuning.Core.Datasets;

namespace FineTuning.Core.Tests.Datasets;

// Shared by the dataset tests: short ways to write a dataset and to say what was found in it.
internal static class Check
{
    public const string User = "{'role':'user','content':'Hi'}";
    public const string Assistant = "{'role':'assistant','content':'Hello'}";
    public const string Call =
        "{'role':'assistant','content':null,'tool_calls':[{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}}]}";
    public const string Answer = "{'role':'tool','tool_call_id':'c1','content':'1'}";
    public const string Tools = "'tools':[{'type':'function','function':{'name':'f'}}]";
    public const string Input = "'input':{'messages':[<U>]}";
    public const string Preferred = "'preferred_output':[<A>]";
    public const string Other = "'non_preferred_output':[{'role':'assistant','content':'What?'}]";

    // No minimum: a test is about a line or two.
    public static readonly DatasetCheckOptions Small = new() { MinimumExamples = 0 };

    // Single quotes stand for double ones, and <U> and the like for the pieces above.
    public static string Text(string pattern) =>
        pattern
            .Replace("<IN>", Input)
            .Replace("<PO>", Preferred)
            .Replace("<NO>", Other)
            .Replace("<U>", User)
            .Replace("<A>", Assistant)
            .Replace("<CALL>", Call)
            .Replace("<TOOL>", Answer)
            .Replace("<TOOLS>", Tools)
            .Replace('\'', '"');

    public static byte[] Bytes(string pattern) => Encoding.UTF8.GetBytes(Text(pattern));

    public static Task<DatasetReport> RunAsync(byte[] data, DatasetCheckOptions? options = null) =>
        DatasetChecker.CheckAsync(new MemoryStream(data), "test.jsonl", options ?? Small, null, default);

    public static Task<DatasetReport> RunAsync(string pattern, DatasetCheckOptions? options = null) =>
        RunAsync(Bytes(pattern), options);

    // "FT1205@2 FT1209@2": the codes with their lines, in order of line and code.
    public static string Found(DatasetReport report) =>
        string.Join(
            " ",
            report
                .Problems.OrderBy(problem => problem.Line)
                .ThenBy(problem => problem.Code, StringComparer.Ordinal)
                .Select(problem => FormattableString.Invariant($"{problem.Code}@{problem.Line}"))
        );
}
