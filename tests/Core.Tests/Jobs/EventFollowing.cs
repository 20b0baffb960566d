using FineTuning.Core.Client;
using FineTuning.Core.Jobs;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using FineTuning.Tests.Shared;

namespace FineTuning.Core.Tests.Jobs;

/// <summary>Follows a job of a fake service, by a clock that turns by itself.</summary>
public abstract class EventFollowing
{
    private protected FakeService Service { get; } = new();
    private protected TestClock Clock { get; } = new();

    protected string[] Add(int start, int count)
    {
        string[] ids = [.. Enumerable.Range(start, count).Select(i => "e" + i)];
        foreach (string id in ids)
        {
            Service.AddEvent(id);
        }

        return ids;
    }

    protected async Task<List<string>> FollowAsync(
        string? after = null,
        IProgress<ServiceOutage>? outage = null,
        TimeSpan? interval = null
    )
    {
        await using StubServer server = Service.Serve();
        using FineTuningClient client = Testing.Client(server, Clock);
        List<EventResource> items = await new EventFollower(client, interval)
            .FollowAsync("j", after, outage)
            .ToListAsync()
            .AsTask()
            .WaitAsync(Testing.Timeout);
        return [.. items.Select(i => i.Id)];
    }
}
