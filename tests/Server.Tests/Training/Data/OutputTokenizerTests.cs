using FineTuning.Server.Training.Data;
using Xunit;

namespace FineTuning.Server.Tests.Training.Data;

public sealed class OutputTokenizerTests
{
    [Theory]
    [InlineData("the cat sat")]
    [InlineData("The CAT, sat!! (on the mat)")]
    [InlineData("  leading,   inner and trailing  ")]
    [InlineData("\r\n\t mixed \n\n\n\u2003white\u00A0space \u0001")]
    [InlineData("12345678901 1,234.56 €")]
    [InlineData("日本語のテキスト、ไทย, العربية, ğüşıİ, 👩‍👩‍👧‍👦 e\u0301")]
    [InlineData("")]
    public void AnyTextSurvives(string text)
    {
        var builder = new OutputTokenizerBuilder();
        builder.Add("the cat sat on the mat");
        OutputTokenizer tokenizer = builder.Build();
        Assert.Equal(text, tokenizer.Decode(Encode(tokenizer, text)));
        Assert.Equal(
            text,
            string.Concat(TextChunks.Split(text).Select(chunk => text.Substring(chunk.Start, chunk.Length)))
        );
    }

    [Fact]
    public void WordsOfTheTrainingDataAreOneTokenEach()
    {
        var builder = new OutputTokenizerBuilder();
        builder.Add("the cat sat on the mat");
        OutputTokenizer tokenizer = builder.Build();
        Assert.Equal(6, tokenizer.CountTokens("the cat sat on the mat"));
        Assert.Equal(OutputTokenizer.FirstPiece + 6, tokenizer.Count);
        // "dog" is three bytes, so six halves.
        Assert.Equal(6, tokenizer.CountTokens("dog"));
    }

    [Fact]
    public void RareWordsAreSpeltWithCharacters()
    {
        var builder = new OutputTokenizerBuilder(maxChunks: 2);
        builder.Add("aa bb aa bb aa bb aa rare");
        OutputTokenizer tokenizer = builder.Build();
        Assert.Equal(1, tokenizer.CountTokens(" aa"));
        Assert.Equal(5, tokenizer.CountTokens(" rare"));
        Assert.Equal(" rare aa", tokenizer.Decode(Encode(tokenizer, " rare aa")));
    }

    [Fact]
    public void HalvesThatMakeNoCharacterAreReplaced()
    {
        var tokenizer = new OutputTokenizer(["x"]);
        int first = OutputTokenizer.FirstNibble;
        Assert.Equal("\uFFFDx", tokenizer.Decode([first + 15, first + 15, OutputTokenizer.FirstPiece]));
        Assert.Equal("\uFFFDx", tokenizer.Decode([first + 14, first + 2, first + 8, OutputTokenizer.FirstPiece]));
        Assert.Equal("\uFFFD", tokenizer.Decode([first + 6]));
        Assert.Equal("a", tokenizer.Decode([first + 6, first + 1, OutputTokenizer.EndOfMessage]));
    }

    [Fact]
    public void ItIsTheSameAfterWritingAndReading()
    {
        var builder = new OutputTokenizerBuilder();
        builder.Add("Ein schöner Tag, 日本.");
        OutputTokenizer tokenizer = builder.Build();
        using var stream = new MemoryStream();
        tokenizer.Write(new BinaryWriter(stream));
        stream.Position = 0;
        var read = OutputTokenizer.Read(new BinaryReader(stream));
        Assert.Equal(tokenizer.Count, read.Count);
        Assert.Equal(Encode(tokenizer, "schöner 日本 x"), Encode(read, "schöner 日本 x"));
    }

    private static List<int> Encode(OutputTokenizer tokenizer, string text)
    {
        var tokens = new List<int>();
        tokenizer.Encode(text, tokens);
        return tokens;
    }
}
