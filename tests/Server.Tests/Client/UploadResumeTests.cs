using System.Text.Json;
using FineTuning.Core.Errors;
using FineTuning.Core.Files.Uploading;
using FineTuning.Core.Threading;
using Xunit;

namespace FineTuning.Server.Tests.Client;

/// <summary>An interrupted upload goes on from what is at the service, or says why it does not.</summary>
public sealed class UploadResumeTests : IAsyncLifetime
{
    private const int Parts = 8;
    private UploadWorld _world = null!;

    public async Task InitializeAsync() => _world = await UploadWorld.StartAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task It_goes_on_from_the_parts_that_are_there()
    {
        string path = _world.NewFile((Parts * UploadWorld.PartBytes) - 1);
        PendingUpload pending = (await _world.InterruptAsync(path, 5)).Pending!;

        // An endpoint can hold a key in its query.
        Assert.DoesNotContain(
            "127.0.0.1",
            await File.ReadAllTextAsync(Assert.Single(_world.States)),
            StringComparison.Ordinal
        );
        Assert.Equal((5, Parts), (pending.Parts, pending.PartCount));
        Assert.Equal(_world.World.Clock.UtcNow + TimeSpan.FromHours(1), pending.ExpiresAt, TimeSpan.FromMinutes(1));
        await _world.ForgetRequestLogAsync();

        // The size of the parts was decided when it was begun.
        List<UploadProgress> reports = [];
        FileUploader uploader = _world.NewUploader(inParts: false);
        UploadResult result = await uploader.UploadAsync(path, new SynchronousProgress<UploadProgress>(reports.Add));
        Assert.Equal(
            ["AddUploadPart", "AddUploadPart", "AddUploadPart", "CompleteUpload"],
            await _world.OperationsAsync()
        );
        Assert.Equal((5, Parts), (result.ResumedParts, result.PartIds.Count));
        Assert.Equal(5 * UploadWorld.PartBytes, reports[0].Bytes);
        await _world.AssertContentAsync(path, result.File.Id);
        Assert.Empty(_world.States);
        Assert.Null(uploader.Pending);
    }

    [Fact]
    public async Task Cancelling_keeps_what_is_there()
    {
        string path = _world.NewFile(Parts * UploadWorld.PartBytes);
        using var stop = new CancellationTokenSource();
        FileUploader uploader = _world.NewUploader();
        var progress = new SynchronousProgress<UploadProgress>(report =>
        {
            if (report.Parts >= 3)
            {
                stop.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => uploader.UploadAsync(path, progress, stop.Token));
        int there = uploader.Pending!.Parts;
        Assert.InRange(there, 3, Parts);
        UploadResult result = await _world.NewUploader().UploadAsync(path);
        Assert.Equal(there, result.ResumedParts);
        await _world.AssertContentAsync(path, result.File.Id);
    }

    [Fact]
    public async Task A_file_of_another_size_is_refused_and_forced_begins_anew()
    {
        string path = _world.NewFile(Parts * UploadWorld.PartBytes);
        await _world.InterruptAsync(path, 5);
        await File.AppendAllTextAsync(path, "x");
        UploadException e = await Assert.ThrowsAsync<UploadException>(() => _world.NewUploader().UploadAsync(path));
        Assert.Equal(UploadFault.ChangedSinceBegun, e.Fault);
        Assert.Contains("800000", e.Message, StringComparison.Ordinal);
        await _world.ForgetRequestLogAsync();

        UploadResult result = await _world
            .NewUploader(change: options => options with { Force = true })
            .UploadAsync(path);
        Assert.Equal(0, result.ResumedParts);
        Assert.Equal(["CancelUpload", "CreateUpload"], (await _world.OperationsAsync()).Take(2));
        await _world.AssertContentAsync(path, result.File.Id);
    }

    [Fact]
    public async Task A_file_that_was_only_touched_goes_on()
    {
        string path = _world.NewFile(Parts * UploadWorld.PartBytes);
        await _world.InterruptAsync(path, 5);
        File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddMinutes(1));
        UploadResult result = await _world.NewUploader().UploadAsync(path);
        Assert.Equal(5, result.ResumedParts);
        await _world.AssertContentAsync(path, result.File.Id);
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(5, false)]
    public async Task A_changed_byte_is_refused_where_it_was_sent_already(int part, bool isRefused)
    {
        string path = _world.NewFile(Parts * UploadWorld.PartBytes);
        await _world.InterruptAsync(path, 5);
        byte[] content = await File.ReadAllBytesAsync(path);
        content[(part * UploadWorld.PartBytes) + 17] ^= 1;
        await File.WriteAllBytesAsync(path, content);
        File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddMinutes(1));
        if (isRefused)
        {
            UploadException e = await Assert.ThrowsAsync<UploadException>(() => _world.NewUploader().UploadAsync(path));
            Assert.Equal(UploadFault.ChangedSinceBegun, e.Fault);
            Assert.Contains("byte 400000", e.Message, StringComparison.Ordinal);
        }
        else
        {
            await _world.AssertContentAsync(path, (await _world.NewUploader().UploadAsync(path)).File.Id);
        }
    }

    [Fact]
    public async Task One_that_the_service_gave_up_begins_anew_by_itself()
    {
        string path = _world.NewFile(Parts * UploadWorld.PartBytes);
        string old = (await _world.InterruptAsync(path, 5)).Pending!.UploadId;
        await _world.World.Client.CancelUploadAsync(old);
        UploadResult result = await _world.NewUploader().UploadAsync(path);
        Assert.Equal(0, result.ResumedParts);
        await _world.AssertContentAsync(path, result.File.Id);
    }

    [Fact]
    public async Task One_that_the_service_does_not_know_begins_anew_by_itself()
    {
        string path = _world.NewFile(Parts * UploadWorld.PartBytes);
        await _world.InterruptAsync(path, Parts - 1);
        _world.World.Server.Sql("DELETE FROM upload_parts");
        _world.World.Server.Sql("DELETE FROM uploads");
        await _world.AssertContentAsync(path, (await _world.NewUploader().UploadAsync(path)).File.Id);
    }

    [Fact]
    public async Task One_whose_time_is_over_is_not_asked_for()
    {
        string path = _world.NewFile(Parts * UploadWorld.PartBytes);
        await _world.InterruptAsync(path, 5);
        await _world.ForgetRequestLogAsync();
        await _world.World.Clock.DelayAsync(TimeSpan.FromHours(1), default);
        Assert.Equal(0, (await _world.NewUploader().UploadAsync(path)).ResumedParts);
        Assert.Equal("CreateUpload", (await _world.OperationsAsync())[0]);
    }

    [Fact]
    public async Task One_that_the_service_drops_while_it_goes_on_is_an_error_and_not_begun_for_ever()
    {
        await _world.World.FaultAsync("AddUploadPart:skip=3,status=404,message=gone");
        UploadException e = await Assert.ThrowsAsync<UploadException>(() =>
            _world.NewUploader().UploadAsync(_world.NewFile(Parts * UploadWorld.PartBytes))
        );
        Assert.Equal(UploadFault.Expired, e.Fault);
        Assert.Single(await _world.OperationsAsync(), operation => operation == "CreateUpload");
        Assert.Empty(_world.States);
    }

    [Fact]
    public async Task What_nobody_can_go_on_with_is_cancelled_and_forgotten()
    {
        string gone = _world.NewFile(Parts * UploadWorld.PartBytes, "gone.jsonl"),
            kept = _world.NewFile(Parts * UploadWorld.PartBytes, "kept.jsonl");
        string cancelled = (await _world.InterruptAsync(gone, 2)).Pending!.UploadId;
        await _world.InterruptAsync(kept, 2);
        File.Delete(gone);
        await File.WriteAllTextAsync(Path.Combine(_world.StateFolder, "0000.json"), "not a state");
        await File.WriteAllTextAsync(Path.Combine(_world.StateFolder, "0001.json.1a2b3c4d.part"), "what a kill left");
        await _world.ForgetRequestLogAsync();
        await _world.NewUploader(inParts: false).UploadAsync(_world.NewFile(10, "other.jsonl"));
        JsonElement cancel = (await _world.RequestLogAsync())[0];
        Assert.Contains(cancelled, cancel.GetProperty("path").GetString(), StringComparison.Ordinal);
        Assert.Equal(["CancelUpload", "CreateFile"], await _world.OperationsAsync());
        Assert.Single(_world.States);
        Assert.Equal(2, (await _world.NewUploader().UploadAsync(kept)).ResumedParts);
    }

    [Fact]
    public async Task That_it_cannot_be_cancelled_is_no_error()
    {
        string gone = _world.NewFile(Parts * UploadWorld.PartBytes, "gone.jsonl");
        await _world.InterruptAsync(gone, 2);
        File.Delete(gone);
        await _world.World.FaultAsync("CancelUpload:status=500");
        await _world.NewUploader(inParts: false).UploadAsync(_world.NewFile(10, "other.jsonl"));
    }

    [Fact]
    public async Task Two_at_once_do_not_damage_each_other()
    {
        string path = _world.NewFile(Parts * UploadWorld.PartBytes);
        await _world.World.FaultAsync("AddUploadPart:delay_ms=20");
        UploadResult[] results = await Task.WhenAll(
            _world.NewUploader().UploadAsync(path),
            _world.NewUploader().UploadAsync(path)
        );
        foreach (UploadResult result in results)
        {
            await _world.AssertContentAsync(path, result.File.Id);
        }

        Assert.NotEqual(results[0].File.Id, results[1].File.Id);
        Assert.Contains(_world.Notices, notice => notice.Contains("Another process", StringComparison.Ordinal));
        Assert.Empty(_world.States);
    }

    [Theory]
    [InlineData("CompleteUpload:after_work,drop,count=1")]
    [InlineData("CompleteUpload:after_work,status=502,count=1")]
    public async Task A_completion_whose_answer_was_lost_is_found(string fault)
    {
        await _world.World.FaultAsync(fault);
        string path = _world.NewFile(Parts * UploadWorld.PartBytes);
        UploadResult result = await _world.NewUploader().UploadAsync(path);
        await _world.AssertContentAsync(path, result.File.Id);
        Assert.Equal(1, await _world.FileCountAsync());
    }

    [Fact]
    public async Task A_completion_whose_answer_was_lost_for_good_is_found_by_the_next_call()
    {
        await _world.World.FaultAsync("CompleteUpload:after_work,drop,count=1");
        await _world.World.FaultAsync("CompleteUpload:status=503");
        string path = _world.NewFile(Parts * UploadWorld.PartBytes);
        await Assert.ThrowsAsync<FineTuningApiException>(() => _world.NewUploader().UploadAsync(path));
        await _world.World.Server.Control.Http.DeleteAsync("_server/faults");
        await _world.ForgetRequestLogAsync();
        UploadResult result = await _world.NewUploader().UploadAsync(path);
        Assert.Equal(["CompleteUpload", "ListFiles"], await _world.OperationsAsync());
        await _world.AssertContentAsync(path, result.File.Id);
        Assert.Equal(1, await _world.FileCountAsync());
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(31 * 24, false)]
    public async Task A_completion_that_was_asked_for_is_kept_when_others_upload(int hours, bool isKept)
    {
        await _world.World.FaultAsync("CompleteUpload:after_work,drop,count=1");
        await _world.World.FaultAsync("CompleteUpload:status=503");
        string path = _world.NewFile(Parts * UploadWorld.PartBytes);
        await Assert.ThrowsAsync<FineTuningApiException>(() => _world.NewUploader().UploadAsync(path));
        await _world.World.Server.Control.Http.DeleteAsync("_server/faults");
        await _world.World.Clock.DelayAsync(TimeSpan.FromHours(hours), default);
        await _world.NewUploader(inParts: false).UploadAsync(_world.NewFile(10, "other.jsonl"));
        Assert.Equal(isKept ? 1 : 0, _world.States.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_of_another_content_is_not_taken_for_the_one_it_made(bool isKnown)
    {
        await _world.World.FaultAsync("CompleteUpload:status=503");
        string path = _world.NewFile(Parts * UploadWorld.PartBytes);
        await Assert.ThrowsAsync<FineTuningApiException>(() => _world.NewUploader().UploadAsync(path));
        await _world.World.Server.Control.Http.DeleteAsync("_server/faults");
        Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(path)!, "b"));
        string other = _world.NewFile(Parts * UploadWorld.PartBytes, Path.Combine("b", "train.jsonl"), seed: 2);
        UploadResult wrong = await _world
            .NewUploader(inParts: false, options => options with { StateFolder = isKnown ? options.StateFolder : null })
            .UploadAsync(other);

        // Even where the service says that it was completed, a file that is known to have another content is not the
        // one.
        string words = isKnown ? "already completed" : "no";
        await _world.World.FaultAsync($"CompleteUpload:status=400,message={words}");
        UploadException e = await Assert.ThrowsAsync<UploadException>(() => _world.NewUploader().UploadAsync(path));
        Assert.Equal(UploadFault.OutcomeUnknown, e.Fault);
        Assert.Contains(isKnown ? "no file" : wrong.File.Id, e.Message, StringComparison.Ordinal);
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Which_file_it_made_is_not_guessed(bool isAmbiguous)
    {
        await _world.World.FaultAsync("CompleteUpload:after_work,drop,count=1");
        await _world.World.FaultAsync("CompleteUpload:status=503");
        string path = _world.NewFile(Parts * UploadWorld.PartBytes);
        await Assert.ThrowsAsync<FineTuningApiException>(() => _world.NewUploader().UploadAsync(path));
        await _world.World.Server.Control.Http.DeleteAsync("_server/faults");
        if (isAmbiguous)
        {
            // Of the same name and size, as somebody else might have made it meanwhile.
            await _world.NewUploader(inParts: false, options => options with { StateFolder = null }).UploadAsync(path);
        }
        else
        {
            await _world.World.FaultAsync(
                """ListFiles:status=200,body='{"object":"list","data":[],"has_more":false}'"""
            );
        }

        UploadException e = await Assert.ThrowsAsync<UploadException>(() => _world.NewUploader().UploadAsync(path));
        Assert.Equal(UploadFault.OutcomeUnknown, e.Fault);
        Assert.Contains(isAmbiguous ? "2 files" : "no file", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_arrived_damaged_becomes_no_file()
    {
        string path = _world.NewFile(Parts * UploadWorld.PartBytes);
        await _world.InterruptAsync(path, 5);
        string part = Directory.GetFiles(Path.Combine(_world.World.Server.Folder, "uploads"))[0];
        byte[] content = await File.ReadAllBytesAsync(part);
        content[0] ^= 1;
        await File.WriteAllBytesAsync(part, content);
        UploadException e = await Assert.ThrowsAsync<UploadException>(() => _world.NewUploader().UploadAsync(path));
        Assert.Equal(UploadFault.Damaged, e.Fault);
        Assert.Equal(0, await _world.FileCountAsync());
        Assert.Empty(_world.States);
        await _world.AssertContentAsync(path, (await _world.NewUploader().UploadAsync(path)).File.Id);
    }
}
