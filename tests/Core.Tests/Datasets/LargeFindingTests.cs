using System.Text;
using FineTuning.Core.Datasets;
using Xunit;

namespace FineTuning.Core.Tests.Datasets;

// Findings that need more than a line or two, or other bytes.
public class LargeFindingTests
{
    static LargeFindingTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    [Theory]
    [InlineData("windows-1252", "Où est la pièce ? Étagère 3, déjà réservée à l’été.")]
    [InlineData("ibm850", "Où est la pièce ? L'étagère, déjà réservée à l'été.")]
    [InlineData("windows-1251", "Где лежит деталь? На третьей полке слева.")]
    [InlineData("koi8-r", "Где лежит деталь? На третьей полке слева.")]
    [InlineData("shift_jis", "部品はどこにありますか。棚の三段目にあります。")]
    [InlineData("euc-jp", "部品はどこにありますか。棚の三段目にあります。")]
    [InlineData("euc-kr", "부품은 어디에 있습니까? 세 번째 선반에 있습니다.")]
    [InlineData("gb18030", "零件在哪里？在左边第三个架子上。")]
    public async Task The_likely_encoding_is_named_with_what_converts_it(string encoding, string text)
    {
        string line = "{\"prompt\":\"" + text + "\",\"completion\":\"x\"}\n";
        DatasetReport report = await Check.RunAsync(Encoding.GetEncoding(encoding).GetBytes(line + line + "\n"));

        DatasetProblem[] problems = [.. report.Problems.Where(problem => problem.Code == "FT1009")];
        Assert.Equal([1, 2], problems.Select(problem => problem.Line));
        Assert.All(problems, problem => Assert.EndsWith($"; the text is likely {encoding}.", problem.Message));
        Assert.All(problems, problem => Assert.Equal($"Save the file as UTF-8 instead of {encoding}.", problem.Fix));
        Assert.Equal(encoding, report.LikelyEncoding);
    }

    [Theory]
    [InlineData("prompt,completion\na,b\n", ',')]
    [InlineData("a;b\n1;2\n", ';')]
    [InlineData("a\tb\n1\t2\n", '\t')]
    [InlineData("a|b\n1|2\n", '|')]
    [InlineData("{'prompt':'a','completion':'b'}\n", null)]
    public async Task What_separates_the_columns_of_a_table_is_reported(string text, char? expected) =>
        Assert.Equal(expected, (await Check.RunAsync(text)).Delimiter);

    [Theory]
    [InlineData("中", 2)]
    [InlineData("中", 1)]
    [InlineData("x中文", 1)]
    [InlineData("é", 1)]
    [InlineData("\U0001F600", 1)]
    public async Task A_character_that_was_cut_is_taken_for_no_encoding(string text, int lost)
    {
        byte[] cut = Encoding.UTF8.GetBytes("{\"prompt\":\"a\",\"completion\":\"" + text);
        DatasetReport report = await Check.RunAsync([.. cut[..^lost], .. "\"}\n"u8]);

        Assert.DoesNotContain("likely", Assert.Single(report.Problems, p => p.Code == "FT1009").Message);
        Assert.Null(report.LikelyEncoding);
    }

    [Fact]
    public async Task A_word_that_ends_in_an_accent_is_taken_for_an_old_encoding()
    {
        byte[] line = Encoding.Latin1.GetBytes("{\"prompt\":\"a\",\"completion\":\"café\"}\n");

        Assert.Equal("windows-1252", (await Check.RunAsync(line)).LikelyEncoding);
    }

    [Theory]
    [InlineData(13_981_012, "")]
    [InlineData(13_981_020, "FT1244@1")]
    public async Task An_image_has_at_most_ten_megabytes(int letters, string expected)
    {
        string image = "data:image/png;base64," + new string('A', letters);
        DatasetReport report = await Check.RunAsync(
            "{'messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'" + image + "'}}]},<A>]}",
            Check.Small with
            {
                Model = null,
            }
        );

        Assert.Equal(
            expected,
            string.Join(" ", report.CountsByCode.Keys.Where(c => c == "FT1244").Select(c => c + "@1"))
        );
    }

    [Theory]
    [InlineData(50_000, false)]
    [InlineData(50_001, true)]
    public async Task A_file_has_at_most_fifty_thousand_examples_with_images(int count, bool isTooMany)
    {
        string line = Check.Text(
            "{'messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'https://example.com/a.png'}}]},<A>]}\n"
        );
        string data = string.Concat(Enumerable.Repeat(line, count)) + Check.Text("{'messages':[<U>,<A>]}\n");
        DatasetReport report = await Check.RunAsync(
            Encoding.UTF8.GetBytes(data),
            Check.Small with
            {
                CheckDuplicates = false,
            }
        );

        Assert.Equal(isTooMany, report.CountsByCode.ContainsKey("FT1609"));
    }

    [Fact]
    public async Task A_row_of_another_trainer_is_told_once_with_how_many_there_are()
    {
        string data = string.Concat(
            Enumerable.Range(0, 3000).Select(i => $"{{\"prompt\":\"q{i}\",\"chosen\":\"a\",\"rejected\":\"b\"}}\n")
        );
        DatasetReport report = await Check.RunAsync(Encoding.UTF8.GetBytes(data));

        DatasetProblem problem = Assert.Single(report.Problems);
        Assert.Equal("3000 of 3000 lines: TRL's preference data, from line 1 on.", problem.Message);
        Assert.Equal("Convert the file: its format is Trl.", problem.Fix);
        Assert.Equal((1, 3000), (report.ErrorCount, report.ExampleCount));
        Assert.Equal(SourceFormat.Trl, ProblemCodes.Find(problem.Code)!.Source);
    }

    [Fact]
    public async Task Calls_and_what_follows_are_named_with_both_places()
    {
        DatasetReport report = await Check.RunAsync(
            "{'messages':[<U>,<CALL>,<A>],'tools':[{'type':'function','function':{'name':'f'}}]}"
        );

        Assert.Equal(
            "The call \"c1\" is not answered before $.messages[2], which is of the role \"assistant\".",
            Assert.Single(report.Problems).Message
        );
        Assert.Equal("$.messages[1].tool_calls[0]", report.Problems[0].JsonPath);
    }

    [Fact]
    public async Task A_field_spelt_otherwise_is_named()
    {
        DatasetReport report = await Check.RunAsync(
            "{'messages':[<U>],'answer':1}\n{'messages':[<U>],'answer':2}\n{'messages':[<U>],'Answr':3}"
        );

        Assert.Equal(
            "1 of 3 rows have no \"answer\", the first of them line 3, which has \"Answr\".",
            Assert.Single(report.Problems).Message
        );
    }
}
