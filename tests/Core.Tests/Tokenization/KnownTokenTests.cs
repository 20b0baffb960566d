using FineTuning.Core.Tokenization;
using Xunit;

namespace FineTuning.Core.Tests.Tokenization;

/// <summary>Ids that npm tiktoken 1.0.22 gave (<c>encode_ordinary</c>), for where Node is not.</summary>
public sealed class KnownTokenTests
{
    public static TheoryData<string, string, int[]> Known =>
        new()
        {
            { "o200k_base", "Hello, world!", [13225, 11, 2375, 0] },
            { "o200k_base", "DON'T we'Ll it'\u017F x'S", [134882, 51532, 581, 6, 141022, 480, 6, 70067, 1215, 31233] },
            { "o200k_base", "  two  spaces\n\n  end  ", [220, 1920, 220, 18608, 279, 220, 1268, 256] },
            { "o200k_base", "1234567890", [7633, 19354, 29338, 15] },
            { "o200k_base", "<|endoftext|>", [27, 91, 419, 1440, 919, 91, 29] },
            { "o200k_base", "\u4F60\u597D,\u4E16\u754C", [177519, 11, 28428] },
            { "o200k_base", "\u0928\u092E\u0938\u094D\u0924\u0947", [998, 1637, 14681, 628] },
            {
                "o200k_base",
                "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67\u200D\uD83D\uDC66\uD83C\uDDE9\uD83C\uDDEA",
                [28823, 101, 2524, 28823, 102, 2524, 28823, 100, 2524, 28823, 99, 55506, 102, 55506, 103]
            },
            { "o200k_base", "HTMLElement aBC e\u0301", [133729, 261, 7551, 319, 13430] },
            { "o200k_base", "http://a//b/\n", [2903, 1684, 64, 393, 65, 11124] },
            { "o200k_base", "\ud800", [3251] },
            { "cl100k_base", "Hello, world!", [9906, 11, 1917, 0] },
            {
                "cl100k_base",
                "DON'T we'Ll it'\u017F x'S",
                [85741, 17773, 584, 92526, 75, 433, 6, 129, 123, 865, 13575]
            },
            { "cl100k_base", "  two  spaces\n\n  end  ", [220, 1403, 220, 12908, 271, 220, 842, 256] },
            { "cl100k_base", "1234567890", [4513, 10961, 16474, 15] },
            { "cl100k_base", "<|endoftext|>", [27, 91, 8862, 728, 428, 91, 29] },
            { "cl100k_base", "\u4F60\u597D,\u4E16\u754C", [57668, 53901, 11, 3574, 244, 98220] },
            { "cl100k_base", "\u0928\u092E\u0938\u094D\u0924\u0947", [61196, 88344, 79468, 31584, 97, 35470] },
            {
                "cl100k_base",
                "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67\u200D\uD83D\uDC66\uD83C\uDDE9\uD83C\uDDEA",
                [
                    9468,
                    239,
                    101,
                    378,
                    235,
                    9468,
                    239,
                    102,
                    378,
                    235,
                    9468,
                    239,
                    100,
                    378,
                    235,
                    9468,
                    239,
                    99,
                    9468,
                    229,
                    102,
                    9468,
                    229,
                    103,
                ]
            },
            { "cl100k_base", "HTMLElement aBC e\u0301", [64957, 264, 5002, 384, 54939] },
            { "cl100k_base", "http://a//b/\n", [1277, 1129, 64, 322, 65, 6018] },
            { "cl100k_base", "\ud800", [5809] },
        };

    [Theory]
    [MemberData(nameof(Known))]
    public void A_text_has_the_tokens_of_tiktoken(string encoding, string text, int[] expected)
    {
        var tokenizer = Tokenizer.Get(encoding);
        Assert.Equal(expected, tokenizer.Encode(text));
        Assert.Equal(expected.Length, tokenizer.CreateCounter().Count(text));
    }

    [Theory]
    [InlineData("a", 125_000)]
    [InlineData("1", 333_334)]
    [InlineData(" ", 7_813)]
    [InlineData("=", 15_625)]
    public void A_million_of_the_same_is_merged_in_time(string unit, int expected)
    {
        // tiktoken needs minutes for these; it gave the proportion of 40,000: eight letters a token, 128 spaces, 64
        // signs, three digits.
        string text = string.Concat(Enumerable.Repeat(unit, 1_000_000));
        Assert.Equal(expected, Tokenizer.Get("o200k_base").CreateCounter().Count(text));
    }
}
