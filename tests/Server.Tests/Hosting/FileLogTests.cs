using FineTuning.Server.Hosting;
using FineTuning.Tests.Shared.Server;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FineTuning.Server.Tests.Hosting;

public sealed class FileLogTests : IDisposable
{
    private readonly string _folder = TestServer.NewFolder();

    private string LogPath => Path.Combine(_folder, "server.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_log_is_bounded_and_keeps_the_newest()
    {
        using (FileLog log = new(LogPath, maxBytes: 10_000))
        {
            for (int i = 0; i < 1000; i++)
            {
                log.Write(LogLevel.Information, "Test", $"entry {i} " + new string('x', 50));
            }
        }

        string[] lines = [.. File.ReadAllLines(LogPath + ".1"), .. File.ReadAllLines(LogPath)];
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
        Assert.All(Directory.GetFiles(_folder), file => Assert.InRange(new FileInfo(file).Length, 0, 11_000));
        Assert.Contains("entry 999 ", lines[^1]);
        Assert.Equal(
            Enumerable.Range(1000 - lines.Length, lines.Length),
            lines.Select(line => int.Parse(line.Split(' ')[4]))
        );
    }

    [Fact]
    public void An_entry_of_any_length_is_cut()
    {
        using (FileLog log = new(LogPath))
        {
            log.Write(LogLevel.Error, "Test", new string('y', 1_000_000), new InvalidOperationException("why"));
        }

        Assert.InRange(new FileInfo(LogPath).Length, 60_000, 70_000);
    }

    [Fact]
    public void A_log_that_cannot_be_turned_over_goes_on()
    {
        // A folder is in the way of the older half.
        Directory.CreateDirectory(LogPath + ".1");
        using (FileLog log = new(LogPath, maxBytes: 100))
        {
            log.Write(LogLevel.Information, "Test", new string('x', 200));
            log.Write(LogLevel.Information, "Test", "after");
        }

        Assert.EndsWith("after\n", File.ReadAllText(LogPath));
    }

    [Fact]
    public void A_log_that_cannot_be_opened_again_is_tried_again()
    {
        using (FileLog log = new(LogPath, maxBytes: 100))
        {
            // A folder is in the way of the log itself while it is turned over.
            File.Delete(LogPath);
            Directory.CreateDirectory(LogPath);
            log.Write(LogLevel.Information, "Test", new string('x', 200));
            log.Write(LogLevel.Information, "Test", "lost");
            Directory.Delete(LogPath);
            log.Write(LogLevel.Information, "Test", "after");
        }

        Assert.EndsWith("after\n", File.ReadAllText(LogPath));
    }
}
