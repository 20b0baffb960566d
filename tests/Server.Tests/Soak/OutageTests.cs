using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Jobs;
using FineTuning.Core.Threading;
using FineTuning.Core.Wire;
using FineTuning.Tests.Shared;
using Xunit;
using Xunit.Abstractions;

namespace FineTuning.Server.Tests.Soak;

/// <summary>A wait and a following outlive outages of ten minutes, lose nothing and double nothing. The long form has
/// more of them.</summary>
[Collection("soak")]
[Trait("Category", SoakScale.Category)]
public sealed class OutageTests(ITestOutputHelper output)
{
    private const int Jobs = 3,
        StepsBetween = 9;

    private static readonly TimeSpan s_outage = TimeSpan.FromMinutes(10),
        s_between = TimeSpan.FromMinutes(3),
        s_timeout = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_wait_and_a_following_outlive_outages_of_ten_minutes()
    {
        int count = SoakScale.Factor;
        var schedule = Enumerable
            .Range(0, count)
            .Select(i => (Begin: (i * s_outage) + ((i + 1) * s_between), End: (i + 1) * (s_outage + s_between)))
            .ToList();
        await using OutageWorld world = await OutageWorld.StartAsync(
            schedule,
            steps: (StepsBetween * count) + 5,
            StepsBetween
        );
        List<string> ids = [];
        for (int i = 0; i < Jobs; i++)
        {
            ids.Add(await world.Api.CreateJobAsync());
        }

        List<ServiceOutage> ofWait = [],
            ofFollow = [];

        // Both have heard the server before the clock begins to turn: the wait can turn it into the first outage before
        // the following has looked once.
        using FineTuningClient waiter = await world.NewClientAsync(),
            follower = await world.NewClientAsync();
        Task<List<WaitOutcome>> waiting = WaitAsync(waiter, ids, ofWait);
        List<(string JobId, string EventId)> given = await FollowAsync(follower, ids, ofFollow).WaitAsync(s_timeout);
        List<WaitOutcome> outcomes = await waiting.WaitAsync(s_timeout);

        Assert.Equal(ids.Order(), outcomes.Select(o => o.JobId).Order());
        Assert.All(outcomes, o => Assert.Equal(JobStatus.Succeeded, o.Job?.Status));
        await AssertAllGivenAsync(world, ids, given);
        foreach (List<ServiceOutage> told in new[] { ofWait, ofFollow })
        {
            // The clock runs ahead of the network, since the wait and the following both turn it: two outages can look
            // like one, and one longer than it was. With a clock for each, JobWaiterOutageTests and
            // EventFollowerOutageTests hold the lengths.
            Assert.InRange(told.Count, 2, 2 * count);
            Assert.All(told.Where((_, i) => i % 2 == 0), o => Assert.Null(o.Length));
            double minutes = told.Where((_, i) => i % 2 == 1).Sum(o => o.Length!.Value.TotalMinutes);
            Assert.InRange(minutes, 9 * count, world.Clock.Elapsed.TotalMinutes);
        }

        output.WriteLine(
            $"{count} outages of {s_outage.TotalMinutes:0} minutes: {Jobs} jobs awaited, {given.Count} events given, "
                + $"0 lost, 0 doubled, "
                + $"{world.Clock.Delays.Count} pauses in {world.Clock.Elapsed.TotalHours:0.0} hours of the clock"
        );
    }

    [Fact]
    public async Task A_wait_and_a_following_that_begin_in_an_outage_outlive_it()
    {
        await using OutageWorld world = await OutageWorld.StartAsync(
            [(s_between, s_between + s_outage)],
            steps: 20,
            stepsBetween: StepsBetween
        );
        List<string> ids = [];
        for (int i = 0; i < Jobs; i++)
        {
            ids.Add(await world.Api.CreateJobAsync());
        }

        using FineTuningClient client = await world.NewClientAsync();
        await world.Clock.DelayAsync(s_between, CancellationToken.None);
        Assert.False(world.IsUp);

        List<ServiceOutage> ofWait = [],
            ofFollow = [];
        Task<List<WaitOutcome>> waiting = WaitAsync(client, ids, ofWait);
        List<(string JobId, string EventId)> given = await FollowAsync(client, ids, ofFollow).WaitAsync(s_timeout);
        List<WaitOutcome> outcomes = await waiting.WaitAsync(s_timeout);

        Assert.All(outcomes, o => Assert.Equal(JobStatus.Succeeded, o.Job?.Status));
        Assert.Equal(Jobs, outcomes.Count);
        await AssertAllGivenAsync(world, ids, given);
    }

    [Fact]
    public async Task A_time_out_within_an_outage_ends_the_wait_with_the_reason()
    {
        await using OutageWorld world = await OutageWorld.StartAsync(
            [(s_between, s_between + s_outage)],
            steps: 20,
            stepsBetween: 4
        );
        string id = await world.Api.CreateJobAsync();
        using FineTuningClient client = await world.NewClientAsync();
        var options = new WaitOptions { Timeout = TimeSpan.FromMinutes(5) };
        WaitOutcome outcome = await new JobWaiter(client, options)
            .WaitAsync([id])
            .FirstAsync()
            .AsTask()
            .WaitAsync(s_timeout);

        Assert.True(outcome.TimedOut);
        Assert.False(outcome.Job!.Status.IsFinished);
        Assert.Equal(ApiErrorKind.ConnectionFailed, outcome.Outage!.Kind);
        Assert.InRange(world.Clock.Elapsed.TotalMinutes, 5, 5.5);
    }

    private static async Task AssertAllGivenAsync(
        OutageWorld world,
        List<string> ids,
        List<(string JobId, string EventId)> given
    )
    {
        foreach (string id in ids)
        {
            IEnumerable<string> all = (await world.Api.EventsAsync(id))
                .Select(e => e.GetProperty("id").GetString()!)
                .Reverse();
            Assert.Equal(all, given.Where(g => g.JobId == id).Select(g => g.EventId));
        }
    }

    private static async Task<List<WaitOutcome>> WaitAsync(
        FineTuningClient client,
        List<string> ids,
        List<ServiceOutage> outages
    )
    {
        var options = new WaitOptions { Outages = new SynchronousProgress<ServiceOutage>(outages.Add) };
        return await new JobWaiter(client, options).WaitAsync(ids).ToListAsync();
    }

    private static async Task<List<(string JobId, string EventId)>> FollowAsync(
        FineTuningClient client,
        List<string> ids,
        List<ServiceOutage> outages
    )
    {
        var options = new FollowOptions { Outages = new SynchronousProgress<ServiceOutage>(outages.Add) };
        List<(string JobId, string EventId)> given = [];
        await foreach (FollowedEvent item in new EventFollower(client).FollowAsync(ids, options))
        {
            Assert.Null(item.Failure);
            if (item.Event is not null)
            {
                given.Add((item.JobId, item.Event.Id));
            }
        }

        return given;
    }
}
