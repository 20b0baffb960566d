using System.Security.Cryptography;
using FineTuning.Core.Client;
using FineTuning.Core.Files.Uploading;
using FineTuning.Core.Http;
using FineTuning.Core.Threading;
using Xunit;

namespace FineTuning.Server.Tests.Client;

/// <summary>Files come to the service whole, once, and in as few bytes as it takes.</summary>
public sealed class UploadTests : IAsyncLifetime
{
    private UploadWorld _world = null!;

    public async Task InitializeAsync() => _world = await UploadWorld.StartAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task A_file_goes_in_one_request()
    {
        string path = _world.NewFile(300_001);
        UploadResult result = await _world.NewUploader(inParts: false).UploadAsync(path);
        Assert.Equal(["CreateFile"], await _world.OperationsAsync());
        Assert.Equal(
            ("train.jsonl", "fine-tune", 300_001L, false),
            (result.File.FileName, result.File.Purpose, result.File.Bytes, result.Reused)
        );
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(path))), result.Sha256);
        await _world.AssertContentAsync(path, result.File.Id);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(UploadWorld.PartBytes, 1)]
    [InlineData(UploadWorld.PartBytes + 1, 2)]
    [InlineData((10 * UploadWorld.PartBytes) - 7, 10)]
    public async Task A_file_goes_in_parts_if_asked(int bytes, int parts)
    {
        string path = _world.NewFile(bytes);
        UploadResult result = await _world.NewUploader().UploadAsync(path);
        List<string> operations = await _world.OperationsAsync();
        Assert.Equal(["CreateUpload", .. Enumerable.Repeat("AddUploadPart", parts), "CompleteUpload"], operations);
        Assert.Equal((parts, 0), (result.PartIds.Count, result.ResumedParts));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(path))), result.Sha256);
        await _world.AssertContentAsync(path, result.File.Id);
        Assert.Empty(_world.States);
    }

    [Fact]
    public async Task A_part_that_fails_is_repeated_by_itself_and_counts_once()
    {
        await _world.World.FaultAsync("AddUploadPart:count=3,after_work,status=500");
        string path = _world.NewFile(6 * UploadWorld.PartBytes);
        List<UploadProgress> reports = [];
        var progress = new SynchronousProgress<UploadProgress>(report =>
        {
            lock (reports)
            {
                reports.Add(report);
            }
        });
        UploadResult result = await _world.NewUploader().UploadAsync(path, progress);
        await _world.AssertContentAsync(path, result.File.Id);
        Assert.Equal(9, (await _world.OperationsAsync()).Count(operation => operation == "AddUploadPart"));
        UploadProgress[] sending = [.. reports.Where(report => report.Stage == UploadStage.Sending)];
        Assert.All(sending, report => Assert.InRange(report.Bytes, 0, report.TotalBytes));
        Assert.All(sending, report => Assert.InRange(report.Parts * (long)UploadWorld.PartBytes, 0, report.Bytes));
        Assert.Equal((6L * UploadWorld.PartBytes, 6, 6), (sending[^1].Bytes, sending[^1].Parts, sending[^1].PartCount));
        Assert.Equal(UploadStage.Completing, reports[^1].Stage);
    }

    [Fact]
    public async Task Some_parts_go_at_a_time_and_no_more()
    {
        await _world.World.FaultAsync("AddUploadPart:delay_ms=60");
        int most = 0;
        var observer = new Counter();
        using FineTuningClient client = _world.World.NewClient();
        var uploader = new FileUploader(
            client.WithObserver(observer),
            new UploadOptions { PartBytes = UploadWorld.PartBytes, ParallelParts = 3 }
        );
        await uploader.UploadAsync(_world.NewFile(9 * UploadWorld.PartBytes));
        most = observer.Max;
        Assert.InRange(most, 2, 3);
    }

    [Fact]
    public async Task The_same_content_is_not_sent_twice()
    {
        string path = _world.NewFile(50_000),
            copy = _world.NewFile(50_000, "copy.jsonl");
        UploadResult first = await _world.NewUploader(inParts: false).UploadAsync(path);
        await _world.ForgetRequestLogAsync();
        UploadResult second = await _world.NewUploader(inParts: false).UploadAsync(copy),
            third = await _world.NewUploader().UploadAsync(path);
        Assert.Equal((true, first.File.Id), (second.Reused, second.File.Id));
        Assert.Equal((true, first.File.Id), (third.Reused, third.File.Id));
        Assert.Equal(["GetFile", "GetFile"], await _world.OperationsAsync());
    }

    [Fact]
    public async Task What_came_in_parts_is_found_too()
    {
        string path = _world.NewFile(3 * UploadWorld.PartBytes);
        UploadResult first = await _world.NewUploader().UploadAsync(path),
            second = await _world.NewUploader(inParts: false).UploadAsync(path);
        Assert.Equal((true, first.File.Id), (second.Reused, second.File.Id));
    }

    [Fact]
    public async Task Other_content_of_the_same_size_is_sent()
    {
        await _world.NewUploader(inParts: false).UploadAsync(_world.NewFile(50_000));
        string other = _world.NewFile(50_000, seed: 2);
        UploadResult result = await _world.NewUploader(inParts: false).UploadAsync(other);
        Assert.False(result.Reused);
        await _world.AssertContentAsync(other, result.File.Id);
    }

    [Fact]
    public async Task The_file_is_read_beforehand_only_where_a_known_one_has_its_size()
    {
        await _world.NewUploader(inParts: false).UploadAsync(_world.NewFile(50_000));
        Assert.DoesNotContain(UploadStage.Comparing, await StagesAsync(_world.NewFile(50_001)));
        Assert.Contains(UploadStage.Comparing, await StagesAsync(_world.NewFile(50_000, seed: 2)));

        async Task<List<UploadStage>> StagesAsync(string path)
        {
            List<UploadStage> stages = [];
            await _world
                .NewUploader(inParts: false)
                .UploadAsync(path, new SynchronousProgress<UploadProgress>(report => stages.Add(report.Stage)));
            return stages;
        }
    }

    [Fact]
    public async Task It_is_sent_again_if_forced()
    {
        string path = _world.NewFile(50_000);
        UploadResult first = await _world.NewUploader(inParts: false).UploadAsync(path);
        UploadResult second = await _world
            .NewUploader(inParts: false, options => options with { Force = true })
            .UploadAsync(path);
        Assert.False(second.Reused);
        Assert.NotEqual(first.File.Id, second.File.Id);
    }

    [Fact]
    public async Task It_is_sent_again_for_another_purpose()
    {
        string path = _world.NewFile(50_000);
        await _world.NewUploader(inParts: false).UploadAsync(path);
        UploadResult second = await _world
            .NewUploader(inParts: false, options => options with { Purpose = "user_data" })
            .UploadAsync(path);
        Assert.Equal((false, "user_data"), (second.Reused, second.File.Purpose));
    }

    [Fact]
    public async Task It_is_sent_again_when_the_service_has_it_no_more_and_the_new_one_is_known_then()
    {
        string path = _world.NewFile(50_000);
        UploadResult first = await _world.NewUploader(inParts: false).UploadAsync(path);
        await _world.World.Client.DeleteFileAsync(first.File.Id);
        UploadResult second = await _world.NewUploader(inParts: false).UploadAsync(path),
            third = await _world.NewUploader(inParts: false).UploadAsync(path);
        Assert.Equal((false, true), (second.Reused, third.Reused));
        Assert.Equal(second.File.Id, third.File.Id);
    }

    [Theory]
    [InlineData("\"bytes\":49999,\"purpose\":\"fine-tune\",\"status\":\"processed\"")]
    [InlineData("\"bytes\":50000,\"purpose\":\"evals\",\"status\":\"processed\"")]
    [InlineData("\"bytes\":50000,\"purpose\":\"fine-tune\",\"status\":\"error\"")]
    [InlineData("\"bytes\":50000,\"purpose\":\"fine-tune\",\"status\":\"processed\",\"expires_at\":1")]
    public async Task It_is_sent_again_when_what_the_service_has_is_not_the_same(string fields)
    {
        string path = _world.NewFile(50_000);
        UploadResult first = await _world.NewUploader(inParts: false).UploadAsync(path);
        string body =
            $$"""{"object":"file","id":"{{first.File.Id}}","created_at":1,"filename":"train.jsonl",{{fields}}}""";
        await _world.World.FaultAsync($"GetFile:status=200,body='{body}'");
        Assert.False((await _world.NewUploader(inParts: false).UploadAsync(path)).Reused);
    }

    [Fact]
    public async Task What_is_kept_and_cannot_be_read_is_as_good_as_nothing()
    {
        string path = _world.NewFile(50_000);
        await _world.NewUploader(inParts: false).UploadAsync(path);
        foreach (string file in Directory.GetFiles(Path.Combine(_world.StateFolder, "known")))
        {
            await File.WriteAllTextAsync(file, "{\"nonsense");
        }

        Assert.False((await _world.NewUploader(inParts: false).UploadAsync(path)).Reused);
    }

    [Fact]
    public async Task Nothing_is_kept_where_no_folder_is_named()
    {
        string path = _world.NewFile(2 * UploadWorld.PartBytes);
        for (int i = 0; i < 2; i++)
        {
            Assert.False(
                (
                    await _world.NewUploader(change: options => options with { StateFolder = null }).UploadAsync(path)
                ).Reused
            );
        }

        Assert.False(Directory.Exists(_world.StateFolder));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_to_stops_no_upload()
    {
        string path = _world.NewFile(2 * UploadWorld.PartBytes);
        FileUploader uploader = _world.NewUploader(change: options =>
            options with
            {
                StateFolder = Path.Combine(path, "below-a-file"),
            }
        );
        await _world.AssertContentAsync(path, (await uploader.UploadAsync(path)).File.Id);
        Assert.Null(uploader.Pending);
    }

    [Fact]
    public async Task An_empty_file_is_refused_and_nothing_is_asked()
    {
        UploadException e = await Assert.ThrowsAsync<UploadException>(() =>
            _world.NewUploader().UploadAsync(_world.NewFile(0))
        );
        Assert.Equal(UploadFault.EmptyFile, e.Fault);
        Assert.Contains("train.jsonl", e.Message, StringComparison.Ordinal);
        Assert.Empty(await _world.OperationsAsync());
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_an_error_of_the_disk() =>
        await Assert.ThrowsAsync<FileNotFoundException>(() =>
            _world.NewUploader().UploadAsync(Path.Combine(_world.StateFolder, "none.jsonl"))
        );

    [Fact]
    public async Task A_file_without_a_size_is_an_error_of_the_disk()
    {
        if (OperatingSystem.IsLinux())
        {
            IOException e = await Assert.ThrowsAsync<IOException>(() =>
                _world.NewUploader().UploadAsync("/proc/self/status")
            );
            Assert.Contains("does not tell its size", e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_file_that_grows_or_vanishes_while_it_is_sent_becomes_no_file(bool inParts, bool vanishes)
    {
        string path = _world.NewFile(6 * UploadWorld.PartBytes);
        int changed = 0;
        var progress = new SynchronousProgress<UploadProgress>(report =>
        {
            if (report is { Stage: UploadStage.Sending, Bytes: > 0 } && Interlocked.Exchange(ref changed, 1) == 0)
            {
                if (vanishes)
                {
                    File.Delete(path);
                }
                else
                {
                    File.AppendAllText(path, "more");
                }
            }
        });
        Exception e = await Assert.ThrowsAnyAsync<Exception>(() =>
            _world.NewUploader(inParts).UploadAsync(path, progress)
        );
        Assert.True(
            e is UploadException { Fault: UploadFault.ChangedWhileSent } or FileNotFoundException,
            e.ToString()
        );
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        Assert.Equal(0, await _world.FileCountAsync());
        if (inParts && !vanishes)
        {
            // The repeat begins anew, and is not refused as another file.
            Assert.Contains("CancelUpload", await _world.OperationsAsync());
            Assert.Empty(_world.States);
            await _world.AssertContentAsync(path, (await _world.NewUploader().UploadAsync(path)).File.Id);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData((64L * 1024 * 1024) + 1)]
    public void Parts_of_impossible_sizes_are_refused(long bytes) =>
        Assert.Throws<ArgumentException>(() =>
            _world.NewUploader(change: options => options with { PartBytes = bytes })
        );

    private sealed class Counter : IApiObserver
    {
        private int _now;

        public int Max { get; private set; }

        public bool WantsBodies => false;

        public void OnTrace(ApiTrace trace)
        {
            if (trace.Uri.AbsolutePath.EndsWith("/parts", StringComparison.Ordinal))
            {
                lock (this)
                {
                    _now += trace.Kind == ApiTraceKind.Sending ? 1 : -1;
                    Max = Math.Max(Max, _now);
                }
            }
        }
    }
}
