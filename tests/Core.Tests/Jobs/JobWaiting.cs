using FineTuning.Core.Client;
using FineTuning.Core.Jobs;
using FineTuning.Core.Tests.Support;
using FineTuning.Tests.Shared;

namespace FineTuning.Core.Tests.Jobs;

/// <summary>Waits for jobs of a fake service, by a clock that turns by itself.</summary>
public abstract class JobWaiting
{
    private protected FakeService Service { get; } = new();
    private protected TestClock Clock { get; } = new();

    protected void FinishAfter(TimeSpan time, params string[] ids) =>
        Clock.OnDelay = (_, _) =>
        {
            if (Clock.Elapsed >= time)
            {
                foreach (string id in ids)
                {
                    Service.SetJob(id, "succeeded");
                }
            }

            return Task.CompletedTask;
        };

    protected Task<List<WaitOutcome>> WaitAsync(params string[] ids) => WaitAsync(ids, null);

    protected async Task<List<WaitOutcome>> WaitAsync(
        string[] ids,
        WaitOptions? options,
        IProgress<WaitProgress>? progress = null
    )
    {
        await using StubServer server = Service.Serve();
        using FineTuningClient client = Testing.Client(server, Clock);
        return await new JobWaiter(client, options)
            .WaitAsync(ids, progress)
            .ToListAsync()
            .AsTask()
            .WaitAsync(Testing.Timeout);
    }
}
