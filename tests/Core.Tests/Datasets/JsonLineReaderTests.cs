using System.Text;
using FineTuning.Core.Datasets;
using Xunit;

namespace FineTuning.Core.Tests.Datasets;

public class JsonLineReaderTests
{
    [Fact]
    public async Task Reads_lines_with_number_offset_and_ending()
    {
        List<string> lines = await ReadAsync("ab\n\r\nc\rd\r\n\nlast", 100);

        Assert.Equal(
            [
                "1 @0 [ab] LineFeed",
                "2 @3 [] CarriageReturnLineFeed",
                "3 @5 [c\rd] CarriageReturnLineFeed",
                "4 @10 [] LineFeed",
                "5 @11 [last] None",
            ],
            lines
        );
    }

    [Fact]
    public async Task Leaves_out_the_byte_order_mark()
    {
        Assert.Equal(["1 @3 [ab] LineFeed", "2 @6 [c] None"], await ReadAsync("\uFEFFab\nc", 100));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("\uFEFF", 0)]
    [InlineData("\n", 1)]
    [InlineData("a", 1)]
    [InlineData("a\n", 1)]
    [InlineData("a\n\n", 2)]
    public async Task Counts_lines(string text, int expected)
    {
        Assert.Equal(expected, (await ReadAsync(text, 100)).Count);
    }

    [Fact]
    public async Task Skips_a_line_that_is_too_long_and_goes_on()
    {
        Assert.Equal(
            ["1 @0 [ab] LineFeed", "2 @3 too long, 6 LineFeed", "3 @10 [cde] LineFeed", "4 @14 too long, 4 None"],
            await ReadAsync("ab\nabcdef\ncde\nabcd", 3)
        );
    }

    [Fact]
    public async Task Skips_a_line_that_is_longer_than_a_block()
    {
        string text = "ab\n" + new string('x', 3_000_000) + "\ncd\nef\n" + new string('y', 2_000_000);

        Assert.Equal(
            [
                "1 @0 [ab] LineFeed",
                "2 @3 too long, 3000000 LineFeed",
                "3 @3000004 [cd] LineFeed",
                "4 @3000007 [ef] LineFeed",
                "5 @3000010 too long, 2000000 None",
            ],
            await ReadAsync(text, 1000)
        );
    }

    // Lines of every length around the borders of blocks, against the plainest way to do the same.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 7)]
    [InlineData(3, 4096)]
    [InlineData(4, int.MaxValue)]
    public async Task Agrees_with_splitting_the_text(int seed, int maxRead)
    {
        Random random = new(seed);
        StringBuilder text = new();
        while (text.Length < (maxRead < 100 ? 20_000 : 3_000_000))
        {
            text.Append((char)('a' + random.Next(26)), random.Next(10) == 0 ? random.Next(200_000) : random.Next(50))
                .Append('\n');
        }

        text.Append("end");
        byte[] data = Encoding.ASCII.GetBytes(text.ToString());
        GeneratedStream stream = new(data.Length, at => data[at], maxRead);
        JsonLineReader reader = new(stream);
        long offset = 0;
        foreach (string expected in text.ToString().Split('\n'))
        {
            Assert.True(await reader.ReadAsync());
            Assert.Equal(expected, Encoding.ASCII.GetString(reader.Line.Span));
            Assert.Equal(offset, reader.ByteOffset);
            offset += expected.Length + 1;
        }

        Assert.False(await reader.ReadAsync());
        Assert.False(await reader.ReadAsync());
    }

    [Fact]
    public void Refuses_nonsense()
    {
        Assert.Throws<ArgumentNullException>(() => new JsonLineReader(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => new JsonLineReader(Stream.Null, 0));
    }

    private static async Task<List<string>> ReadAsync(string text, int max)
    {
        JsonLineReader reader = new(new MemoryStream(Encoding.UTF8.GetBytes(text)), max);
        List<string> lines = [];
        while (await reader.ReadAsync())
        {
            string content = reader.IsTooLong
                ? FormattableString.Invariant($"too long, {reader.ByteLength}")
                : "[" + Encoding.UTF8.GetString(reader.Line.Span) + "]";
            Assert.Equal(reader.IsTooLong, reader.ByteLength != reader.Line.Length);
            lines.Add(
                FormattableString.Invariant($"{reader.LineNumber} @{reader.ByteOffset} {content} {reader.Ending}")
            );
        }

        return lines;
    }
}
