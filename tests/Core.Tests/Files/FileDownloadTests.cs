using System.Text;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Files;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Files;

/// <summary>A download is there whole or not at all.</summary>
public sealed class FileDownloadTests : IDisposable
{
    private const string Table = "step,train_loss\n1,0.5\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("finetuning-test-");

    private string Target => Path.Combine(_folder.FullName, "file.csv");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("fine-tune-results", true, Table)]
    [InlineData("fine-tune-results", false, null)]
    [InlineData("fine-tune", true, null)]
    public async Task A_result_is_decoded_if_asked(string purpose, bool decode, string? expected)
    {
        string sent = Convert.ToBase64String(Encoding.UTF8.GetBytes(Table));
        await RunAsync(sent, purpose, decode);
        Assert.Equal(expected ?? sent, await File.ReadAllTextAsync(Target));
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public async Task A_result_that_comes_plain_stays_as_it_is()
    {
        await RunAsync(Table, "fine-tune-results", decode: true);
        Assert.Equal(Table, await File.ReadAllTextAsync(Target));
    }

    [Fact]
    public async Task An_existing_file_is_kept_and_nothing_is_asked()
    {
        await File.WriteAllTextAsync(Target, "mine");
        await using var server = StubServer.Replies(Reply.Raw("new"u8.ToArray()));
        using FineTuningClient client = Testing.Client(server);
        await Assert.ThrowsAsync<IOException>(() =>
            new FileDownload(client).RunAsync(new FileResource { Id = "file-1" }, Target)
        );
        Assert.Equal("mine", await File.ReadAllTextAsync(Target));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task An_existing_file_is_replaced_if_asked()
    {
        await File.WriteAllTextAsync(Target, "mine, and longer than the new one");
        await using var server = StubServer.Replies(Reply.Raw("new"u8.ToArray()));
        using FineTuningClient client = Testing.Client(server);
        await new FileDownload(client) { Overwrite = true }.RunAsync(new FileResource { Id = "file-1" }, Target);
        Assert.Equal("new", await File.ReadAllTextAsync(Target));
    }

    [Fact]
    public async Task A_failure_leaves_the_old_file_and_no_part()
    {
        await File.WriteAllTextAsync(Target, "mine");
        await using var server = StubServer.Replies(Reply.Error(404));
        using FineTuningClient client = Testing.Client(server);
        await Testing.FailsAsync(() =>
            new FileDownload(client) { Overwrite = true }.RunAsync(new FileResource { Id = "file-1" }, Target)
        );
        Assert.Equal("mine", await File.ReadAllTextAsync(Target));
        Assert.Single(_folder.GetFiles());
    }

    [Theory]
    [InlineData("\"v1\"", "\"v1\"")]
    [InlineData("W/\"v1\"", null)]
    [InlineData(null, null)]
    public async Task A_download_that_broke_goes_on_where_it_did(string? tag, string? condition)
    {
        await using var server = StubServer.Replies(Broken("01234", 10, tag), Rest("56789", 5, 10));
        await DownloadAsync(server, bytes: 10);
        Assert.Equal("0123456789", await File.ReadAllTextAsync(Target));
        Assert.Equal(
            (null, "bytes=5-", condition),
            (server.Requests[0]["Range"], server.Requests[1]["Range"], server.Requests[1]["If-Range"])
        );
    }

    [Fact]
    public async Task Another_content_comes_whole()
    {
        await using var server = StubServer.Replies(Broken("01234", 10, "\"v1\""), Reply.Raw("abcdefghij"u8.ToArray()));
        await DownloadAsync(server, bytes: 10);
        Assert.Equal("abcdefghij", await File.ReadAllTextAsync(Target));
    }

    [Theory]
    [InlineData("bytes 4-9/10")]
    [InlineData("bytes 5-9/11")]
    [InlineData("bytes 5-8/10")]
    [InlineData("bytes */10")]
    [InlineData("lines 5-9/10")]
    [InlineData(null)]
    public async Task A_part_that_was_not_asked_for_is_not_taken(string? range)
    {
        Reply wrong = Reply.Raw("56789"u8.ToArray()) with { Status = 206 };
        await using var server = StubServer.Replies(
            Broken("01234", 10),
            range is null ? wrong : wrong.With("Content-Range", range),
            Reply.Raw("0123456789"u8.ToArray())
        );
        await DownloadAsync(server, bytes: 10);
        Assert.Equal("0123456789", await File.ReadAllTextAsync(Target));
        Assert.Null(server.Requests[2]["Range"]);
    }

    [Fact]
    public async Task Where_no_ranges_are_offered_it_starts_again()
    {
        Reply plain = Reply.Raw("01234"u8.ToArray()) with { Length = 10, Ending = Ending.Close };
        await using var server = StubServer.Replies(plain, Reply.Raw("0123456789"u8.ToArray()));
        await DownloadAsync(server, bytes: 10);
        Assert.Equal("0123456789", await File.ReadAllTextAsync(Target));
        Assert.Null(server.Requests[1]["Range"]);
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public async Task What_is_large_enough_is_kept_for_the_next_call(long keptFrom, bool isKept)
    {
        bool isUp = false;
        await using var server = StubServer.Answers(request =>
            request["Range"] is null
                ? isUp
                    ? Reply.Raw("0123456789"u8.ToArray())
                    : Broken("01234", 10)
                : isUp
                    ? Rest("56789", 5, 10)
                    : Reply.Error(400)
        );
        using FineTuningClient client = new(Testing.Options(server) with { MaxRetryCount = 0 }, Testing.Credential());
        var file = new FileResource { Id = "file-1", Bytes = 10 };
        var download = new FileDownload(client) { KeptFrom = keptFrom };
        await Testing.FailsAsync(() => download.RunAsync(file, Target));
        Assert.Equal(isKept ? 1 : 0, _folder.GetFiles().Length);
        Assert.Equal(
            (isKept ? 5L : null, isKept ? _folder.GetFiles()[0].FullName : null),
            (download.Pending?.Bytes, download.Pending?.Path)
        );

        isUp = true;
        await download.RunAsync(file, Target);
        Assert.Equal("0123456789", await File.ReadAllTextAsync(Target));
        Assert.Equal(isKept ? "bytes=5-" : null, server.Requests[^1]["Range"]);
        Assert.Single(_folder.GetFiles());
        Assert.Null(download.Pending);
    }

    [Fact]
    public async Task What_is_kept_of_another_file_is_not_gone_on_with()
    {
        await using var server = StubServer.Answers(request =>
            request["Range"] is null ? Broken("01234", 10) : Reply.Error(500)
        );
        using FineTuningClient client = new(Testing.Options(server) with { MaxRetryCount = 0 }, Testing.Credential());
        var download = new FileDownload(client) { KeptFrom = 5 };
        await Testing.FailsAsync(() => download.RunAsync(new FileResource { Id = "file-1", Bytes = 10 }, Target));
        await Testing.FailsAsync(() => download.RunAsync(new FileResource { Id = "file-2", Bytes = 10 }, Target));
        Assert.Null(server.Requests[1]["Range"]);
    }

    [Fact]
    public async Task A_part_that_the_server_has_not_is_fetched_again()
    {
        bool isUp = false;
        await using var server = StubServer.Answers(request =>
            request["Range"] is not null ? Reply.Error(416)
            : isUp ? Reply.Raw("abc"u8.ToArray())
            : Broken("01234", 10)
        );
        using FineTuningClient client = new(Testing.Options(server) with { MaxRetryCount = 0 }, Testing.Credential());
        var download = new FileDownload(client) { KeptFrom = 5 };
        var file = new FileResource { Id = "file-1", Bytes = null };
        await Testing.FailsAsync(() => download.RunAsync(file, Target));
        isUp = true;
        await download.RunAsync(file, Target);
        Assert.Equal("abc", await File.ReadAllTextAsync(Target));
    }

    [Theory]
    [InlineData("fine-tune", false)]
    [InlineData("fine-tune-results", true)]
    public async Task Another_number_of_bytes_than_the_service_told_is_an_error(string purpose, bool isTaken)
    {
        await using var server = StubServer.Replies(Reply.Raw("0123"u8.ToArray()).With("Accept-Ranges", "bytes"));
        using FineTuningClient client = Testing.Client(server);
        var file = new FileResource
        {
            Id = "file-1",
            Bytes = 10,
            Purpose = purpose,
        };
        var download = new FileDownload(client) { KeptFrom = 1, DecodeResults = false };
        if (isTaken)
        {
            await download.RunAsync(file, Target);
            return;
        }

        FineTuningApiException e = await Testing.FailsAsync(() => download.RunAsync(file, Target));
        Assert.Contains("4 bytes of a file that has 10", e.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFiles());

        // Once may be an accident.
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task What_is_kept_outlasts_an_answer_that_is_another_page()
    {
        bool isPage = false;
        await using var server = StubServer.Answers(_ => isPage ? Reply.Raw("page"u8.ToArray()) : Broken("01234", 10));
        using FineTuningClient client = new(Testing.Options(server) with { MaxRetryCount = 0 }, Testing.Credential());
        var download = new FileDownload(client) { KeptFrom = 5 };
        var file = new FileResource { Id = "file-1", Bytes = 10 };
        await Testing.FailsAsync(() => download.RunAsync(file, Target));
        isPage = true;
        await Testing.FailsAsync(() => download.RunAsync(file, Target));
        Assert.Equal("01234", await File.ReadAllTextAsync(download.Pending!.Path));
    }

    [Fact]
    public async Task A_body_that_does_not_end_is_not_taken()
    {
        byte[] body = new byte[50_000_000];
        await using var server = StubServer.Answers(_ => Reply.Raw(body) with { Length = -1, Ending = Ending.Close });
        using FineTuningClient client = new(Testing.Options(server) with { MaxRetryCount = 0 }, Testing.Credential());
        var reports = new Reports<long>();
        FineTuningApiException e = await Testing.FailsAsync(() =>
            new FileDownload(client).RunAsync(new FileResource { Id = "file-1", Bytes = 1_000_000 }, Target, reports)
        );
        Assert.Contains("more bytes of a file that has 1000000", e.Message, StringComparison.Ordinal);
        Assert.All(reports.Items, bytes => Assert.InRange(bytes, 0, 1_000_000));
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public async Task A_link_in_the_place_of_what_is_kept_leads_nowhere()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string victim = Path.Combine(_folder.FullName, "victim");
        await File.WriteAllTextAsync(victim, "mine");
        await using var server = StubServer.Answers(_ => Broken("01234", 10));
        using FineTuningClient client = new(Testing.Options(server) with { MaxRetryCount = 0 }, Testing.Credential());
        var download = new FileDownload(client) { KeptFrom = 5 };
        var file = new FileResource { Id = "file-1", Bytes = 10 };
        await Testing.FailsAsync(() => download.RunAsync(file, Target));
        string part = download.Pending!.Path;
        File.Delete(part);
        File.CreateSymbolicLink(part, victim);
        await Testing.FailsAsync(() => download.RunAsync(file, Target));
        Assert.Equal("mine", await File.ReadAllTextAsync(victim));
        Assert.Null(download.Pending);
    }

    /// <summary>An answer that ends before it is whole, of a server that offers ranges.</summary>
    private static Reply Broken(string content, int length, string? tag = null)
    {
        Reply reply = (
            Reply.Raw(Encoding.ASCII.GetBytes(content)) with
            {
                Length = length,
                Ending = Ending.Close,
            }
        ).With("Accept-Ranges", "bytes");
        return tag is null ? reply : reply.With("ETag", tag);
    }

    private static Reply Rest(string content, int from, int length) =>
        (Reply.Raw(Encoding.ASCII.GetBytes(content)) with { Status = 206 }).With(
            "Content-Range",
            $"bytes {from}-{length - 1}/{length}"
        );

    private async Task DownloadAsync(StubServer server, long bytes)
    {
        using FineTuningClient client = Testing.Client(server);
        await new FileDownload(client).RunAsync(new FileResource { Id = "file-1", Bytes = bytes }, Target);
        Assert.Single(_folder.GetFiles());
    }

    private async Task RunAsync(string content, string purpose, bool decode)
    {
        await using var server = StubServer.Replies(Reply.Raw(Encoding.UTF8.GetBytes(content)));
        using FineTuningClient client = Testing.Client(server);
        var file = new FileResource
        {
            Id = "file-1",
            FileName = "x",
            Purpose = purpose,
        };
        await new FileDownload(client) { DecodeResults = decode }.RunAsync(file, Target);
    }
}
