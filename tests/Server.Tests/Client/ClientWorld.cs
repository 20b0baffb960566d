using System.Net;
using System.Text.Json.Nodes;
using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;

namespace FineTuning.Server.Tests.Client;

/// <summary>A real server, and Core's client of it with a clock that turns by itself.</summary>
internal sealed class ClientWorld : IAsyncDisposable
{
    private readonly ApiCredential _credential;

    private ClientWorld(TestServer server)
    {
        Server = server;

        // An admin's, for permissions.
        _credential = new KeyCredential(new NetworkCredential(string.Empty, "sk-admin-test-0123456789").SecurePassword);
        Client = NewClient();
    }

    public TestServer Server { get; }

    public TestClock Clock { get; } = new();

    public FineTuningClient Client { get; }

    public static async Task<ClientWorld> StartAsync(
        TestTrainer? trainer = null,
        Func<ServerOptions, ServerOptions>? configure = null
    ) => new(await TestServer.StartAsync(trainer, configure: configure));

    /// <param name="change">Changes the options.</param>
    public FineTuningClient NewClient(Func<ClientOptions, ClientOptions>? change = null)
    {
        var options = new ClientOptions { Endpoint = new Uri(Server.Host.Url), Clock = Clock };
        return new FineTuningClient(change?.Invoke(options) ?? options, _credential);
    }

    public Task FaultAsync(string rule) =>
        Server.Control.PostAsync("_server/faults", new JsonObject { ["rule"] = rule }.ToJsonString());

    public async Task<List<JobResource>> JobsAsync()
    {
        List<JobResource> jobs = [];
        await foreach (JobResource job in Client.EnumerateJobsAsync())
        {
            jobs.Add(job);
        }

        return jobs;
    }

    /// <summary>How many requests of an operation came.</summary>
    public async Task<int> CountAsync(string operation) =>
        (await Server.Control.GetAsync("_server/requests"))
            .GetProperty("data")
            .EnumerateArray()
            .Count(request => request.GetProperty("operation").GetString() == operation);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _credential.Dispose();
        await Server.DisposeAsync();
    }
}
