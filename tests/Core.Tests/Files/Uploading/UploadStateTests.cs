using System.Text;
using System.Text.Json.Nodes;
using FineTuning.Core.Client;
using FineTuning.Core.Files.Uploading;
using FineTuning.Core.Tests.Support;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Files.Uploading;

/// <summary>What is kept of uploads on disk can be anything when it is read again.</summary>
public sealed class UploadStateTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("finetuning-state-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_state_is_read_as_it_was_written() =>
        Assert.Equal("part-1", UploadState.Parse(State().ToBytes())?.Parts[0].Id);

    [Theory]
    [InlineData("Service", null)]
    [InlineData("Purpose", null)]
    [InlineData("Path", null)]
    [InlineData("Name", null)]
    [InlineData("UploadId", null)]
    [InlineData("UploadId", "\"\"")]
    [InlineData("UploadId", "\" \"")]
    [InlineData("UploadId", "\".\"")]
    [InlineData("UploadId", "\"..\"")]
    [InlineData("UploadId", "\"\\ud800\"")]
    [InlineData("Bytes", "0")]
    [InlineData("Bytes", "9223372036854775807")]
    [InlineData("PartBytes", "0")]
    [InlineData("ExpiresAt", "\"99999-01-01\"")]
    [InlineData("Parts", null)]
    [InlineData("Parts", "[null]")]
    [InlineData("Parts", "[{}]")]
    [InlineData("Parts", """[{"Offset":0,"Id":null,"Sha256":"a"}]""")]
    [InlineData("Parts", """[{"Offset":0,"Id":"a"}]""")]
    [InlineData("Parts", """[{"Offset":5,"Id":"a","Sha256":"a"}]""")]
    [InlineData("Parts", """[{"Offset":-4,"Id":"a","Sha256":"a"}]""")]
    public void One_that_is_damaged_is_none(string name, string? value)
    {
        JsonObject state = JsonNode.Parse(State().ToBytes())!.AsObject();
        state[name] = "MARK";
        string text = state.ToJsonString().Replace("\"MARK\"", value ?? "null", StringComparison.Ordinal);
        Assert.Null(UploadState.Parse(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("\0\0\0")]
    public void No_state_is_none(string text) => Assert.Null(UploadState.Parse(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData(10_000, true)]
    [InlineData(10_001, false)]
    public void One_of_more_parts_than_are_ever_made_is_none(long bytes, bool isTaken) =>
        Assert.Equal(isTaken, UploadState.Parse((State() with { Bytes = bytes, PartBytes = 1 }).ToBytes()) is not null);

    [Fact]
    public void One_that_is_too_large_is_not_read()
    {
        string path = Path.Combine(_folder.FullName, "a.json");
        File.WriteAllBytes(path, State().ToBytes());
        Assert.NotNull(UploadSlot.Load(path));
        File.AppendAllText(path, new string(' ', StateFile.LargestBytes));
        Assert.Null(UploadSlot.Load(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"nonsense")]
    [InlineData("[null]")]
    [InlineData("[{\"Id\":null}]")]
    [InlineData("[\"\",\".\",\"..\"]")]
    public void What_is_known_and_damaged_is_as_good_as_nothing_and_written_over(string text)
    {
        var known = new UploadCache(_folder.FullName, "service", "fine-tune");
        known.Add(3, "abc", "file-1");
        File.WriteAllText(Directory.GetFiles(Path.Combine(_folder.FullName, "known"))[0], text);
        Assert.Empty(known.Find(3, "abc"));
        known.Add(3, "abc", "file-2");
        Assert.Equal(["file-2"], known.Find(3, "abc"));
    }

    [Fact]
    public void Contents_of_a_size_are_told_apart()
    {
        var known = new UploadCache(_folder.FullName, "service", "fine-tune");
        known.Add(3, "abc", "file-1");
        known.Add(3, "def", "file-2");
        known.Add(4, "abc", "file-3");
        new UploadCache(_folder.FullName, "service", "evals").Add(3, "def", "file-4");
        Assert.Equal(["file-2"], known.FindOthers(3, "abc"));
    }

    [Fact]
    public void A_place_is_taken_once_and_its_lock_keeps_its_name_on_Unix()
    {
        UploadStateStore store = UploadStateStore.Open(_folder.FullName)!;
        using (store.TryTake("a"))
        {
            Assert.Null(store.TryTake("a"));
        }

        // A name that is removed may be open elsewhere, and whoever locks that holds nothing.
        Assert.Equal(!OperatingSystem.IsWindows(), File.Exists(Path.Combine(_folder.FullName, "a.lock")));
        using UploadSlot? again = store.TryTake("a");
        Assert.NotNull(again);
    }

    [Fact]
    public async Task The_place_of_what_is_removed_is_free_while_the_service_is_asked()
    {
        UploadStateStore store = UploadStateStore.Open(_folder.FullName)!;
        using (UploadSlot slot = store.TryTake("a")!)
        {
            slot.TrySave(State() with { Path = Path.Combine(_folder.FullName, "gone") }, toDisk: false);
        }

        List<bool> free = [];
        await using var server = StubServer.Answers(_ =>
        {
            using UploadSlot? slot = store.TryTake("a");
            free.Add(slot is not null);
            return Reply.Json("""{"object":"upload","id":"upload-1","status":"cancelled"}""");
        });
        using FineTuningClient client = Testing.Client(server);
        await StaleUploads.SweepAsync(client, store, "service", "own", default);
        Assert.Equal([true], free);
        Assert.Empty(store.Keys());
    }

    [Theory]
    [InlineData(false, 0, true)]
    [InlineData(true, 0, false)]
    [InlineData(true, 29, false)]
    [InlineData(true, 30, true)]
    public void What_may_have_become_a_file_is_kept_longer(bool isCompleting, int days, bool hasExpired)
    {
        UploadState state = State() with
        {
            IsCompleting = isCompleting,
            ExpiresAt = TestClock.Start - TimeSpan.FromDays(days),
        };
        Assert.Equal(hasExpired, StaleUploads.HasExpired(state, new TestClock()));
    }

    private static UploadState State() =>
        new()
        {
            Service = "service",
            Purpose = "fine-tune",
            Path = "/a.jsonl",
            Name = "a.jsonl",
            Bytes = 10,
            LastWrite = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc),
            PartBytes = 4,
            UploadId = "upload-1",
            CreatedAt = TestClock.Start,
            ExpiresAt = TestClock.Start + TimeSpan.FromHours(1),
            Parts = [new UploadStatePart(0, "part-1", "abc")],
        };
}
