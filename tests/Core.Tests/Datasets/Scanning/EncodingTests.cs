using System.IO.Compression;
using System.Text;
using FineTuning.Core.Datasets;
using Xunit;

namespace FineTuning.Core.Tests.Datasets.Scanning;

// Files that are not UTF-8 text are named once, not reported as a million bad lines.
public class EncodingTests
{
    private const string Example = "{'messages':[<U>,<A>]}\n";

    private static string Text => Check.Text(string.Concat(Enumerable.Repeat(Example, 50)));

    [Theory]
    [InlineData("utf-16", true, "FT1002@0")]
    [InlineData("utf-16", false, "FT1002@0")]
    [InlineData("utf-16BE", true, "FT1002@0")]
    [InlineData("utf-16BE", false, "FT1002@0")]
    [InlineData("utf-32", true, "FT1003@0")]
    [InlineData("utf-32", false, "FT1003@0")]
    [InlineData("utf-32BE", true, "FT1003@0")]
    [InlineData("utf-32BE", false, "FT1003@0")]
    public async Task Other_encodings_are_named_once(string encoding, bool mark, string expected)
    {
        var other = Encoding.GetEncoding(encoding);
        byte[] data = [.. mark ? other.GetPreamble() : [], .. other.GetBytes(Text)];

        DatasetReport report = await Check.RunAsync(data, new DatasetCheckOptions());

        Assert.Equal(expected, Check.Found(report));
        Assert.False(report.IsValid);
        Assert.Equal(data.Length, report.Bytes);
        Assert.Equal(0, report.LineCount);
    }

    [Fact]
    public async Task Gzip_and_zip_are_named_once()
    {
        using MemoryStream gzip = new();
        using (GZipStream packer = new(gzip, CompressionLevel.Fastest, leaveOpen: true))
        {
            packer.Write(Encoding.UTF8.GetBytes(Text));
        }

        using MemoryStream zip = new();
        using (ZipArchive archive = new(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream entry = archive.CreateEntry("train.jsonl").Open();
            entry.Write(Encoding.UTF8.GetBytes(Text));
        }

        Assert.Equal("FT1004@0", Check.Found(await Check.RunAsync(gzip.ToArray(), new DatasetCheckOptions())));
        Assert.Equal("FT1005@0", Check.Found(await Check.RunAsync(zip.ToArray(), new DatasetCheckOptions())));
    }

    [Fact]
    public async Task A_byte_order_mark_alone_is_an_empty_file()
    {
        Assert.Equal("FT1001@0 FT1006@1", Check.Found(await Check.RunAsync([0xEF, 0xBB, 0xBF])));
    }

    // After Unicode, table 3-7: overlong forms, surrogates, too large, cut, a lone continuation.
    [Theory]
    [InlineData("C0 80")]
    [InlineData("C1 BF")]
    [InlineData("E0 9F BF")]
    [InlineData("ED A0 80")]
    [InlineData("F0 8F BF BF")]
    [InlineData("F4 90 80 80")]
    [InlineData("F5 80 80 80")]
    [InlineData("80")]
    [InlineData("E9")]
    [InlineData("E2 82")]
    [InlineData("F0 9F 98")]
    [InlineData("FF")]
    public async Task Bytes_that_are_not_utf8_are_an_error_at_their_place(string hex)
    {
        byte[] bad = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        byte[] first = Check.Bytes(
            "{'prompt':'é€😀','completion':'x'}\n{'prompt':'long enough for eight bytes at a time "
        );
        byte[] data = [.. first, .. bad, .. Check.Bytes("','completion':'b'}\n{'prompt':'c','completion':'d'}\n")];

        DatasetReport report = await Check.RunAsync(data);

        Assert.Equal("FT1009@2", Check.Found(report));
        Assert.Equal(first.Length, report.Problems[0].ByteOffset);
    }

    [Theory]
    [InlineData("C2 80")]
    [InlineData("E0 A0 80")]
    [InlineData("ED 9F BF")]
    [InlineData("EE 80 80")]
    [InlineData("F0 90 80 80")]
    [InlineData("F4 8F BF BF")]
    public async Task The_first_and_last_of_each_length_are_fine(string hex)
    {
        byte[] good = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        byte[] data = [.. Check.Bytes("{'prompt':'"), .. good, .. Check.Bytes("','completion':'b'}\n")];

        // A bad byte elsewhere makes the checker look at each line on its own.
        byte[] mixed = [.. data, .. Check.Bytes("{'prompt':'"), 0xFF, .. Check.Bytes("','completion':'b'}\n")];

        Assert.Equal("", Check.Found(await Check.RunAsync(data)));
        Assert.Equal("FT1009@2", Check.Found(await Check.RunAsync(mixed)));
    }

    [Fact]
    public async Task A_legacy_code_page_is_an_error_per_line_and_other_problems_are_still_found()
    {
        byte[] data = Encoding.Latin1.GetBytes(
            Check.Text(
                "{'prompt':'a','completion':'b'}\n{'prompt':'caf\u00e9','completion':1}\n{'prompt':'na\u00efve','completion':'d'}\n"
            )
        );

        Assert.Equal("FT1009@2 FT1304@2 FT1009@3", Check.Found(await Check.RunAsync(data)));
    }
}
