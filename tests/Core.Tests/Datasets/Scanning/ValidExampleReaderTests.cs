using System.Text;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Duplicates;
using FineTuning.Core.Datasets.Scanning;
using Xunit;

namespace FineTuning.Core.Tests.Datasets.Scanning;

// Lines that are taken in one sweep: the report is the one that the rules alone would have made.
public class ValidExampleReaderTests
{
    private const string Chat =
        "{'messages': [{'role': 'system', 'content': ''}, {'role': 'user', 'content': 'a\\u00e9\\n b'}, {'role': "
        + "'assistant', 'content': 'c\\\\', 'weight': 1}]}";

    private const string Completion = "{'prompt':'a \\ud83d\\ude00','completion':'b\\\\t é'}";
    private const string Preference =
        "{'input':{'messages':[{'content':'Hi','role':'user','name':'x'}]},'preferred_output':[<A>],'non_preferred_output':[{'role':'assistant','content':'No'}]}";

    public static TheoryData<DatasetFormat, string> Good =>
        new()
        {
            { DatasetFormat.Chat, Chat },
            { DatasetFormat.Chat, "{'messages':[<U>,<A>]}" },
            { DatasetFormat.Chat, "{'messages':[<U>,{'role':'assistant','content':'A','weight':0},<U>,<A>]}" },
            {
                DatasetFormat.Chat,
                "{'messages':[{'role':'developer','content':' '},{'content':'\\/\\b\\f\\r\\t\\'','role':'user'},<A>]}"
            },
            {
                DatasetFormat.Chat,
                "{'messages':[<U>,{'role':'assistant','content':'long enough for several vectors, and then \\' an "
                    + "escape, 日本語 and 😀'}]}"
            },
            { DatasetFormat.Completion, Completion },
            { DatasetFormat.Completion, "{'completion': 'b\\n\\n.', 'prompt': ''}" },
            { DatasetFormat.Preference, Preference },
            {
                DatasetFormat.Preference,
                "{'preferred_output': [<A>], 'input': {'messages': [<U>, <A>, <U>]}, 'non_preferred_output': [{'role':'assistant','content':'No'}]}"
            },
        };

    // Each is fine but for one thing, or spelt in a way that is left to the rules.
    public static TheoryData<DatasetFormat, string> ForTheRules =>
        new()
        {
            { DatasetFormat.Chat, "{'messages':[<U>]}" },
            { DatasetFormat.Chat, "{'messages':[<A>]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'system','content':'x'},<A>]}" },
            { DatasetFormat.Chat, "{'messages':[<A>,<U>,<A>]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'user','content':''},<A>]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'user','content':' \\u200b'},<A>]}" },
            { DatasetFormat.Chat, "{'messages':[<U>,{'role':'system','content':'x'},<A>]}" },
            { DatasetFormat.Chat, "{'messages':[<U>,{'role':'assistant','content':'\u200b'}]}" },
            { DatasetFormat.Preference, "{<IN>,<PO>,'non_preferred_output':[<A>,<A>]}" },
            { DatasetFormat.Preference, "{'input':{'messages':[{'role':'system','content':'x'}]},<PO>,<NO>}" },
            { DatasetFormat.Chat, "{'messages':[]}" },
            { DatasetFormat.Chat, "{'messages':[<A>,<U>]}" },
            { DatasetFormat.Chat, "{'messages':[<A>],'messages':[<A>]}" },
            { DatasetFormat.Chat, "{'messages':[<A>],'tools':[]}" },
            { DatasetFormat.Chat, "{'messages':[<A>,]}" },
            { DatasetFormat.Chat, "{'messages':[<A>" },
            { DatasetFormat.Chat, "{'messages':[<CALL>,<TOOL>,<A>]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'assistant','content':'a','weight':0}]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'assistant','content':'a','weight':2}]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'assistant','content':'a','weight':10}]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'user','content':'a','weight':1},<A>]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'assistant','content':'a','role':'assistant'}]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'assistant','content':'a','content':'a'}]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'assistant'}]}" },
            { DatasetFormat.Chat, "{'messages':[{'content':'a'}]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'Assistant','content':'a'}]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'assistant','content':null}]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'assistant','content':''}]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'assistant','content':'a '}]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'assistant','content':'a\\n'}]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'assistant','content':'a\tb'}]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'assistant','content':'\\x'}]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'assistant','content':'\\u12'}]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'assistant','content':'\\u12g4'}]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'assistant','content':'\\ud800'}]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'assistant','content':'\\ud800\\u0041'}]}" },
            { DatasetFormat.Chat, "{'messages':[{'role':'assistant','content':'\\udc00\\ud800'}]}" },
            { DatasetFormat.Chat, "{'messages':[{'r\\u006fle':'assistant','content':'a'}]}" },
            { DatasetFormat.Chat, "{ 'messages':[<A>]}" },
            { DatasetFormat.Chat, "{'messages':  [<A>]}" },
            { DatasetFormat.Completion, "{'prompt':'a','completion':' '}" },
            { DatasetFormat.Completion, "{'prompt':'a','completion':'b '}" },
            { DatasetFormat.Completion, "{'prompt':'a','completion':'b\\t'}" },
            { DatasetFormat.Completion, "{'prompt':'a'}" },
            { DatasetFormat.Completion, "{'completion':'a'}" },
            { DatasetFormat.Completion, "{'prompt':'a','completion':'b','prompt':'c'}" },
            { DatasetFormat.Preference, "{<IN>,<PO>,'non_preferred_output':[<A>]}" },
            { DatasetFormat.Preference, "{<PO>,<NO>}" },
            { DatasetFormat.Preference, "{<IN>,<PO>}" },
            { DatasetFormat.Preference, "{<IN>,<NO>}" },
            { DatasetFormat.Preference, "{'input':{'messages':[<U>,<A>]},<PO>,<NO>}" },
            { DatasetFormat.Preference, "{<IN>,'preferred_output':[<U>],<NO>}" },
            { DatasetFormat.Preference, "{<IN>,'preferred_output':[],<NO>}" },
            { DatasetFormat.Preference, "{<IN>,'preferred_output':[{'role':'assistant','content':'a '}],<NO>}" },
        };

    [Theory]
    [MemberData(nameof(Good))]
    public void A_good_line_is_taken_whole(DatasetFormat format, string pattern)
    {
        byte[] text = Check.Bytes(pattern);
        foreach (byte[] data in new[] { text, [.. text, (byte)'\n'], [.. text, .. new byte[100]] })
        {
            ValidExampleReader line = new(data);
            Assert.True(line.TryRead(format));
            Assert.Equal(text.Length, line.Length);
            Assert.True(!line.IsAscii || Ascii.IsValid(text));
        }
    }

    [Theory]
    [MemberData(nameof(ForTheRules))]
    public void Any_other_line_is_left_to_the_rules(DatasetFormat format, string pattern)
    {
        ValidExampleReader line = new(Check.Bytes(pattern));
        Assert.False(line.TryRead(format));
    }

    [Theory]
    [MemberData(nameof(Good))]
    [MemberData(nameof(ForTheRules))]
    public async Task One_line_has_the_same_report_both_ways(DatasetFormat format, string pattern)
    {
        foreach (string end in new[] { "", "\n", "\r\n", "\r", " \n", "x\n", "\n\n" })
        {
            byte[] data = Check.Bytes(pattern + end);
            await AreTheSame(data, Check.Small);
            await AreTheSame(data, Check.Small with { Format = format });
            await AreTheSame(data, Check.Small with { Method = "supervised", MaxLineBytes = data.Length - 1 });
        }
    }

    // Every byte of a good line replaced, removed, and with another put before it: what is a problem anywhere is one in
    // both ways.
    [Theory]
    [InlineData(DatasetFormat.Chat, Chat)]
    [InlineData(DatasetFormat.Completion, Completion)]
    [InlineData(DatasetFormat.Preference, Preference)]
    public async Task Every_small_change_has_the_same_report_both_ways(DatasetFormat format, string pattern)
    {
        byte[] good = Check.Bytes(pattern);
        byte[] others = [.. "\"\\{}[]:, \t\r\n01tnu/x"u8, 0, 0x1F, 0x7F, 0x80, 0xA8, 0xC3, 0xE2, 0xFF];
        using MemoryStream all = new();
        List<byte[]> changed = [];
        for (int i = 0; i < good.Length; i++)
        {
            changed.Add([.. good[..i], .. good[(i + 1)..]]);
            foreach (byte other in others)
            {
                changed.Add([.. good[..i], other, .. good[(i + 1)..]]);
                changed.Add([.. good[..i], other, .. good[i..]]);
            }
        }

        foreach (byte[] line in changed)
        {
            all.Write([.. line, (byte)'\n']);
        }

        DatasetReport report = await AreTheSame(
            all.ToArray(),
            Check.Small with
            {
                Format = format,
                MaxProblemsPerCode = int.MaxValue,
            }
        );
        Assert.True(report.ErrorCount > changed.Count / 2);

        // At the end of the data there is no room for a whole vector.
        Random random = new(5);
        for (int i = 0; i < 300; i++)
        {
            await AreTheSame(changed[random.Next(changed.Count)], Check.Small with { Format = format });
        }
    }

    [Theory]
    [InlineData(51)]
    [InlineData(52)]
    [InlineData(53)]
    public async Task Random_files_have_the_same_report_both_ways(int seed)
    {
        Random random = new(seed);
        ExampleGenerator generator = new(random);
        for (int round = 0; round < 400; round++)
        {
            DatasetFormat format = generator.AnyFormat();
            List<string> lines = [.. generator.Dataset(format, random.Next(1, 30))];
            for (int i = random.Next(4); i > 0; i--)
            {
                int line = random.Next(lines.Count);
                switch (random.Next(4))
                {
                    case 0 when lines[line].StartsWith('{') && lines[line].EndsWith('}'):
                        lines[line] = TryCorrupt(generator, lines[line], format);
                        break;
                    case 1:
                        lines.Insert(line, lines[random.Next(lines.Count)]);
                        break;
                    case 2:
                        lines[line] += random.Next(3) switch
                        {
                            0 => " ",
                            1 => "\u2028",
                            _ => "\t\r",
                        };
                        break;
                    default:
                        lines.Insert(line, generator.Dataset(generator.AnyFormat(), 1)[0]);
                        break;
                }
            }

            string end = random.Next(3) == 0 ? "\r\n" : "\n";
            byte[] data = Encoding.UTF8.GetBytes(string.Join(end, lines));
            if (random.Next(3) == 0)
            {
                data[random.Next(data.Length)] = (byte)random.Next(256);
            }

            await AreTheSame(
                data,
                new DatasetCheckOptions
                {
                    MaxProblemsPerCode = random.Next(3) == 0 ? 2 : 100,
                    MaxLineBytes = random.Next(4) == 0 ? 150 : 100_000,
                    CheckSecrets = random.Next(4) == 0,
                    Format = random.Next(2) == 0 ? format : null,
                    Method = random.Next(4) == 0 ? "supervised" : null,
                }
            );
        }
    }

    // The rules and the sweep see half of the lines each: what they tell of the answers has to fit together.
    [Theory]
    [InlineData("{'messages':[<U>,<A>]}", "{'messages':[<U>,  <A>]}")]
    [InlineData("{'prompt':'<N>','completion':'b'}", "{  'prompt':'<N>','completion':'b'}")]
    [InlineData(
        "{'input':{'messages':[<U>]},'preferred_output':[<A>],<NO>}",
        "{  'input':{'messages':[<U>]},'preferred_output':[<A>],<NO>}"
    )]
    public async Task The_same_answer_is_the_same_both_ways(string usual, string unusual)
    {
        string[] lines = Enumerable
            .Range(0, 20)
            .Select(i => (i % 2 == 0 ? usual : unusual).Replace("<N>", $"{i}"))
            .ToArray();

        DatasetReport report = await AreTheSame(
            Check.Bytes(string.Join("\n", lines)),
            Check.Small with
            {
                CheckDuplicates = false,
            }
        );

        Assert.Equal("FT1603@0", Check.Found(report));
        string other = usual.Replace("<A>", "{'role':'assistant','content':'Other'}").Replace("'b'", "'c'");
        report = await AreTheSame(
            Check.Bytes(string.Join("\n", [.. lines, other])),
            Check.Small with
            {
                CheckDuplicates = false,
            }
        );
        Assert.Equal("", Check.Found(report));
    }

    private static string TryCorrupt(ExampleGenerator generator, string line, DatasetFormat format)
    {
        try
        {
            return generator.Corrupt(line, format).Line;
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or InvalidOperationException)
        {
            // Spoilt before.
            return line + "}";
        }
    }

    private static async Task<DatasetReport> AreTheSame(byte[] data, DatasetCheckOptions options)
    {
        DatasetReport byRules = await Scan(data, options, byRulesOnly: true);
        DatasetReport report = await Scan(data, options, byRulesOnly: false);
        if (
            !byRules.Problems.SequenceEqual(report.Problems)
            || !byRules.CountsByCode.SequenceEqual(report.CountsByCode)
            || (byRules.LineCount, byRules.ExampleCount, byRules.Format, byRules.Bytes)
                != (report.LineCount, report.ExampleCount, report.Format, report.Bytes)
        )
        {
            DatasetProblem[] difference = byRules
                .Problems.Except(report.Problems)
                .Concat(report.Problems.Except(byRules.Problems))
                .ToArray();
            Assert.Fail(
                $"By the rules {Numbers(byRules)}, else "
                    + $"{Numbers(report)}:\n{string.Join<DatasetProblem>("\n", difference.Take(5))}\n"
                    + Encoding.UTF8.GetString(data, 0, Math.Min(data.Length, 2000))
            );
        }

        return report;
    }

    private static string Numbers(DatasetReport report) =>
        $"{report.Format}, {report.LineCount} lines, {report.ExampleCount} examples, "
        + $"{string.Join(' ', report.CountsByCode)}";

    private static async Task<DatasetReport> Scan(byte[] data, DatasetCheckOptions options, bool byRulesOnly)
    {
        using DuplicateFinder? duplicates = options.CheckDuplicates ? new DuplicateFinder() : null;
        DatasetScan scan = new("test", options, data.Length, null)
        {
            ByRulesOnly = byRulesOnly,
            Duplicates = duplicates,
        };
        return await scan.RunAsync(new MemoryStream(data), null, null, default);
    }
}
