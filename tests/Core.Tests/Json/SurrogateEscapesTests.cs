using System.Text;
using FineTuning.Core.Json;
using Xunit;

namespace FineTuning.Core.Tests.Json;

/// <summary>Halves of characters are told from whole ones, and from what only looks like one.</summary>
public sealed class SurrogateEscapesTests
{
    private const string Half = @"\ufffd";

    public static TheoryData<string, string> Texts =>
        new()
        {
            { "", "" },
            { "plain", "plain" },
            { @"\ud83d\ude00", @"\ud83d\ude00" },
            { @"\uD83D\uDE00\uD83D\uDE00", @"\uD83D\uDE00\uD83D\uDE00" },
            { @"\ud83d", Half },
            { @"\ude00", Half },
            { @"\ude00\ude00", Half + Half },
            { @"\uDBFFx", Half + "x" },
            { @"a\ud83d\ud83d\ude00b", @"a" + Half + @"\ud83d\ude00b" },
            { @"\ud83d\ude00\ude00", @"\ud83d\ude00" + Half },
            { @"\ud83d\u0041", Half + @"\u0041" },
            { @"\ud83d\n", Half + @"\n" },
            { @"\\ud83d", @"\\ud83d" },
            { @"\\\ud83d", @"\\" + Half },
            { @"\ud7ff\ue000", @"\ud7ff\ue000" },
            { @"\ud83", @"\ud83" },
            { @"\ud8zz", @"\ud8zz" },
            { @"\n\t\u00e9\ud7ff", @"\n\t\u00e9\ud7ff" },
            { @"\ud83d\ude0", Half + @"\ude0" },
            { @"\ud", @"\ud" },
            { @"\ud7ff\", @"\ud7ff\" },
        };

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_half_is_found_and_replaced(string json, string mended)
    {
        Assert.Equal(mended, SurrogateEscapes.Mend(json));
        Assert.Equal(json != mended, SurrogateEscapes.IsHalfIn(Encoding.UTF8.GetBytes(json)));
    }
}
