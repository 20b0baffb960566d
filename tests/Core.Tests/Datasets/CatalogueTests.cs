using System.Text;
using FineTuning.Core.Datasets;
using Xunit;

namespace FineTuning.Core.Tests.Datasets;

public class CatalogueTests
{
    public static TheoryData<string> Codes => [.. ProblemCodes.All.Select(code => code.Code)];

    [Fact]
    public void Codes_are_unique_and_in_order()
    {
        string[] codes = ProblemCodes.All.Select(code => code.Code).ToArray();

        Assert.Equal(codes.Distinct().Order(StringComparer.Ordinal), codes);
        Assert.All(codes, code => Assert.Matches("^FT1[0-6][0-9]{2}$", code));
        Assert.Null(ProblemCodes.Find("FT1999"));
        Assert.Same(ProblemCodes.All[0], ProblemCodes.Find(codes[0].ToLowerInvariant()));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task An_entry_is_complete_and_its_example_has_the_problem(string code)
    {
        ProblemCode entry = ProblemCodes.Find(code)!;

        Assert.NotEmpty(entry.Title);
        Assert.EndsWith(".", entry.Explanation, StringComparison.Ordinal);
        Assert.EndsWith(".", entry.Fix, StringComparison.Ordinal);
        Assert.False(entry.Fix.TrimEnd('.').Contains(". ", StringComparison.Ordinal), "A fix is one sentence.");

        // Where the example is a line and not a description of a file.
        if (
            entry.Example.StartsWith('{')
            && !entry.Example.Contains(" with ", StringComparison.Ordinal)
            && !entry.Example.Contains(" in a file ", StringComparison.Ordinal)
        )
        {
            DatasetCheckOptions options = new()
            {
                MinimumExamples = 0,
                CheckSecrets = true,
                Format =
                    code == "FT1201" ? DatasetFormat.Chat
                    : code == "FT1501" ? DatasetFormat.Reinforcement
                    : null,
            };
            string line = entry.Example.Replace("sk-...", "sk-" + new string('a', 30), StringComparison.Ordinal);
            DatasetReport report = await Check.RunAsync(Encoding.UTF8.GetBytes(line + "\n"), options);
            Assert.Contains(code, report.CountsByCode.Keys);
        }
    }
}
