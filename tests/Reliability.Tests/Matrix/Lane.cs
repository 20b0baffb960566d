using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Core.Credentials;
using FineTuning.Reliability.Tests.Support;
using FineTuning.Tests.Shared.Server;

namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>A server with all that can stand in the way to it. Its cells run one after the other.</summary>
internal sealed class Lane : IAsyncDisposable
{
    /// <summary>How many steps a job has.</summary>
    public const int Steps = 4;

    // Opens the permissions too.
    private const string Key = "sk-admin-test";

    private Lane(TestServer server, TestTrainer trainer)
    {
        (Server, Trainer) = (server, trainer);
        Api = new Api(server.Host.Url, Key);
        Gate = new Gate(server.Host.Url);
        Credential = new KeyCredential(new NetworkCredential(string.Empty, Key).SecurePassword);
    }

    public TestServer Server { get; }

    /// <summary>Trains no further than it is let.</summary>
    public TestTrainer Trainer { get; }

    /// <summary>The way past all faults.</summary>
    public Api Api { get; }

    public Gate Gate { get; }

    public TlsFront Tls { get; } = new();

    public OtherHost Other { get; } = new();

    public ApiCredential Credential { get; }

    /// <summary>A job that has ended well.</summary>
    public string Job { get; private set; } = string.Empty;

    /// <summary>Its model.</summary>
    public string Model { get; private set; } = string.Empty;

    /// <summary>The file it was trained on.</summary>
    public string File { get; private set; } = string.Empty;

    /// <summary>A number for what a cell makes, so that cells do not meet.</summary>
    public int NextCell { get; set; }

    public static async Task<Lane> StartAsync()
    {
        TestTrainer trainer = new(free: false) { Steps = Steps };
        Lane lane = new(await TestServer.StartAsync(trainer), trainer);
        lane.File = await lane.Api.UploadAsync();
        (lane.Job, lane.Model) = await lane.TrainAsync();
        return lane;
    }

    /// <summary>Makes a job, with the lane's file, that does not go on by itself.</summary>
    public Task<string> CreateJobAsync() => Api.CreateJobAsync(new JsonObject { ["training_file"] = File });

    /// <summary>Makes a job and lets it come to its end.</summary>
    public async Task<(string Job, string Model)> TrainAsync()
    {
        string job = await CreateJobAsync();
        Trainer.Allow(Steps);
        JsonElement ended = await Api.UntilStatusAsync(job, "succeeded");
        return (job, ended.GetProperty("fine_tuned_model").GetString()!);
    }

    public async Task SetFaultsAsync(params IEnumerable<string> rules)
    {
        JsonObject body = new() { ["data"] = new JsonArray([.. rules.Select(rule => JsonValue.Create(rule))]) };
        await Server.Control.SendAsync(System.Net.Http.HttpMethod.Put, "_server/faults", body.ToJsonString());
    }

    /// <summary>How many requests the rules in force have hit.</summary>
    public async Task<long> HitsAsync() =>
        (await Server.Control.GetAsync("_server/faults"))
            .GetProperty("data")
            .EnumerateArray()
            .Sum(rule => rule.GetProperty("hits").GetInt64());

    /// <summary>All requests since the request log was cleared.</summary>
    public async Task<List<RequestLogLine>> RequestLogAsync() =>
        [
            .. (await Server.Control.GetAsync("_server/requests"))
                .GetProperty("data")
                .EnumerateArray()
                .Select(entry => new RequestLogLine(
                    entry.GetProperty("method").GetString()!,
                    entry.GetProperty("path").GetString()!,
                    entry.TryGetProperty("operation", out JsonElement operation) ? operation.GetString() : null
                )),
        ];

    public Task ClearRequestLogAsync() => Server.Control.DeleteRequestLogAsync();

    public async ValueTask DisposeAsync()
    {
        await Gate.DisposeAsync();
        await Tls.DisposeAsync();
        await Other.DisposeAsync();
        Credential.Dispose();
        Api.Dispose();
        await Server.DisposeAsync();
    }
}

/// <summary>A request, as the server's request log has it.</summary>
internal sealed record RequestLogLine(string Method, string Path, string? Operation);
