using System.Text.RegularExpressions;
using Xunit;

namespace FineTuning.Architecture.Tests;

/// <summary>What the formatter leaves alone: comments and texts that are wider than a page.</summary>
public sealed partial class LineTests
{
    private const int MaxLength = 120;

    [Fact]
    public void No_line_is_longer_than_a_page()
    {
        List<string> wrong = [];
        foreach (string file in Sources.AllCode)
        {
            bool isRaw = false;
            int number = 0;
            foreach (string line in Sources.Read(file).Split('\n'))
            {
                number++;
                bool wasRaw = isRaw;
                isRaw ^= line.Split("\"\"\"").Length % 2 == 0;
                // A line of a raw string is data, and so is one of JSON or of a service: they are kept as they are
                // sent.
                if (line.Length > MaxLength && !wasRaw && !isRaw && !Data().IsMatch(line))
                {
                    wrong.Add($"{file}({number})");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [GeneratedRegex("\"\"\"|[{][\\\\'\"{]|\"/|@\"")]
    private static partial Regex Data();
}
