using System.Text;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Repairing;
using Xunit;

namespace FineTuning.Core.Tests.Datasets;

// Files as people have them: what is found in each (code, severity, line, path), and what a repair makes of it.
public sealed class FindingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("finetuning-finding-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(CallFindings.All), MemberType = typeof(CallFindings))]
    [MemberData(nameof(SourceFindings.All), MemberType = typeof(SourceFindings))]
    [MemberData(nameof(ImageFindings.All), MemberType = typeof(ImageFindings))]
    [MemberData(nameof(TurnFindings.All), MemberType = typeof(TurnFindings))]
    [MemberData(nameof(FileFindings.All), MemberType = typeof(FileFindings))]
    public async Task Finds_and_repairs(string what, string options, string data, string expected, string? repaired)
    {
        byte[] bytes = Check.Bytes(data);
        DatasetReport report = await Check.RunAsync(bytes, Options(options));

        string found = string.Join(" ", report.Problems.Select(Describe));
        Assert.True(expected == found, $"{what}: expected\n[{expected}], found\n[{found}]\n" + Messages(report));
        foreach (DatasetProblem problem in report.Problems)
        {
            Assert.EndsWith(".", problem.Message);
            Assert.EndsWith(".", problem.Fix);
            Assert.InRange(problem.ByteOffset, 0, bytes.Length);
        }

        Assert.Equal(repaired is null ? null : Check.Text(repaired), await RepairAsync(bytes));
    }

    // "error FT1237@1$.messages[1].tool_calls[0]".
    private static string Describe(DatasetProblem problem) =>
        FormattableString.Invariant(
            $"{(problem.Severity == ProblemSeverity.Error ? "E" : "W")}:{problem.Code}@{problem.Line}{problem.JsonPath}"
        );

    private static string Messages(DatasetReport report) =>
        string.Join("\n", report.Problems.Select(problem => $"{problem} {problem.Fix}"));

    private static DatasetCheckOptions Options(string text) =>
        text switch
        {
            "" => Check.Small,
            "chat" => Check.Small with { Model = "gpt-4o-mini", Method = "supervised" },
            _ => Check.Small with { Method = text },
        };

    // Null if there is nothing to mend.
    private async Task<string?> RepairAsync(byte[] data)
    {
        string source = Path.Combine(_folder, "data.jsonl");
        string target = Path.Combine(_folder, "repaired.jsonl");
        File.WriteAllBytes(source, data);
        RepairResult result;
        try
        {
            result = await DatasetRepairer.RepairAsync(source, target);
        }
        catch (DatasetRepairException e)
        {
            return "refused: " + e.Id;
        }

        Assert.All(result.Changes, change => Assert.True(ProblemCodes.Find(change.Code)!.IsRepairable, change.Code));
        Assert.Empty(result.Remaining.CountsByCode.Keys.Intersect(result.CountsByCode.Keys));
        return result.DestinationPath is null ? null : File.ReadAllText(target, new UTF8Encoding(false, true));
    }
}
