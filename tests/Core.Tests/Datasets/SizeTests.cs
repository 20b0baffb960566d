using FineTuning.Core.Datasets;
using Xunit;

namespace FineTuning.Core.Tests.Datasets;

// Files larger than memory, lines larger than sense, and stopping in the middle.
[Collection(Alone.Name)]
public class SizeTests
{
    private const int Megabyte = 1024 * 1024;

    // A buffer doubles up to the limit, and the ones before it may still be there.
    [Theory]
    [InlineData(8, 64)]
    [InlineData(64, 200)]
    public async Task A_huge_line_is_one_error_and_is_not_held_in_memory(int limit, int memory)
    {
        byte[] good = Check.Bytes("\n{'prompt':'a','completion':'b'}\n");
        long huge = 1024L * Megabyte;
        long most = 0;
        GeneratedStream stream = new(huge + good.Length, at => good[at - huge])
        {
            Lead = (huge, (byte)'x'),
            OnRead = at => most = at % Megabyte == 0 ? Math.Max(most, GC.GetTotalMemory(false)) : most,
        };
        long before = GC.GetTotalMemory(true);
        DatasetReport report = await DatasetChecker.CheckAsync(
            stream,
            "huge",
            Check.Small with
            {
                MaxLineBytes = limit * Megabyte,
            },
            null,
            default
        );

        Assert.Equal("FT1011@1", Check.Found(report));
        Assert.Contains("1073741824 bytes", report.Problems[0].Message, StringComparison.Ordinal);
        Assert.Equal(2, report.LineCount);
        Assert.Equal(2, report.ExampleCount);
        Assert.Equal(huge + good.Length, report.Bytes);
        Assert.Equal(DatasetFormat.Completion, report.Format);
        Assert.InRange(most - before, 1, memory * Megabyte);
    }

    [Fact]
    public async Task A_long_line_below_the_limit_is_read()
    {
        int length = 10 * Megabyte;
        byte[] head = Check.Bytes("{'prompt':'");
        byte[] tail = Check.Bytes("','completion':1}");
        GeneratedStream stream = new(
            length + head.Length + tail.Length,
            at =>
                at < head.Length ? head[at]
                : at < head.Length + length ? (byte)'x'
                : tail[at - head.Length - length],
            maxRead: 100_000
        );

        DatasetReport report = await DatasetChecker.CheckAsync(
            stream,
            "long",
            Check.Small with
            {
                MaxLineBytes = length + head.Length + tail.Length,
            },
            null,
            default
        );

        // It is over every context, too.
        Assert.Equal("FT1304@1 FT1608@1", Check.Found(report));
        Assert.Equal(
            head.Length + length + "','completion':".Length,
            report.Problems.Single(problem => problem.Code == "FT1304").ByteOffset
        );
        Assert.Equal(DatasetFormat.Completion, report.Format);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1024)]
    [InlineData(524287)]
    [InlineData(524288)]
    [InlineData(524289)]
    [InlineData(1048576)]
    public async Task The_limit_is_exact(int limit)
    {
        string head = "{'prompt':'";
        string tail = "','completion':'b'}";
        string fits = head + new string('x', limit - head.Length - tail.Length) + tail;
        string over = head + new string('x', limit + 1 - head.Length - tail.Length) + tail;
        DatasetCheckOptions options = Check.Small with { MaxLineBytes = limit, CheckDuplicates = false };

        foreach (string end in new[] { "\n", "\r\n" })
        {
            string data = string.Join(end, fits, over, fits, over, over, fits);
            DatasetReport report = await Check.RunAsync(data, options);

            Assert.Equal(
                "FT1011@2 FT1011@4 FT1011@5",
                Check.Found(
                    report with
                    {
                        Problems = report.Problems.Where(p => p.Line > 0 && p.Code != "FT1608").ToArray(),
                    }
                )
            );
            Assert.Equal(fits.Length + end.Length, report.Problems.First(p => p.Line == 2).ByteOffset);
            Assert.Equal(6, report.LineCount);
        }
    }

    [Fact]
    public async Task Problems_are_capped_per_code_and_counted_in_full()
    {
        string data =
            string.Concat(Enumerable.Range(0, 30_000).Select(i => $"{{'prompt':{i},'completion':'{i} '}}\n"))
            + "{'prompt':'a'}\n";

        DatasetReport report = await Check.RunAsync(data, Check.Small with { MaxProblemsPerCode = 7 });

        Assert.Equal(30_000, report.CountsByCode["FT1302"]);
        Assert.Equal(30_000, report.CountsByCode["FT1306"]);
        Assert.Equal(30_001, report.ErrorCount);
        Assert.Equal(30_000, report.WarningCount);
        Assert.Equal(
            [1, 2, 3, 4, 5, 6, 7],
            report.Problems.Where(problem => problem.Code == "FT1302").Select(problem => problem.Line)
        );
        Assert.Equal(7, report.Problems.Count(problem => problem.Code == "FT1306"));
        Assert.Equal(30_001, Assert.Single(report.Problems, problem => problem.Code == "FT1303").Line);
        Assert.Equal(report.Problems.OrderBy(problem => problem.Line), report.Problems);
    }

    [Fact]
    public async Task A_cap_of_none_only_counts()
    {
        DatasetReport report = await Check.RunAsync(
            "{'prompt':1}\n{'prompt':2}\n",
            Check.Small with
            {
                MaxProblemsPerCode = 0,
            }
        );

        Assert.Empty(report.Problems);
        Assert.Equal(4, report.ErrorCount);
        Assert.False(report.IsValid);
    }

    [Fact]
    public async Task Many_problems_in_one_line_are_capped_too()
    {
        string messages = string.Join(",", Enumerable.Repeat("{'role':'x','content':'y'}", 10_000));

        DatasetReport report = await Check.RunAsync(
            "{'messages':[" + messages + "]}",
            Check.Small with
            {
                MaxProblemsPerCode = 5,
            }
        );

        Assert.Equal(5, report.Problems.Count);
        Assert.Equal(10_000, report.ErrorCount);
        Assert.Equal("$.messages[4].role", report.Problems[4].JsonPath);
    }

    [Fact]
    public async Task An_object_of_very_many_keys_does_not_take_for_ever()
    {
        // Comparing each key with each would be 45 thousand million comparisons.
        string keys = string.Concat(Enumerable.Range(0, 300_000).Select(i => $",'k{i}':{i}"));

        DatasetReport report = await Check.RunAsync("{'messages':[<U>]" + keys + ",'k77':1}");

        Assert.Equal("FT1108@1", Check.Found(report));
    }

    [Fact]
    public async Task Cancellation_stops_the_check()
    {
        using CancellationTokenSource source = new();
        byte[] line = Check.Bytes("{'prompt':'a','completion':'b'}\n");
        long read = 0;

        // Without an end: only cancelling stops it.
        GeneratedStream stream = new(long.MaxValue, at => line[at % line.Length])
        {
            OnRead = at =>
            {
                read = at;
                if (at > 5 * Megabyte)
                {
                    source.Cancel();
                }
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            DatasetChecker.CheckAsync(
                stream,
                "endless",
                Check.Small with
                {
                    CheckDuplicates = false,
                },
                null,
                source.Token
            )
        );
        Assert.InRange(read, 5 * Megabyte, 8 * Megabyte);
    }

    [Fact]
    public async Task Cancellation_stops_in_the_middle_of_a_huge_line()
    {
        using CancellationTokenSource source = new();
        GeneratedStream stream = new(long.MaxValue, _ => (byte)'x')
        {
            OnRead = at =>
            {
                if (at > 5 * Megabyte)
                {
                    source.Cancel();
                }
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            DatasetChecker.CheckAsync(
                stream,
                "endless",
                Check.Small with
                {
                    MaxLineBytes = Megabyte,
                },
                null,
                source.Token
            )
        );
    }

    [Fact]
    public async Task Progress_rises_to_the_end()
    {
        byte[] data = Check.Bytes(string.Concat(Enumerable.Repeat("{'prompt':'a','completion':'b'}\n", 400_000)));
        Told told = new();

        DatasetReport report = await DatasetChecker.CheckAsync(
            new MemoryStream(data),
            "x",
            Check.Small with
            {
                CheckDuplicates = false,
            },
            told,
            default
        );

        Assert.True(told.All.Count >= 3);
        Assert.Equal(told.All.OrderBy(one => one.BytesRead), told.All);
        Assert.Equal(new DatasetProgress(data.Length, data.Length, 400_000), told.All[^1]);
        Assert.Equal(data.Length, report.Bytes);
        Assert.InRange(told.All[0].BytesRead, 1, data.Length - 1);
    }

    // At once, unlike Progress<T>, which posts.
    private sealed class Told : IProgress<DatasetProgress>
    {
        public List<DatasetProgress> All { get; } = [];

        public void Report(DatasetProgress value) => All.Add(value);
    }
}
