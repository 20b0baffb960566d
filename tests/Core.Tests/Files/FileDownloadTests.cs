using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using FineTuning.Core.Api;
using FineTuning.Core.Files;
using FineTuning.Core.Models;
using FineTuning.Core.Tests.Support;
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
        await using StubServer server = StubServer.Replies(Reply.Raw("new"u8.ToArray()));
        using FineTuningClient client = Testing.Client(server);
        await Assert.ThrowsAsync<IOException>(() => new FileDownload(client).RunAsync(new FileResource { Id = "file-1" }, Target));
        Assert.Equal("mine", await File.ReadAllTextAsync(Target));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task An_existing_file_is_replaced_if_asked()
    {
        await File.WriteAllTextAsync(Target, "mine, and longer than the new one");
        await using StubServer server = StubServer.Replies(Reply.Raw("new"u8.ToArray()));
        using FineTuningClient client = Testing.Client(server);
        await new FileDownload(client) { Overwrite = true }.RunAsync(new FileResource { Id = "file-1" }, Target);
        Assert.Equal("new", await File.ReadAllTextAsync(Target));
    }

    [Fact]
    public async Task A_failure_leaves_the_old_file_and_no_part()
    {
        await File.WriteAllTextAsync(Target, "mine");
        await using StubServer server = StubServer.Replies(Reply.Error(404));
        using FineTuningClient client = Testing.Client(server);
        await Testing.FailsAsync(() => new FileDownload(client) { Overwrite = true }.RunAsync(new FileResource { Id = "file-1" }, Target));
        Assert.Equal("mine", await File.ReadAllTextAsync(Target));
        Assert.Single(_folder.GetFiles());
    }

    private async Task RunAsync(string content, string purpose, bool decode)
    {
        await using StubServer server = StubServer.Replies(Reply.Raw(Encoding.UTF8.GetBytes(content)));
        using FineTuningClient client = Testing.Client(server);
        var file = new FileResource { Id = "file-1", FileName = "x", Purpose = purpose };
        await new FileDownload(client) { DecodeResults = decode }.RunAsync(file, Target);
    }
}
