using FineTuning.Core.Datasets;
using FineTuning.Core.Grading.Linting;
using FineTuning.Core.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Grading.Linting;

/// <summary>A grader's templates against the rows of a dataset.</summary>
public sealed class GraderRowsTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"rows-{Guid.NewGuid():N}.jsonl");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public async Task Rows_that_have_every_field_are_no_problem() =>
        Assert.Empty(
            await CheckAsync("{{ item.answer }} {{ item.list[0].city }} {{ sample.output_text }}", Row("a"), Row("b"))
        );

    [Fact]
    public async Task A_field_that_no_row_has_is_an_error()
    {
        GraderProblem problem = Assert.Single(await CheckAsync("Is it\n{{ item.anser }}?", Row("a"), Row("b")));
        Assert.Equal(
            ("FT2024", ProblemSeverity.Error, "$.reference", 2, 4),
            (problem.Code, problem.Severity, problem.JsonPath, problem.Line!.Value, problem.Column!.Value)
        );
        Assert.Equal(
            $"The template's \"{{{{ item.anser }}}}\" names \"anser\", which no row of {Path.GetFileName(_path)} "
                + $"has: without it a sample cannot be graded.",
            problem.Message
        );
        Assert.Equal("Did you mean \"answer\"? Line 1 has answer, list.", problem.Fix);
    }

    [Theory]
    [InlineData(1, "1 of 10 rows", "(line 10)")]
    [InlineData(2, "2 of 10 rows", "(lines 9, 10)")]
    [InlineData(3, "3 of 10 rows", "(lines 8, 9, 10)")]
    [InlineData(4, "4 of 10 rows", "(the first in lines 7, 8, 9)")]
    public async Task A_field_that_some_rows_lack_is_a_warning(int lacking, string count, string lines)
    {
        string[] rows = [.. Enumerable.Range(1, 10).Select(i => i > 10 - lacking ? """{"team":"x"}""" : Row("a"))];
        GraderProblem problem = Assert.Single(await CheckAsync("{{ item.answer }}", rows));
        Assert.Equal(("FT2057", ProblemSeverity.Warning), (problem.Code, problem.Severity));
        Assert.Contains(count, problem.Message, StringComparison.Ordinal);
        Assert.Contains(lines, problem.Message, StringComparison.Ordinal);
        Assert.EndsWith("has team.", problem.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_place_in_a_list_that_ends_before_is_missing()
    {
        GraderProblem problem = Assert.Single(await CheckAsync("{{ item.list[3].city }}", Row("a")));
        Assert.Contains("names \"[3]\"", problem.Message, StringComparison.Ordinal);
        Assert.Equal("Name a field that the rows have.", problem.Fix);
    }

    [Fact]
    public async Task Each_place_of_a_multi_grader_has_its_own_problem()
    {
        string Part(string name, string field) =>
            $$$"""
                "{{{name}}}":{"type":"string_check","name":"{{{name}}}","operation":"eq","input":"{{ sample.output_text }}","reference":"{{ item.{{{field}}} }}"}
                """;
        string multi =
            $$"""{"type":"multi","name":"m","calculate_output":"a + b + c","graders":{ {{Part("a", "answer")}},{{Part("b", "x")}},{{Part("c", "y")}} } }""";
        await File.WriteAllTextAsync(_path, Row("a"));
        IReadOnlyList<GraderProblem> problems = await GraderRows.CheckAsync(Testing.Parse(multi), _path);
        Assert.Equal(["$.graders.b.reference", "$.graders.c.reference"], problems.Select(problem => problem.JsonPath));
    }

    [Fact]
    public async Task Lines_that_are_no_objects_are_passed_over() =>
        Assert.Empty(await CheckAsync("{{ item.answer }}", Row("a"), "[]", "no JSON", string.Empty));

    [Fact]
    public async Task A_mark_of_the_byte_order_is_no_part_of_the_first_row() =>
        Assert.Empty(await CheckAsync("{{ item.answer }}", "\uFEFF" + Row("a")));

    [Theory]
    [InlineData("")]
    [InlineData("answer,team\na,b")]
    public async Task A_file_without_a_row_is_no_dataset(string text)
    {
        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() =>
            CheckAsync("{{ item.answer }}", text.Split('\n'))
        );
        Assert.Contains(_path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grader_that_names_no_field_needs_no_file()
    {
        Assert.Empty(await GraderRows.CheckAsync(Testing.Parse(Grader("yes")), _path));
        await Assert.ThrowsAsync<FileNotFoundException>(() =>
            GraderRows.CheckAsync(Testing.Parse(Grader("{{ item.a }}")), _path)
        );
    }

    [Fact]
    public async Task It_can_be_cancelled()
    {
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await File.WriteAllTextAsync(_path, Row("a"));
        await Testing.IsCancelledAsync(() =>
            GraderRows.CheckAsync(Testing.Parse(Grader("{{ item.answer }}")), _path, cancelled.Token)
        );
    }

    private static string Row(string answer) => $$"""{"answer":"{{answer}}","list":[{"city":"Rome"}]}""";

    private static string Grader(string reference) =>
        $$$"""
            {"type":"string_check","name":"c","operation":"eq","input":"{{ sample.output_text }}","reference":"{{{reference.Replace(
                "\n",
                "\\n",
                StringComparison.Ordinal
            )}}}"}
            """;

    private async Task<IReadOnlyList<GraderProblem>> CheckAsync(string reference, params string[] rows)
    {
        await File.WriteAllLinesAsync(_path, rows);
        return await GraderRows.CheckAsync(Testing.Parse(Grader(reference)), _path);
    }
}
