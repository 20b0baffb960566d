using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Converting;
using Xunit;

namespace FineTuning.Core.Tests.Datasets.Converting;

public sealed class DatasetWriterTests : IDisposable
{
    private const string Line = """{"prompt":"p","completion":"c"}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("writer").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Examples_are_added_behind_those_that_are_there()
    {
        string path = Existing();
        using (DatasetWriter writer = await DatasetWriter.AppendAsync(path, DatasetFormat.Completion))
        {
            writer.Write(Line);
            writer.Commit();
        }

        Assert.Equal([Line, Line], await File.ReadAllLinesAsync(path));
    }

    [Theory]
    [InlineData("added to")]
    [InlineData("rewritten")]
    [InlineData("replaced")]
    [InlineData("removed")]
    public async Task A_file_that_is_changed_meanwhile_keeps_the_change(string what)
    {
        string path = Existing();
        using (DatasetWriter writer = await DatasetWriter.AppendAsync(path, DatasetFormat.Completion))
        {
            writer.Write(Line);
            Change(path, what);
            string? changed = Content(path);

            IOException e = Assert.Throws<DatasetChangedException>(writer.Commit);
            Assert.Contains($"'{path}' was changed meanwhile", e.Message);
            Assert.Equal(changed, Content(path));
        }

        Assert.Equal(what == "removed" ? 0 : 1, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public async Task A_change_behind_a_link_is_seen()
    {
        if (OperatingSystem.IsWindows())
        {
            // Links need a privilege there.
            return;
        }

        string path = Existing();
        string link = Path.Combine(_folder, "link.jsonl");
        File.CreateSymbolicLink(link, path);
        using DatasetWriter writer = await DatasetWriter.AppendAsync(link, DatasetFormat.Completion);
        Change(path, "rewritten");

        Assert.Throws<DatasetChangedException>(writer.Commit);
    }

    private static string? Content(string path) => File.Exists(path) ? File.ReadAllText(path) : null;

    private static void Change(string path, string what)
    {
        DateTime before = File.GetLastWriteTimeUtc(path);
        switch (what)
        {
            case "added to":
                File.AppendAllText(path, Line + "\n");
                File.SetLastWriteTimeUtc(path, before);
                break;
            case "removed":
                File.Delete(path);
                break;
            default:
                if (what == "replaced")
                {
                    File.Delete(path);
                }

                // As long as before: the time alone tells.
                File.WriteAllText(path, Line.Replace('p', 'q') + "\n");
                File.SetLastWriteTimeUtc(path, before.AddSeconds(1));
                break;
        }
    }

    private string Existing()
    {
        string path = Path.Combine(_folder, "a.jsonl");
        File.WriteAllText(path, Line + "\n");
        return path;
    }
}
