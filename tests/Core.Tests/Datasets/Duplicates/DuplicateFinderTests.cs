using System.Text;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Duplicates;
using FineTuning.Core.Datasets.Scanning;
using Xunit;

namespace FineTuning.Core.Tests.Datasets.Duplicates;

public class DuplicateFinderTests
{
    // In memory, just spilled, and spilled many times.
    [Theory]
    [InlineData(1_000_000)]
    [InlineData(5_000)]
    [InlineData(4_999)]
    [InlineData(100)]
    [InlineData(1)]
    public void Every_line_that_was_there_before_is_found_with_the_first_of_its_kind(int inMemory)
    {
        Random random = new(7);
        using DuplicateFinder finder = new(inMemory);
        Dictionary<int, long> firstLines = [],
            validationLines = [];
        List<DuplicateLine> inTraining = [],
            inValidation = [];
        for (long line = 1; line <= 5_000; line++)
        {
            int text = random.Next(4_000);
            finder.Add(HashOf(text), line, line * 300);
            if (!firstLines.TryAdd(text, line))
            {
                inTraining.Add(new DuplicateLine(line, line * 300, firstLines[text], 0));
            }
        }

        Assert.Equal(inTraining, Found(finder, 0));
        for (long line = 1; line <= 3_000; line++)
        {
            int text = random.Next(2_000, 8_000);
            finder.Add(HashOf(text), line, line * 7, file: 1);
            bool isNew = validationLines.TryAdd(text, line);
            long other = firstLines.GetValueOrDefault(text);
            if (!isNew || other > 0)
            {
                inValidation.Add(new DuplicateLine(line, line * 7, isNew ? 0 : validationLines[text], other));
            }
        }

        Assert.NotEmpty(inTraining);
        Assert.NotEmpty(inValidation);
        Assert.Equal(inValidation, Found(finder, 1));
        Assert.Equal(inTraining, Found(finder, 0));
    }

    [Fact]
    public void Large_lines_and_places_are_kept_as_they_are()
    {
        using DuplicateFinder finder = new();
        long line = (1L << 39) - 2,
            offset = (1L << 48) - 1;
        finder.Add(HashOf(1), line, 5);
        finder.Add(HashOf(1), line + 1, offset);
        finder.Add(HashOf(1), line + 1, offset, file: 1);

        Assert.Equal([new DuplicateLine(line + 1, offset, line, 0)], Found(finder, 0));
        Assert.Equal([new DuplicateLine(line + 1, offset, 0, line)], Found(finder, 1));
    }

    [Fact]
    public void Hashes_that_differ_in_one_compared_bit_are_different()
    {
        using DuplicateFinder finder = new();
        long line = 0;
        for (int bit = 0; bit < 64; bit++)
        {
            finder.Add(new Hash128(1, 1UL << bit), ++line, 0);
        }

        for (int bit = 24; bit < 64; bit++)
        {
            finder.Add(new Hash128(1UL << bit, 3), ++line, 0);
        }

        Assert.Empty(Found(finder, 0));
    }

    // All of them in one part, which is read piece by piece.
    [Fact]
    public void A_file_of_one_line_again_and_again_is_no_special_case()
    {
        using DuplicateFinder finder = new(1_000);
        for (long line = 1; line <= 20_000; line++)
        {
            finder.Add(HashOf(1), line, line);
        }

        List<DuplicateLine> found = Found(finder, 0);
        Assert.Equal(19_999, found.Count);
        Assert.All(found, one => Assert.Equal(1, one.FirstLine));
    }

    [Fact]
    public void A_full_disk_is_told_with_the_folder_and_what_to_do()
    {
        using DuplicateFinder finder = new(10, () => new FullDisk());

        IOException error = Assert.Throws<IOException>(() =>
        {
            for (int line = 1; line < 100; line++)
            {
                finder.Add(HashOf(line), line, 0);
            }
        });
        Assert.Contains(
            $"'{Path.GetTempPath()}': No space left on device. Free some space there",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("TMPDIR", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_may_not_be_written_to_is_told_in_the_same_way()
    {
        using DuplicateFinder finder = new(1, () => throw new UnauthorizedAccessException("Access is denied."));

        IOException error = Assert.Throws<IOException>(() => finder.Add(HashOf(1), 1, 0));
        Assert.Contains("Access is denied.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_temporary_file_is_gone_when_it_is_closed()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("datasets");
        try
        {
            using (DuplicateFinder finder = new(10, () => SpillFile.Create(folder.FullName)))
            {
                for (int line = 1; line < 100; line++)
                {
                    finder.Add(HashOf(line % 50), line, 0);
                }

                Assert.Equal(49, Found(finder, 0).Count);
            }

            Assert.Empty(folder.GetFileSystemInfos());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Cancelling_stops_the_search()
    {
        using CancellationTokenSource source = new();
        using DuplicateFinder finder = new();
        for (int line = 1; line <= 200_000; line++)
        {
            finder.Add(HashOf(1), line, 0);
        }

        int found = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => finder.Find(0, Count, source.Token));
        Assert.InRange(found, 1, 5_000);

        void Count(DuplicateLine line)
        {
            found++;
            source.Cancel();
        }
    }

    // The first duplicates by line are not the first that are found.
    [Theory]
    [InlineData(1_000_000)]
    [InlineData(1_000)]
    public async Task The_report_has_the_first_duplicates_in_line_order_and_counts_them_all(int inMemory)
    {
        const int Lines = 30_000;
        string[] lines = Enumerable
            .Range(1, Lines)
            .Select(i => $"{{'prompt':'{(i % 3 == 0 ? i - 2 : i)}','completion':'a'}}")
            .ToArray();
        byte[] data = Check.Bytes(string.Join("\n", lines));
        using DuplicateFinder finder = new(inMemory);
        DatasetScan scan = new("x", new DatasetCheckOptions { MaxProblemsPerCode = 50 }, data.Length, null)
        {
            Duplicates = finder,
        };

        DatasetReport report = await scan.RunAsync(new MemoryStream(data), null, null, default);

        DatasetProblem[] found = report.Problems.Where(problem => problem.Code == "FT1602").ToArray();
        Assert.Equal(Lines / 3, report.CountsByCode["FT1602"]);
        Assert.Equal(Enumerable.Range(1, 50).Select(i => i * 3L), found.Select(problem => problem.Line));
        Assert.Equal(
            Enumerable.Range(1, 50).Select(i => $"The line is the same as line {(i * 3) - 2}."),
            found.Select(problem => problem.Message)
        );
        Assert.All(
            found,
            problem =>
                Assert.StartsWith(
                    lines[problem.Line - 1].Replace('\'', '"'),
                    Encoding.UTF8.GetString(data, (int)problem.ByteOffset, 50),
                    StringComparison.Ordinal
                )
        );
    }

    // The last progress is told when all is read and before the duplicates are looked up.
    [Fact]
    public async Task Cancelling_stops_a_check_that_has_read_everything()
    {
        byte[] data = Check.Bytes(
            string.Concat(Enumerable.Range(1, 1_000).Select(i => $"{{'prompt':'{i}','completion':'a'}}\n"))
        );
        using CancellationTokenSource source = new();
        CancelAtEnd progress = new(source);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            DatasetChecker.CheckAsync(new MemoryStream(data), "x", null, progress, source.Token)
        );
        Assert.Equal(data.Length, progress.Bytes);
    }

    [Fact]
    public async Task A_full_disk_ends_the_check_with_what_to_do()
    {
        byte[] data = Check.Bytes(
            string.Concat(Enumerable.Range(1, 1_000).Select(i => $"{{'prompt':'{i}','completion':'a'}}\n"))
        );
        using DuplicateFinder finder = new(100, () => new FullDisk());
        DatasetScan scan = new("x", new DatasetCheckOptions(), data.Length, null) { Duplicates = finder };

        IOException error = await Assert.ThrowsAsync<IOException>(() =>
            scan.RunAsync(new MemoryStream(data), null, null, default)
        );
        Assert.Contains("Free some space there", error.Message, StringComparison.Ordinal);
    }

    private static Hash128 HashOf(int text) => Hash128.Of(BitConverter.GetBytes(text));

    private static List<DuplicateLine> Found(DuplicateFinder finder, int file)
    {
        List<DuplicateLine> found = [];
        finder.Find(file, found.Add, default);
        return [.. found.OrderBy(line => line.Line)];
    }

    private sealed class CancelAtEnd(CancellationTokenSource source) : IProgress<DatasetProgress>
    {
        public long Bytes { get; private set; }

        public void Report(DatasetProgress value)
        {
            Bytes = value.BytesRead;
            if (value.BytesRead == value.TotalBytes)
            {
                source.Cancel();
            }
        }
    }

    private sealed class FullDisk : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) =>
            throw new IOException("No space left on device");
    }
}
