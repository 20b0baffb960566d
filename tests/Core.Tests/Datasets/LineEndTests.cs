using System.Globalization;
using System.Text;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Duplicates;
using FineTuning.Core.Datasets.Scanning;
using FineTuning.Core.Tests.Datasets.Rules;
using Xunit;

namespace FineTuning.Core.Tests.Datasets;

// The same data has the same problems, however its lines end, whatever the culture and however many workers there are.
[Collection(Alone.Name)]
public class LineEndTests
{
    // Every row of the tables that has no line-end business of its own, one after the other.
    private static string Everything =>
        string.Join(
            "\n",
            new[] { ChatRows.All, ToolRows.All, OtherRows.All }.SelectMany(rows => rows).Select(row => (string)row[2])
        );

    [Fact]
    public async Task Crlf_changes_nothing_but_its_own_warning()
    {
        DatasetReport lf = await Check.RunAsync(Everything + "\n");
        DatasetReport crlf = await Check.RunAsync(Everything.Replace("\n", "\r\n") + "\r\n");

        Assert.True(lf.ErrorCount > 100);
        Assert.Equal(lf.WarningCount + 1, crlf.WarningCount);
        Assert.Single(crlf.Problems, problem => problem.Code == "FT1007");
        Assert.Equal(Lines(lf), Lines(crlf));
        Assert.Equal(lf.LineCount, crlf.LineCount);
    }

    [Fact]
    public async Task A_byte_order_mark_changes_nothing_but_its_own_warning()
    {
        byte[] data = Check.Bytes(Everything);
        DatasetReport without = await Check.RunAsync(data);
        DatasetReport with = await Check.RunAsync([0xEF, 0xBB, 0xBF, .. data]);

        Assert.Equal(without.WarningCount + 1, with.WarningCount);
        Assert.Single(
            with.Problems,
            problem => problem.Code == "FT1006" && problem.Line == 1 && problem.ByteOffset == 0
        );
        Assert.Equal(Lines(without), Lines(with));
        Assert.Equal(
            without.Problems.Where(problem => problem.Line > 0).Select(problem => problem.ByteOffset + 3),
            with.Problems.Where(problem => problem.Line > 0 && problem.Code != "FT1006")
                .Select(problem => problem.ByteOffset)
        );
    }

    [Fact]
    public async Task A_last_line_without_an_end_is_a_line()
    {
        DatasetReport with = await Check.RunAsync("{'prompt':'a','completion':'b'}\n{'prompt':'c'}\n");
        DatasetReport without = await Check.RunAsync("{'prompt':'a','completion':'b'}\n{'prompt':'c'}");

        Assert.Equal(2, with.LineCount);
        Assert.Equal(2, without.LineCount);
        Assert.Equal("FT1303@2", Check.Found(without));
        Assert.Equal(Lines(with), Lines(without));
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    [InlineData("ar-SA")]
    public async Task Culture_changes_nothing(string culture)
    {
        string data = Everything + "\n" + string.Join("\n", Enumerable.Repeat("{'İı':1}", 2000)) + "\r\n";
        DatasetCheckOptions options = new()
        {
            MaxLineBytes = 2000,
            CheckSecrets = true,
            MinimumExamples = 100_000,
        };
        DatasetReport plain = await Check.RunAsync(data, options);
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo special = new(culture) { NumberFormat = { NegativeSign = "minus", NumberGroupSeparator = "_" } };
        try
        {
            CultureInfo.CurrentCulture = special;
            CultureInfo.DefaultThreadCurrentCulture = special;
            DatasetReport report = await Check.RunAsync(data, options);

            Assert.True(report.Problems.Count > 500);
            Assert.Equal(plain.Problems, report.Problems);
            Assert.Equal(
                plain.Problems.Select(problem => problem.ToString()),
                report.Problems.Select(problem => problem.ToString())
            );
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
            CultureInfo.DefaultThreadCurrentCulture = null;
        }
    }

    [Fact]
    public async Task One_worker_and_many_find_the_same()
    {
        // Some megabytes, so that there are many blocks, with a problem in most of them and lines across their borders.
        StringBuilder text = new();
        for (int i = 0; i < 60_000; i++)
        {
            string role = i % 997 == 0 ? "usr" : "user";
            string content = (i % 8009).ToString(CultureInfo.InvariantCulture);
            text.Append("{'messages':[{'role':'")
                .Append(role)
                .Append("','content':'")
                .Append(content)
                .Append(' ', i % 8009 % 50)
                .Append("'},<A>]}\n");
        }

        byte[] data = Check.Bytes(text.ToString());
        DatasetReport one = await Scan(data, 1);
        DatasetReport many = await Scan(data, 4);

        Assert.Equal(61, one.ErrorCount);
        Assert.True(one.CountsByCode["FT1602"] > 1000);
        Assert.Equal(60_000, one.ExampleCount);
        Assert.Equal(one.Problems, many.Problems);
        Assert.Equal(one.CountsByCode, many.CountsByCode);
        Assert.Equal((one.LineCount, one.Bytes, one.Format), (many.LineCount, many.Bytes, many.Format));
    }

    private static async Task<DatasetReport> Scan(byte[] data, int workers)
    {
        using DuplicateFinder duplicates = new();
        DatasetScan scan = new("test", Check.Small, data.Length, null)
        {
            MaxParallel = workers,
            Duplicates = duplicates,
        };
        return await scan.RunAsync(new MemoryStream(data), null, null, default);
    }

    private static string[] Lines(DatasetReport report) =>
        report
            .Problems.Where(problem => problem.Code is not ("FT1006" or "FT1007"))
            .Select(problem => FormattableString.Invariant($"{problem} {problem.JsonPath} {problem.Fix}"))
            .ToArray();
}
