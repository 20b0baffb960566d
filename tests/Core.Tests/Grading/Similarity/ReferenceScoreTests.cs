using System.Globalization;
using System.Text.Json;
using FineTuning.Core.Grading;
using Xunit;

namespace FineTuning.Core.Tests.Grading.Similarity;

/// <summary>The metrics against other implementations' scores, which are in files: Reference/README.md tells how they
/// were made.</summary>
public sealed class ReferenceScoreTests
{
    /// <summary>Both sides add and multiply doubles, in another order.</summary>
    private const double Tolerance = 1e-9;

    private const int FewestCases = 60;

    /// <summary>The metrics of each file.</summary>
    private static readonly Dictionary<string, string[]> s_families = new()
    {
        ["fuzzy_match"] = ["fuzzy_match"],
        ["bleu"] = ["bleu"],
        ["gleu"] = ["gleu"],
        ["meteor"] = ["meteor"],
        ["rouge"] = ["rouge_1", "rouge_2", "rouge_3", "rouge_4", "rouge_5", "rouge_l"],
    };

    public static TheoryData<string> Families => [.. s_families.Keys];

    [Theory]
    [MemberData(nameof(Families))]
    public void Scores_are_those_of_the_reference_implementation(string family)
    {
        List<string> wrong = [];
        foreach (JsonElement line in Read(family))
        {
            foreach (JsonProperty expected in line.GetProperty("scores").EnumerateObject())
            {
                double score = Score(expected.Name, line);
                if (!(Math.Abs(score - expected.Value.GetDouble()) <= Tolerance))
                {
                    wrong.Add(
                        FormattableString.Invariant(
                            $"{Name(line)}: {expected.Name} is {score:R}, not {expected.Value.GetDouble():R} "
                        ) + FormattableString.Invariant($"({Text(line, "source")})")
                    );
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Scores_are_the_published_figures_to_their_last_digit(string family)
    {
        List<string> wrong = [];
        int compared = 0;
        foreach (JsonElement line in Read(family).Where(line => line.TryGetProperty("published", out _)))
        {
            foreach (JsonProperty figure in line.GetProperty("published").EnumerateObject())
            {
                string digits = figure.Value.GetString()!;
                double score = Score(figure.Name, line),
                    published = double.Parse(digits, CultureInfo.InvariantCulture);

                // Some are rounded and some are cut off, so they may be off by one of the last digit.
                int point = digits.IndexOf('.', StringComparison.Ordinal);
                double unit = Math.Max(Tolerance, point < 0 ? 0 : Math.Pow(10, point + 1 - digits.Length));
                compared++;
                if (!(Math.Abs(score - published) <= unit))
                {
                    wrong.Add(
                        FormattableString.Invariant(
                            $"{Name(line)}: {figure.Name} is {score:R}, not {digits} ({Text(line, "where")})"
                        )
                    );
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
        Assert.True(compared >= 3, $"{compared} figures of {family}");
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void There_are_enough_cases_and_no_two_of_them_are_the_same(string family)
    {
        List<JsonElement> lines = [.. Read(family)];

        Assert.True(lines.Count >= FewestCases, $"{lines.Count} cases of {family}");
        Assert.Equal(lines.Count, lines.Select(Name).Distinct().Count());
        Assert.Equal(
            lines.Count,
            lines.Select(line => (Text(line, "input"), Text(line, "reference"))).Distinct().Count()
        );
        Assert.All(
            lines,
            line =>
                Assert.Equal(
                    s_families[family],
                    line.GetProperty("scores").EnumerateObject().Select(score => score.Name)
                )
        );
        Assert.All(lines, line => Assert.NotEmpty(Text(line, "source")));
    }

    [Fact]
    public void Each_metric_belongs_to_a_family() =>
        Assert.Equal(TextSimilarity.Metrics.Order(), s_families.Values.SelectMany(metrics => metrics).Order());

    private static IEnumerable<JsonElement> Read(string family) =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Grading", "Reference", family + ".jsonl"))
            .Select(line => JsonElement.Parse(line));

    private static double Score(string metric, JsonElement line) =>
        TextSimilarity.Score(metric, Text(line, "input"), Text(line, "reference"));

    private static string Name(JsonElement line) => Text(line, "name");

    private static string Text(JsonElement line, string property) => line.GetProperty(property).GetString()!;
}
