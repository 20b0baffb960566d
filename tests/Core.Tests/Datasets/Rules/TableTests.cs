using FineTuning.Core.Datasets;
using Xunit;

namespace FineTuning.Core.Tests.Datasets.Rules;

// Small datasets, each with exactly the problems that are to be found in it.
public class TableTests
{
    [Theory]
    [MemberData(nameof(ChatRows.All), MemberType = typeof(ChatRows))]
    [MemberData(nameof(ToolRows.All), MemberType = typeof(ToolRows))]
    [MemberData(nameof(OtherRows.All), MemberType = typeof(OtherRows))]
    [MemberData(nameof(LineRows.All), MemberType = typeof(LineRows))]
    public async Task Finds_exactly(string what, string options, string data, string expected)
    {
        DatasetReport report = await Check.RunAsync(data, Parse(options));

        string found = Check.Found(report);
        Assert.True(
            expected == found,
            $"{what}: expected [{expected}], found [{found}]\n" + string.Join("\n", report.Problems)
        );
        foreach (DatasetProblem problem in report.Problems)
        {
            Assert.NotEmpty(problem.Message);
            Assert.NotEmpty(problem.Fix);
            Assert.InRange(problem.ByteOffset, 0, report.Bytes);
            Assert.Equal(ProblemCodes.Find(problem.Code)!.Severity, problem.Severity);
        }

        Assert.Equal(report.Problems.All(problem => problem.Severity == ProblemSeverity.Warning), report.IsValid);
    }

    [Fact]
    public void Every_code_has_a_row()
    {
        string rows = string.Join(
            " ",
            new IEnumerable<object?[]>[]
            {
                ChatRows.All,
                ToolRows.All,
                OtherRows.All,
                LineRows.All,
                CallFindings.All,
                SourceFindings.All,
                ImageFindings.All,
                TurnFindings.All,
                FileFindings.All,
            }
                .SelectMany(rows => rows)
                .Select(row => (string)row[3]!)
        );
        // These need more than a small text: bytes, a second file, a very long line, or very many.
        string elsewhere = "FT1002 FT1003 FT1004 FT1005 FT1006 FT1009 FT1244 FT1604 FT1605 FT1608 FT1609";

        string[] missing = ProblemCodes
            .All.Select(code => code.Code)
            .Where(code =>
                !rows.Contains(code, StringComparison.Ordinal) && !elsewhere.Contains(code, StringComparison.Ordinal)
            )
            .ToArray();

        Assert.Empty(missing);
    }

    // "dpo secrets min=10 max=40 dup=off": what differs from the defaults of these tests.
    private static DatasetCheckOptions Parse(string text)
    {
        DatasetCheckOptions options = Check.Small;
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string value = word[(word.IndexOf('=') + 1)..];
            options = word.Split('=')[0] switch
            {
                "secrets" => options with { CheckSecrets = true },
                "min" => options with { MinimumExamples = int.Parse(value) },
                "max" => options with { MaxLineBytes = int.Parse(value) },
                "dup" => options with { CheckDuplicates = false },
                "format" => options with { Format = Enum.Parse<DatasetFormat>(value) },
                _ => options with { Method = word },
            };
        }

        return options;
    }
}
