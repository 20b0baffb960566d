using System.Text;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Repairing;
using FineTuning.Core.Tests.Grading;
using FineTuning.Core.Threading;
using Xunit;

namespace FineTuning.Core.Tests.Datasets.Repairing;

public sealed class RepairTests : IDisposable
{
    private const string A = "{\"prompt\":\"a\",\"completion\":\"é\"}";
    private const string B = "{\"prompt\": \"b\", \"completion\": \"中\"}";
    private const string C = "{\"prompt\":\"c\",\"completion\":\"x,}]\\\",}\"}";

    private readonly string _folder = Directory.CreateTempSubdirectory("finetuning-repair-").FullName;

    private string Source => Path.Combine(_folder, "data.jsonl");

    private string Target => Path.Combine(_folder, "data.repaired.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Fault, text, what is expected, and the changes as code@line.
    public static TheoryData<string, string, string, string> Faults =>
        new()
        {
            { "mark", $"\uFEFF{A}\n{B}\n", $"{A}\n{B}\n", "FT1006@0" },
            { "mark within", $"{A}\n\uFEFF{B}\n\uFEFF\n", $"{A}\n{B}\n", "FT1015@2 FT1015@3" },
            { "CRLF", $"{A}\r\n{B}\r\n", $"{A}\n{B}\n", "FT1007@0" },
            { "blank", $"\n{A}\n \t\n{B}\n\n", $"{A}\n{B}\n", "FT1008@1 FT1008@3 FT1008@5" },
            { "duplicate", $"{A}\n{B}\n  {A} \n{A}\n", $"{A}\n{B}\n", "FT1602@3 FT1602@4" },
            { "comma behind", $"{A},\n{B} , \n{C}\n", $"{A}\n{B}\n{C}\n", "FT1105@1 FT1105@2" },
            {
                "comma within",
                A.Replace("}", " , }") + $"\n{C.Replace("\"}", "\" , }")}\n",
                A.Replace("}", "  }") + $"\n{C.Replace("\"}", "\"  }")}\n",
                "FT1105@1 FT1105@2"
            },
            {
                "commas in lists",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a\",},{\"role\":\"assistant\",\"content\":\"b\"},],}\n",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]}\n",
                "FT1105@1"
            },
            { "several on a line", $"{A}{B} , {C}\n", $"{A}\n{B}\n{C}\n", "FT1103@1" },
            {
                "separators",
                "{\"prompt\":\"\u2028\u20ac\u2029\",\"completion\":\"b\"}\n" + B,
                "{\"prompt\":\"\\u2028€\\u2029\",\"completion\":\"b\"}\n" + B + "\n",
                "FT1010@1"
            },
            { "CR alone", $"{A}\r{B}\r\r{C}", $"{A}\n{B}\n{C}\n", "FT1014@0 FT1008@3" },
            { "CR and LF", $"{A}\r{B}\n{C}\r\n", $"{A}\n{B}\n{C}\n", "FT1007@0 FT1014@0" },
            { "array on lines", $"[\n  {A},\n  {B},\n]\n", $"{A}\n{B}\n", "FT1012@0 FT1105@0" },
            { "array on one line", $"[{A},{B}]", $"{A}\n{B}\n", "FT1012@0" },
            { "array with duplicates", $"[{A},\n{B},{A}]", $"{A}\n{B}\n", "FT1012@0 FT1602@3" },
            {
                "indented",
                "{\r\n  \"prompt\": \"a\",\r\n  \"completion\": \"b, ]\",\r\n}\r\n{\r\n  \"prompt\": \"c\"\r\n}",
                "{\"prompt\": \"a\",\"completion\": \"b, ]\"}\n{\"prompt\": \"c\"}\n",
                "FT1013@0 FT1105@0"
            },
            {
                "all at once",
                $"\uFEFF\r\n{A},\r\n{A}\r\n{{broken\r\n{B.Replace("}", ",}")}\r\n",
                $"{A}\n{{broken\n{B}\n",
                "FT1006@0 FT1007@0 FT1008@1 FT1105@2 FT1602@3 FT1105@5"
            },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Each_fault_is_mended_and_told_of(string fault, string text, string expected, string changes)
    {
        RepairResult result = await RepairAsync(text);

        Assert.Equal(expected, File.ReadAllText(Target, new UTF8Encoding(false)));
        Assert.Equal(changes, Told(result));
        Assert.True(result.ChangeCount == result.CountsByCode.Values.Sum(), fault);
        Assert.All(result.Changes, change => Assert.EndsWith(".", change.Description));
        Assert.All(result.Changes, change => Assert.NotNull(ProblemCodes.Find(change.Code)));

        // Of what was mended nothing is left, and a second repair has nothing to do.
        Assert.Empty(result.Remaining.CountsByCode.Keys.Intersect(result.CountsByCode.Keys));
        RepairResult again = await DatasetRepairer.RepairAsync(Target, Path.Combine(_folder, "again.jsonl"));
        Assert.Equal((0L, null), (again.ChangeCount, again.DestinationPath));
    }

    [Theory]
    [InlineData("utf-16", true, "FT1002")]
    [InlineData("utf-16", false, "FT1002")]
    [InlineData("utf-16BE", true, "FT1002")]
    [InlineData("utf-16BE", false, "FT1002")]
    [InlineData("utf-32", true, "FT1003")]
    [InlineData("utf-32", false, "FT1003")]
    [InlineData("utf-32BE", true, "FT1003")]
    [InlineData("utf-32BE", false, "FT1003")]
    public async Task Other_encodings_become_UTF_8(string name, bool hasMark, string code)
    {
        var encoding = Encoding.GetEncoding(name);
        string text = $"{A}\r\n{B}\r\n{{\"prompt\":\"😀{new string('中', 200_000)}\",\"completion\":\"c\"}}";
        RepairResult result = await RepairAsync([.. hasMark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)]);

        Assert.Equal(text.Replace("\r", "") + "\n", File.ReadAllText(Target, new UTF8Encoding(false, true)));
        Assert.Equal($"{code}@0 FT1007@0", Told(result));
    }

    [Theory]
    [InlineData("")]
    [InlineData(A)]
    [InlineData($"  {A}\t\n{B}\n")]
    [InlineData("{broken\n\"}\"\n[1,2]\n{\"role\":\"nobody\"}\n{\"a\":1,,}\n{\"a\":,}\n{\"a\":[,]}\n")]
    [InlineData("{\"a\":1},,{\"a\":2}\n{\"a\":1} x {\"a\":2}\n{\"a\":1 2,}\n")]
    [InlineData("{\"a\":\"x\ry\"}\n{broken\n{broken\n")]
    [InlineData("{\r\"a\":1,\r\"b\":[1,\r2]}\n")]
    [InlineData("[\n{\"a\":1},\n\n{\"a\":1\n\n]\n")]
    [InlineData("{\n\"a\": 1 2\n}\n\n{\n\"a\": \"é\"\n}\n")]
    [InlineData("[1,\n2]\n\n")]
    [InlineData("[\n{\"a\": 1\n2}\n\n]\n")]
    [InlineData("[{\"a\":1}\n\n")]
    public async Task What_is_right_and_what_only_people_can_mend_stays_as_it_is(string text)
    {
        RepairResult result = await RepairAsync(text);
        Assert.Equal("", Told(result));
        Assert.Null(result.DestinationPath);
        Assert.False(File.Exists(Target));

        await RepairAsync(text, new() { AlwaysWrite = true });
        string written = File.ReadAllText(Target);
        Assert.Equal(text, text.EndsWith('\n') || text.Length == 0 ? written : written[..^1]);
    }

    [Fact]
    public async Task What_is_left_is_what_a_check_finds()
    {
        RepairResult result = await RepairAsync($"{A},\n{{broken\n{{\"prompt\":1,\"completion\":\"b\"}}\n");

        Assert.Equal("FT1101@2 FT1302@3", Check.Found(result.Remaining));
        Assert.Equal(3, result.Remaining.ExampleCount);
    }

    [Fact]
    public async Task Changes_are_capped_by_code_and_counted_beyond()
    {
        string text = string.Concat(Enumerable.Repeat($"{A}\n \n", 300));
        RepairResult result = await RepairAsync(text, new() { MaxChangesPerCode = 5 });

        Assert.Equal((300, 299), (result.CountsByCode["FT1008"], result.CountsByCode["FT1602"]));
        Assert.Equal(599, result.ChangeCount);
        Assert.Equal(
            [2L, 4L, 6L, 8L, 10L],
            result.Changes.Where(change => change.Code == "FT1008").Select(change => change.Line)
        );
        Assert.Equal(
            [3L, 5L, 7L, 9L, 11L],
            result.Changes.Where(change => change.Code == "FT1602").Select(change => change.Line)
        );
        Assert.All(
            result.Changes.Where(change => change.Code == "FT1602"),
            change => Assert.Contains("line 1,", change.Description)
        );
    }

    [Fact]
    public async Task A_file_is_repaired_in_place_only_if_asked_for()
    {
        File.WriteAllText(Source, $"{A}\n\n");
        await Assert.ThrowsAsync<IOException>(() => DatasetRepairer.RepairAsync(Source, Source));
        Assert.Equal($"{A}\n\n", File.ReadAllText(Source));

        await DatasetRepairer.RepairAsync(Source, Source, new() { Overwrite = true });
        Assert.Equal($"{A}\n", File.ReadAllText(Source));
        Assert.Equal([Source], Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("1F8B0800")]
    [InlineData("504B0304")]
    public async Task What_is_no_text_is_refused(string bytes)
    {
        DatasetRepairException e = await Assert.ThrowsAsync<DatasetRepairException>(() =>
            RepairAsync(Convert.FromHexString(bytes))
        );
        Assert.Equal("NotText", e.Id);
    }

    [Fact]
    public async Task A_line_above_the_limit_is_refused_and_named()
    {
        DatasetRepairException e = await Assert.ThrowsAsync<DatasetRepairException>(() =>
            RepairAsync($"{A}\n{B}{new string(' ', 100)}\n", new() { MaxLineBytes = 100 })
        );
        Assert.Equal(("LineTooLong", "Line 2 has more than 100 bytes."), (e.Id, e.Message));

        e = await Assert.ThrowsAsync<DatasetRepairException>(() =>
            RepairAsync($"{A}\n{new string('x', 2_000_000)}\n", new() { MaxLineBytes = 1_000_000 })
        );
        Assert.StartsWith("Line 2 ", e.Message);
        Assert.Equal([Source], Directory.GetFiles(_folder));
    }

    // Faults that can be mended, sown into good files: all of them are gone afterwards, and the good lines are what
    // they were.
    [Theory]
    [InlineData(71)]
    [InlineData(72)]
    [InlineData(73)]
    public async Task Sown_faults_are_gone_and_good_lines_stay(int seed)
    {
        Random random = new(seed);
        ExampleGenerator generator = new(random);
        using CultureScope culture = new(seed % 2 == 0 ? "tr-TR" : "de-DE");
        for (int round = 0; round < 150; round++)
        {
            string[] lines = generator.Dataset(generator.AnyFormat(), random.Next(10, 20));
            StringBuilder text = new(random.Next(3) == 0 ? "\uFEFF" : "");
            string end = random.Next(3) == 0 ? "\r\n" : "\n";
            for (int i = 0; i < lines.Length; i++)
            {
                string line = random.Next(8) switch
                {
                    0 => lines[i] + ",",
                    1 => lines[i][..^1] + ",}",
                    2 => end + lines[i],
                    3 => lines[i] + end + lines[random.Next(i + 1)],
                    4 => "\uFEFF" + lines[i],
                    5 => lines[i] + "\r" + lines[i],
                    _ => lines[i],
                };
                text.Append(line).Append(i == lines.Length - 1 && random.Next(2) == 0 ? "" : end);
            }

            bool isUtf16 = random.Next(4) == 0;
            RepairResult result = await RepairAsync(
                isUtf16
                    ? [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(text.ToString())]
                    : Encoding.UTF8.GetBytes(text.ToString()),
                new() { Overwrite = true, AlwaysWrite = true }
            );

            string[] mended = File.ReadAllText(Target)[..^1].Split('\n');
            Assert.Equal(lines, mended);

            Assert.True(result.Remaining.ErrorCount == 0, string.Join("\n", result.Remaining.Problems));
            Assert.Empty(result.Remaining.CountsByCode.Keys.Intersect(["FT1006", "FT1007", "FT1008", "FT1602"]));
        }
    }

    // Whatever stands in a file: nothing is thrown, and the repair of what was repaired changes nothing.
    [Theory]
    [InlineData(81)]
    [InlineData(82)]
    [InlineData(83)]
    public async Task A_second_repair_changes_nothing(int seed)
    {
        string[] pieces =
        [
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "\\",
            "\n",
            "\r",
            "\r\n",
            " ",
            "\t",
            "1",
            "\"a\"",
            "\"a\":1",
            "{}",
            A,
            B,
            "\u2028",
            "\uFEFF",
            "é",
            "{\"a\":[1,]}",
            "\n\n",
            "},\n{",
            "}\r{",
        ];
        Random random = new(seed);
        ExampleGenerator generator = new(random);
        string again = Path.Combine(_folder, "again.jsonl");
        for (int round = 0; round < 700; round++)
        {
            byte[] data = random.Next(3) switch
            {
                0 => Damaged(
                    Encoding.UTF8.GetBytes(string.Join("\n", generator.Dataset(generator.AnyFormat(), 4))),
                    random
                ),
                1 => Encoding.UTF8.GetBytes(
                    string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => pieces[random.Next(pieces.Length)]))
                ),
                _ => Encoding.UTF8.GetBytes(
                    (random.Next(2) == 0 ? "[" : "")
                        + string.Concat(
                            Enumerable
                                .Range(0, random.Next(12))
                                .Select(_ => pieces[random.Next(pieces.Length)] + "\n" + B + "\n")
                        )
                        + "]"
                ),
            };
            try
            {
                await RepairAsync(data, new() { Overwrite = true, AlwaysWrite = true });
                RepairResult second = await DatasetRepairer.RepairAsync(
                    Target,
                    again,
                    new() { AlwaysWrite = true, Overwrite = true }
                );
                Assert.Equal("", Told(second));
                Assert.Equal(File.ReadAllBytes(Target), File.ReadAllBytes(again));
            }
            catch (DatasetRepairException)
            {
                // Bytes can happen to look like an archive.
            }
            catch (Exception e)
            {
                Assert.Fail(
                    $"seed {seed}, round {round}: {Convert.ToHexString(data)}\n{Encoding.UTF8.GetString(data)}\n{e}"
                );
            }
        }
    }

    [Fact]
    public async Task A_large_file_is_mended_over_many_blocks_and_a_stop_leaves_nothing()
    {
        StringBuilder text = new();
        for (int i = 0; i < 60_000; i++)
        {
            text.Append("{\"prompt\":\"question ")
                .Append(i % 50_000)
                .Append("\",\"completion\":\"a")
                .Append(i % 7 == 0 ? "\",}" : "\"}")
                .Append(i % 3 == 0 ? "\r\n" : "\n");
        }

        long last = 0;
        using CancellationTokenSource stop = new();
        bool stops = false;
        var progress = new SynchronousProgress<DatasetProgress>(p =>
        {
            Assert.InRange(p.BytesRead, last, p.TotalBytes!.Value);
            last = p.BytesRead;
            if (stops && Directory.GetFiles(_folder, "*.part").Length > 0)
            {
                stop.Cancel();
            }
        });
        File.WriteAllText(Source, text.ToString());
        RepairResult result = await DatasetRepairer.RepairAsync(Source, Target, null, progress);

        Assert.Equal(50_000, result.Remaining.ExampleCount);
        Assert.Equal(
            (0L, 10_000L, 8_572L),
            (result.Remaining.ErrorCount, result.CountsByCode["FT1602"], result.CountsByCode["FT1105"])
        );
        Assert.Equal(50_001, result.Changes.First(change => change.Code == "FT1602").Line);
        Assert.True(last > 0);

        File.Delete(Target);
        (last, stops) = (0, true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            DatasetRepairer.RepairAsync(Source, Target, null, progress, stop.Token)
        );
        Assert.Equal([Source], Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData(0.4)]
    [InlineData(0.7)]
    [InlineData(0.9)]
    public async Task A_stop_at_any_time_leaves_the_file_as_it_was(double share)
    {
        byte[] before = Encoding.UTF8.GetBytes(
            string.Concat(
                Enumerable.Range(0, 150_000).Select(i => $"{{\"prompt\":\"question {i}\",\"completion\":\"a\",}}\r\n")
            )
        );
        File.WriteAllBytes(Source, before);
        using CancellationTokenSource stop = new();
        var progress = new SynchronousProgress<DatasetProgress>(p =>
        {
            if (p.BytesRead >= share * p.TotalBytes!.Value)
            {
                stop.Cancel();
            }
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            DatasetRepairer.RepairAsync(
                Source,
                Source,
                new DatasetRepairOptions { Overwrite = true },
                progress,
                stop.Token
            )
        );

        Assert.Equal(before, File.ReadAllBytes(Source));
        Assert.Equal([Source], Directory.GetFiles(_folder));
    }

    private static byte[] Damaged(byte[] data, Random random)
    {
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            data[random.Next(data.Length)] = (byte)random.Next(256);
        }

        return data;
    }

    private static string Told(RepairResult result) =>
        string.Join(" ", result.Changes.Select(change => FormattableString.Invariant($"{change.Code}@{change.Line}")));

    private Task<RepairResult> RepairAsync(string text, DatasetRepairOptions? options = null) =>
        RepairAsync(Encoding.UTF8.GetBytes(text), (options ?? new()) with { Overwrite = true });

    private Task<RepairResult> RepairAsync(byte[] data, DatasetRepairOptions? options = null)
    {
        File.WriteAllBytes(Source, data);
        return DatasetRepairer.RepairAsync(Source, Target, options);
    }
}
