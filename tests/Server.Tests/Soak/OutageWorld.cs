using System.Net;
using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Server.Hosting;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;

namespace FineTuning.Server.Tests.Soak;

/// <summary>
/// A real server that is stopped and started again on its port and folder when a client's clock says so. The clock
/// turns by itself, so that ten minutes of polling take seconds; every poll of the outage is a real one that nobody
/// answers.
/// </summary>
internal sealed class OutageWorld : IAsyncDisposable
{
    private readonly string _folder = TestServer.NewFolder();
    private readonly ApiCredential _credential = new KeyCredential(
        new NetworkCredential(string.Empty, "sk-test-0123456789").SecurePassword
    );
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Queue<(TimeSpan Begin, TimeSpan End)> _outages;
    private readonly int _stepsBetween;
    private ListenAddress _address = ListenAddress.Default;
    private TestServer? _server;

    private OutageWorld(IEnumerable<(TimeSpan Begin, TimeSpan End)> outages, int stepsBetween)
    {
        _outages = new Queue<(TimeSpan Begin, TimeSpan End)>(outages);
        _stepsBetween = stepsBetween;
        Clock.OnDelay = (_, _) => TurnAsync();
    }

    public TestClock Clock { get; } = new() { MaxDelays = 20_000 * SoakScale.Factor };

    public TestTrainer Trainer { get; private init; } = null!;

    public bool IsUp => _server is not null;

    public Api Api => _server!.Api;

    /// <summary>Starts the server.</summary>
    /// <param name="outages">When it is away, by the clock; after the last one all jobs train to their end.</param>
    /// <param name="steps">Steps of each job.</param>
    /// <param name="stepsBetween">Steps that are trained, over all jobs, before each outage.</param>
    public static async Task<OutageWorld> StartAsync(
        IEnumerable<(TimeSpan Begin, TimeSpan End)> outages,
        int steps,
        int stepsBetween
    )
    {
        OutageWorld world = new(outages, stepsBetween) { Trainer = new TestTrainer(free: false) { Steps = steps } };
        await world.UpAsync();
        world._address = new ListenAddress(IPAddress.Loopback, new Uri(world._server!.Host.Url).Port);
        return world;
    }

    /// <summary>A client that has heard the server, as that of a user has who has created a job.</summary>
    public async Task<FineTuningClient> NewClientAsync()
    {
        FineTuningClient client = new(
            new ClientOptions { Endpoint = new Uri(_server!.Host.Url), Clock = Clock },
            _credential
        );
        await client.ListJobsAsync();
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await DownAsync();
        _credential.Dispose();
        _turn.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Runs at every delay of a client.</summary>
    private async Task TurnAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (_outages.Count == 0)
            {
                return;
            }

            (TimeSpan begin, TimeSpan end) = _outages.Peek();
            if (_server is not null && Clock.Elapsed >= begin)
            {
                // Something is told that nobody has read yet, and then nobody can.
                int until = Volatile.Read(ref Trainer.StepsDone) + _stepsBetween;
                Trainer.Allow(_stepsBetween);
                await Until.TrueAsync("the steps are done", () => Volatile.Read(ref Trainer.StepsDone) >= until);
                await DownAsync();
            }
            else if (_server is null && Clock.Elapsed >= end)
            {
                _outages.Dequeue();
                await UpAsync();
                if (_outages.Count == 0)
                {
                    Trainer.Allow(1_000_000);
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task UpAsync() =>
        _server = await TestServer.StartAsync(
            Trainer,
            folder: _folder,
            configure: options => options with { Listen = _address, Trainers = 4 }
        );

    private async Task DownAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
            _server = null;
        }
    }
}
