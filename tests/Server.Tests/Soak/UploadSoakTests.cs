using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using FineTuning.Server.Tests.Support;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;
using Xunit.Abstractions;

namespace FineTuning.Server.Tests.Soak;

/// <summary>A large file goes through failing parts and kills of the process that uploads it.</summary>
[Collection("soak")]
[Trait("Category", SoakScale.Category)]
public sealed class UploadSoakTests(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 3,
        Megabyte = 1024 * 1024;

    // As many as an uploader sends at a time: those that a kill interrupts.
    private const int AtATime = 4;

    // Over the same process when it does next to nothing.
    private const long MaxMemory = 48L * Megabyte;

    private static readonly long s_bytes = SoakScale.IsLong ? 2048L * Megabyte : 24L * Megabyte;
    private static readonly long s_partBytes = SoakScale.IsLong ? 8 * Megabyte : Megabyte;

    // So few parts would meet no failure in a hundred.
    private static readonly string s_failures = SoakScale.IsLong ? "0.01" : "0.1";

    // Long enough that the last parts are not there before the test has seen the ones it waits for.
    private static readonly int s_delay = SoakScale.IsLong ? 30 : 250;

    private readonly string _folder = TestServer.NewFolder();

    private static int PartCount => (int)(s_bytes / s_partBytes);

    private string Source => Path.Combine(_folder, "large.bin");

    private string StateFolder => Path.Combine(_folder, "state");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_arrives_whole_and_no_finished_part_is_sent_twice()
    {
        string hash = WriteSource();
        output.WriteLine(
            $"{s_bytes / Megabyte} MB in parts of {s_partBytes / Megabyte} MB with seed {SoakScale.Seed}; "
                + $"{SoakScale.SeedVariable} repeats it."
        );
        await using ServerProcess server = await ServerProcess.StartAsync(
            "--data",
            Path.Combine(_folder, "server"),
            "--fault",
            $"AddUploadPart:probability={s_failures},seed={SoakScale.Seed},status=500",
            "--fault",
            $"AddUploadPart:delay_ms={s_delay}"
        );
        UploadWorkerReport idle = await RunAsync(server.Url);
        Dictionary<long, string> recorded = [];
        string? upload = null;
        for (int kill = 1; kill <= Kills; kill++)
        {
            RecordedUpload state = await KillAsync(server, kill * PartCount / (Kills + 1));
            Assert.Equal(upload ??= state.UploadId, state.UploadId);
            Assert.All(recorded, part => Assert.Equal(part.Value, state.Parts.GetValueOrDefault(part.Key)));
            recorded = new(state.Parts);
        }

        DateTimeOffset start = DateTimeOffset.UtcNow;
        UploadWorkerReport last = await RunAsync(
            server.Url,
            Source,
            StateFolder,
            s_partBytes.ToString(CultureInfo.InvariantCulture)
        );

        // What was recorded is a part of the file, and only what was not recorded was sent.
        Assert.Equal((recorded.Count, PartCount, hash), (last.Resumed, last.Parts!.Count, last.Sha256));
        Assert.All(recorded, part => Assert.Equal(part.Value, last.Parts[(int)(part.Key / s_partBytes)]));
        List<JsonElement> all = await RequestLogAsync(server);
        JsonElement[] sent = [.. all.Where(entry => entry.GetProperty("operation").GetString() == "AddUploadPart")];
        Assert.Equal(
            PartCount - recorded.Count,
            sent.Count(entry => Succeeded(entry) && entry.GetProperty("time").GetDateTimeOffset() >= start)
        );
        Assert.InRange(sent.Count(Succeeded), PartCount, PartCount + (Kills * AtATime));
        Assert.Contains(sent, entry => !Succeeded(entry));
        Assert.Single(all, entry => entry.GetProperty("operation").GetString() == "CreateUpload");
        Assert.Equal(hash, await HashAsync(server, last.File!));
        Assert.Empty(Directory.GetFiles(StateFolder, "*.json*"));

        output.WriteLine(
            $"{sent.Length} part requests for {PartCount} parts, {sent.Count(entry => !Succeeded(entry))} failed, "
                + $"{Kills} kills; "
                + $"peak memory {last.Peak / Megabyte} MB, idle {idle.Peak / Megabyte} MB"
        );
        Assert.InRange(last.Peak - idle.Peak, long.MinValue, MaxMemory);
    }

    private static bool Succeeded(JsonElement entry) => entry.GetProperty("status").GetInt32() == 200;

    private static async Task<UploadWorkerReport> RunAsync(params string[] arguments)
    {
        await using UploadWorkerProcess worker = new(arguments);
        return await worker.EndAsync();
    }

    /// <summary>Lets it upload until so many parts are recorded, and kills it.</summary>
    private async Task<RecordedUpload> KillAsync(ServerProcess server, int parts)
    {
        await using (
            UploadWorkerProcess worker = new(
                server.Url,
                Source,
                StateFolder,
                s_partBytes.ToString(CultureInfo.InvariantCulture)
            )
        )
        {
            var waited = Stopwatch.StartNew();
            while (RecordedUpload.Read(StateFolder) is not { } state || state.Parts.Count < parts)
            {
                Assert.False(
                    worker.HasEnded,
                    "The upload ended before it could be killed: "
                        + (worker.HasEnded ? (await worker.EndAsync()).ToString() : null)
                );
                Assert.True(waited.Elapsed < TimeSpan.FromMinutes(5), "The upload does not get on.");
                await Task.Delay(5);
            }
        }

        return RecordedUpload.Read(StateFolder)!;
    }

    private async Task<List<JsonElement>> RequestLogAsync(ServerProcess server)
    {
        using Api control = new(server.Url[..^"/v1".Length]);
        string token = ServerProcess
            .ReadRunFile(Path.Combine(_folder, "server", "run.json"))
            .GetProperty("control_token")
            .GetString()!;
        control.Http.DefaultRequestHeaders.Add("X-Control-Token", token);
        return [.. (await control.GetAsync("_server/requests")).GetProperty("data").EnumerateArray()];
    }

    private string WriteSource()
    {
        byte[] block = new byte[Megabyte];
        Random random = new(SoakScale.Seed);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using FileStream file = new(Source, FileMode.CreateNew);
        for (long written = 0; written < s_bytes; written += block.Length)
        {
            random.NextBytes(block);
            file.Write(block);
            hash.AppendData(block);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task<string> HashAsync(ServerProcess server, string file)
    {
        using Stream content = await server.Api.Http.GetStreamAsync($"files/{file}/content");
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content));
    }
}
