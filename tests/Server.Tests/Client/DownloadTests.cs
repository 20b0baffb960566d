using FineTuning.Core.Files;
using FineTuning.Core.Threading;
using FineTuning.Core.Wire;
using FineTuning.Server.Tests.Support;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Client;

/// <summary>A download from the real server, over broken connections.</summary>
public sealed class DownloadTests : IAsyncLifetime
{
    private const int Size = 12_000_000;
    private UploadWorld _world = null!;
    private string _source = string.Empty;
    private FileResource _file = null!;
    private string _folder = string.Empty;

    private string Target => Path.Combine(_folder, "back.jsonl");

    public async Task InitializeAsync()
    {
        _world = await UploadWorld.StartAsync();
        _source = _world.NewFile(Size);
        _file = (await _world.NewUploader(inParts: false).UploadAsync(_source)).File;
        _folder = TestServer.NewFolder();
        await _world.ForgetRequestLogAsync();
    }

    public async Task DisposeAsync()
    {
        await _world.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task It_goes_on_within_the_repeats()
    {
        await _world.World.FaultAsync("GetFileContent:truncate_after=5000000");
        await new FileDownload(_world.World.Client).RunAsync(_file, Target);
        await AssertWholeAsync();
        Assert.Equal(
            [200, 206, 206],
            (await _world.RequestLogAsync()).Select(entry => entry.GetProperty("status").GetInt32())
        );
    }

    [Fact]
    public async Task It_goes_on_with_the_next_call_after_a_stop()
    {
        using var stop = new CancellationTokenSource();
        var download = new FileDownload(_world.World.Client);
        var progress = new SynchronousProgress<long>(bytes =>
        {
            if (bytes > 5_000_000)
            {
                stop.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            download.RunAsync(_file, Target, progress, stop.Token)
        );
        Assert.InRange(download.Pending!.Bytes, 5_000_001, Size - 1);
        Assert.False(File.Exists(Target));
        long? first = null;
        await download.RunAsync(_file, Target, new SynchronousProgress<long>(bytes => first ??= bytes));
        Assert.InRange(first!.Value, 5_000_001, Size);
        await AssertWholeAsync();
        Assert.Equal(206, (await _world.RequestLogAsync())[^1].GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task Two_at_once_do_not_damage_each_other()
    {
        await Task.WhenAll(
            Enumerable
                .Range(0, 2)
                .Select(_ => new FileDownload(_world.World.Client) { Overwrite = true }.RunAsync(_file, Target))
        );
        await AssertWholeAsync();
    }

    [SmallDiskFact]
    public async Task A_full_disk_is_an_error_of_the_disk_and_nothing_stays_on_it()
    {
        using SmallDisk disk = SmallDisk.TryMount(8)!;
        var download = new FileDownload(_world.World.Client);
        await Assert.ThrowsAsync<IOException>(() => download.RunAsync(_file, Path.Combine(disk.Path, "back.jsonl")));
        Assert.Empty(Directory.GetFiles(disk.Path));
        Assert.Null(download.Pending);
        Assert.Single(await _world.OperationsAsync());
    }

    private async Task AssertWholeAsync()
    {
        Assert.Equal(await File.ReadAllBytesAsync(_source), await File.ReadAllBytesAsync(Target));
        Assert.Single(Directory.GetFiles(_folder));
    }
}
