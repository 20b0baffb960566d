using FineTuning.Core.Datasets;
using Xunit;

namespace FineTuning.Core.Tests.Datasets;

public sealed class PairTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("datasets");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_pair_is_checked_for_overlap_and_the_validation_file_may_be_small()
    {
        string training = Write("train.jsonl", Completions(0, 12));
        string validation = Write("valid.jsonl", Completions(11, 3));

        DatasetReport report = await DatasetChecker.CheckPairAsync(training, validation, null, null, default);

        Assert.Equal("", Check.Found(report));
        Assert.Equal("train.jsonl", report.Name);
        Assert.Equal(training, report.Path);
        DatasetReport other = Assert.IsType<DatasetReport>(report.Validation);
        Assert.Equal("FT1604@1", Check.Found(other));
        Assert.Contains("line 12 of the training file", other.Problems[0].Message, StringComparison.Ordinal);
        Assert.Equal("valid.jsonl", other.Problems[0].File);
        Assert.Equal(1, other.WarningCount);
        Assert.True(report.IsValid);
    }

    [Fact]
    public async Task An_error_in_the_validation_file_makes_the_pair_invalid()
    {
        string training = Write("train.jsonl", Completions(0, 12));
        string validation = Write("valid.jsonl", "{'prompt':1,'completion':'b'}\n");

        DatasetReport report = await DatasetChecker.CheckPairAsync(training, validation, null, null, default);

        Assert.Equal(0, report.ErrorCount);
        Assert.False(report.Validation!.IsValid);
        Assert.False(report.IsValid);
    }

    [Fact]
    public async Task Different_formats_are_an_error()
    {
        string training = Write("train.jsonl", Completions(0, 12));
        string validation = Write("valid.jsonl", "{'messages':[<U>,<A>]}\n");

        DatasetReport report = await DatasetChecker.CheckPairAsync(training, validation, null, null, default);

        Assert.Equal("FT1605@0", Check.Found(report.Validation!));
    }

    [Fact]
    public async Task Overlap_is_not_looked_for_without_duplicates()
    {
        string both = Write("both.jsonl", Completions(0, 12));

        DatasetReport report = await DatasetChecker.CheckPairAsync(
            both,
            both,
            new DatasetCheckOptions { CheckDuplicates = false },
            null,
            default
        );

        Assert.Equal("", Check.Found(report.Validation!));
        DatasetReport with = await DatasetChecker.CheckPairAsync(both, both, null, null, default);
        Assert.Equal(12, with.Validation!.CountsByCode["FT1604"]);
    }

    [Fact]
    public async Task An_empty_validation_file_is_an_error()
    {
        string training = Write("train.jsonl", Completions(0, 12));

        DatasetReport report = await DatasetChecker.CheckPairAsync(
            training,
            Write("valid.jsonl", ""),
            null,
            null,
            default
        );

        Assert.Equal("FT1001@0", Check.Found(report.Validation!));
    }

    [Fact]
    public async Task A_file_is_checked_by_its_path()
    {
        string path = Write("nine.jsonl", Completions(0, 9));

        DatasetReport report = await DatasetChecker.CheckFileAsync(path, null, null, default);

        Assert.Equal("FT1601@0", Check.Found(report));
        Assert.Equal((9L, 9L, DatasetFormat.Completion), (report.LineCount, report.ExampleCount, report.Format));
        Assert.Equal(new FileInfo(path).Length, report.Bytes);
        Assert.True(report.Duration > TimeSpan.Zero);
    }

    [Fact]
    public async Task What_is_not_content_throws()
    {
        string missing = Path.Combine(_folder.FullName, "missing.jsonl");
        await Assert.ThrowsAsync<FileNotFoundException>(() =>
            DatasetChecker.CheckFileAsync(missing, null, null, default)
        );
        await Assert.ThrowsAsync<FileNotFoundException>(() =>
            DatasetChecker.CheckPairAsync(Write("a.jsonl", ""), missing, null, null, default)
        );
        await Assert.ThrowsAsync<ArgumentException>(() =>
            Check.RunAsync("", new DatasetCheckOptions { Method = "magic" })
        );
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            Check.RunAsync("", new DatasetCheckOptions { MaxLineBytes = 0 })
        );
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            Check.RunAsync("", new DatasetCheckOptions { MaxProblemsPerCode = -1 })
        );
        await Assert.ThrowsAsync<ArgumentNullException>(() =>
            DatasetChecker.CheckAsync(null!, "x", null, null, default)
        );
    }

    private static string Completions(int first, int count) =>
        string.Concat(Enumerable.Range(first, count).Select(i => $"{{'prompt':'{i}','completion':'{i}'}}\n"));

    private string Write(string name, string pattern)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, Check.Bytes(pattern));
        return path;
    }
}
