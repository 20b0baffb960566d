using System.Net;
using System.Text.Json.Nodes;
using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Reliability.Tests.Support;
using FineTuning.Tests.Shared.Server;

namespace FineTuning.Reliability.Tests.Schedules;

/// <summary>The server of one schedule, what stands in the way to it, and the clients that meet it.</summary>
internal sealed class World : IAsyncDisposable
{
    // Real: what hangs costs this much. Requests that are only slow are then repeated too, which the schedules must
    // bear.
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(2);

    private readonly Schedule _schedule;
    private readonly ApiCredential _credential = new KeyCredential(
        new NetworkCredential(string.Empty, "sk-test").SecurePassword
    );
    private readonly SemaphoreSlim _turn = new(1);
    private TestServer _server;
    private int _delays;
    private bool _restarted;
    private bool _isCalm;

    private World(Schedule schedule, TestServer server)
    {
        (_schedule, _server) = (schedule, server);
        Gate = new Gate(server.Host.Url);
    }

    public Gate Gate { get; }

    /// <summary>A way to the server around the gate, but not around its fault rules.</summary>
    public Api Api => _server.Api;

    public static async Task<World> StartAsync(Schedule schedule)
    {
        World world = new(schedule, await TestServer.StartAsync(NewTrainer(schedule)));
        await world.SetFaultsAsync();
        return world;
    }

    /// <summary>A client with connections and a clock of its own, as every command has.</summary>
    public FineTuningClient NewClient() =>
        new(
            new ClientOptions
            {
                Endpoint = Gate.Url,
                Clock = new SkippingClock { OnDelay = _ => OnDelayAsync() },
                Timeout = s_timeout,
            },
            _credential
        );

    /// <summary>No more faults: for a look at what has become of it all.</summary>
    public async Task CalmAsync()
    {
        await _turn.WaitAsync();
        _isCalm = true;
        Gate.Open();
        await _server.Control.SendAsync(HttpMethod.Put, "_server/faults", """{"data":[]}""");
        _turn.Release();
    }

    /// <summary>What is in the server's database, whatever its answers say.</summary>
    /// <param name="query">Selects one text with commas in it.</param>
    public string[] PollResult(string query) =>
        (_server.Sql(query) as string ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries);

    public async ValueTask DisposeAsync()
    {
        await Gate.DisposeAsync();
        await _server.DisposeAsync();
        _credential.Dispose();
        _turn.Dispose();
    }

    private static TestTrainer NewTrainer(Schedule schedule) => new() { Steps = schedule.Steps };

    private Task SetFaultsAsync() =>
        _server.Control.SendAsync(
            HttpMethod.Put,
            "_server/faults",
            new JsonObject
            {
                ["data"] = new JsonArray([.. _schedule.Rules.Select(rule => JsonValue.Create(rule))]),
            }.ToJsonString()
        );

    /// <summary>Each delay of each clock is a moment of the schedule.</summary>
    private async Task OnDelayAsync()
    {
        await _turn.WaitAsync();
        try
        {
            int moment = ++_delays;
            if (_isCalm)
            {
                return;
            }

            if (_schedule.Outages.Any(outage => moment >= outage.At && moment < outage.At + outage.For))
            {
                Gate.Close();
            }
            else
            {
                Gate.Open();
            }

            if (moment >= _schedule.RestartAt && !_restarted)
            {
                _restarted = true;
                _server = await _server.RestartAsync(NewTrainer(_schedule));
                Gate.ServerPort = new Uri(_server.Host.Url).Port;
                await SetFaultsAsync();
            }
        }
        finally
        {
            _turn.Release();
        }
    }
}
