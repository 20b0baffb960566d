using System.Text.Json;
using FineTuning.Core.Files.Uploading;
using FineTuning.Server.Hosting;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Client;

/// <summary>A real server, a client of it, and folders for files and for the state of uploads.</summary>
internal sealed class UploadWorld : IAsyncDisposable
{
    public const int PartBytes = 100_000;

    private readonly string _folder = TestServer.NewFolder();

    private UploadWorld(ClientWorld client) => World = client;

    public ClientWorld World { get; }

    public string StateFolder => Path.Combine(_folder, "state");

    /// <summary>What was noticed on the way, of all uploaders.</summary>
    public List<string> Notices { get; } = [];

    /// <summary>The files that hold the state of interrupted uploads.</summary>
    public string[] States => Directory.Exists(StateFolder) ? Directory.GetFiles(StateFolder, "*.json*") : [];

    public static async Task<UploadWorld> StartAsync(Func<ServerOptions, ServerOptions>? configure = null) =>
        new(await ClientWorld.StartAsync(configure: configure));

    public string NewFile(int bytes, string name = "train.jsonl", int seed = 1)
    {
        byte[] content = new byte[bytes];
        new Random(seed).NextBytes(content);
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <param name="inParts">Whether parts are asked for.</param>
    /// <param name="change">Changes the options.</param>
    public FileUploader NewUploader(bool inParts = true, Func<UploadOptions, UploadOptions>? change = null)
    {
        var options = new UploadOptions
        {
            StateFolder = StateFolder,
            PartBytes = inParts ? PartBytes : null,
            Notice = Tell,
        };
        return new FileUploader(World.Client, change?.Invoke(options) ?? options);
    }

    /// <summary>An upload that ends when so many of its parts are at the service, as by Ctrl+C or an outage.</summary>
    public async Task<FileUploader> InterruptAsync(string path, int parts)
    {
        await World.FaultAsync($"AddUploadPart:skip={parts},status=400,message=enough");
        FileUploader uploader = NewUploader(change: options => options with { ParallelParts = 1 });
        await Assert.ThrowsAsync<FineTuning.Core.Errors.FineTuningApiException>(() => uploader.UploadAsync(path));
        await World.Server.Control.Http.DeleteAsync("_server/faults");
        return uploader;
    }

    /// <summary>The operations that were asked for, oldest first, without those of no matter here.</summary>
    public async Task<List<string>> OperationsAsync() =>
        [.. (await RequestLogAsync()).Select(entry => entry.GetProperty("operation").GetString()!)];

    public async Task<List<JsonElement>> RequestLogAsync() =>
        [.. (await World.Server.Control.GetAsync("_server/requests")).GetProperty("data").EnumerateArray()];

    public async Task ForgetRequestLogAsync() => await World.Server.Control.DeleteRequestLogAsync();

    public async Task AssertContentAsync(string path, string fileId) =>
        Assert.Equal(
            await File.ReadAllBytesAsync(path),
            await World.Server.Api.Http.GetByteArrayAsync($"files/{fileId}/content")
        );

    public async Task<int> FileCountAsync() =>
        (await World.Server.Api.GetAsync("files")).GetProperty("data").GetArrayLength();

    public async ValueTask DisposeAsync()
    {
        await World.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private void Tell(string notice)
    {
        lock (Notices)
        {
            Notices.Add(notice);
        }
    }
}
