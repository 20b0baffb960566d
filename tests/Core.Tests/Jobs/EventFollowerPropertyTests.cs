using System.Globalization;
using FineTuning.Core.Client;
using FineTuning.Core.Jobs;
using FineTuning.Core.Tests.Support;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Jobs;

/// <summary>Whatever a service does, the events of its jobs are given in full and in order.</summary>
public sealed class EventFollowerPropertyTests
{
    private const int Jobs = 3,
        LastRound = 25;

    private static readonly string[] s_data =
    [
        "",
        ""","data":null""",
        ""","data":{}""",
        ""","data":[1,"a"]""",
        ""","data":"words" """,
        ""","data":{"step":1,"train_loss":4.77e-06}""",
    ];

    [Fact]
    public async Task Every_event_comes_once_and_in_order_through_bursts_outages_and_restarts()
    {
        for (int seed = 1; seed <= 30; seed++)
        {
            await CheckAsync(seed);
        }
    }

    private static async Task CheckAsync(int seed)
    {
        var random = new Random(seed);
        var clock = new TestClock();
        var service = new FakeService
        {
            PageSize = random.Next(3) switch
            {
                0 => random.Next(1, 8),
                1 => 25,
                _ => 100,
            },
        };
        string[] ids = [.. Enumerable.Range(0, Jobs).Select(i => "job" + i)];
        Dictionary<string, List<string>> expected = ids.ToDictionary(id => id, _ => new List<string>());
        var random2 = new Random(seed + 1000);
        foreach (string id in ids)
        {
            service.SetJob(id, "running");
            Add(id, random.Next(150));
        }

        int round = 0;
        clock.OnDelay = (_, _) =>
        {
            round++;
            foreach (string id in ids)
            {
                int end = LastRound + (id[^1] - '0');
                if (round < end && random.Next(3) == 0)
                {
                    Add(id, random.Next(6) == 0 ? random.Next(100, 260) : random.Next(4));
                }
                else if (round == end)
                {
                    // The status first, and the last word with it or after the next look.
                    service.SetJob(id, random.Next(2) == 0 ? "succeeded" : "failed");
                }
                else if (round == end + 1)
                {
                    Add(id, random.Next(3));
                }
            }

            return Task.CompletedTask;
        };

        int faults = 40 + random.Next(200);
        service.Before = _ =>
        {
            lock (random2)
            {
                if (faults == 0 || random2.Next(3) > 0)
                {
                    return null;
                }

                faults--;
                return random2.Next(4) switch
                {
                    0 => Reply.Reset,
                    1 => Reply.Error(503),
                    2 => Reply.Error(429),
                    _ => Reply.Json("<html>"),
                };
            }
        };

        await using StubServer server = service.Serve();
        using FineTuningClient client = Testing.Client(server, clock);
        Dictionary<string, List<string>> given = ids.ToDictionary(id => id, _ => new List<string>());
        int stops = random.Next(5);
        bool hasEnded = false;
        while (!hasEnded)
        {
            // Each time at another event, the following is given up and begun anew after the last event of each job.
            int until = stops-- > 0 ? random.Next(1, 300) : int.MaxValue;
            hasEnded = true;
            string[] begun = [.. ids.Where(id => given[id].Count > 0)],
                fresh = [.. ids.Except(begun)];
            foreach (
                (string[] jobs, string[]? after) in new[]
                {
                    (fresh, null),
                    (begun, begun.Select(id => given[id][^1]).ToArray()),
                }
            )
            {
                var options = new FollowOptions { WasReached = true, After = after };
                await foreach (
                    FollowedEvent item in new EventFollower(client).FollowAsync(jobs, options).WithCancellation(default)
                )
                {
                    Assert.Null(item.Failure);
                    if (item.Event is not null)
                    {
                        given[item.JobId].Add(item.Event.Id);
                        if (--until <= 0)
                        {
                            hasEnded = false;
                            break;
                        }
                    }
                }
            }
        }

        foreach (string id in ids)
        {
            Assert.True(
                expected[id].SequenceEqual(given[id]),
                $"Seed {seed}, {id}: {expected[id].Count} events, {given[id].Count} given."
            );
        }

        void Add(string job, int count)
        {
            for (int i = 0; i < count; i++)
            {
                string id = string.Create(CultureInfo.InvariantCulture, $"{job}-{expected[job].Count}");
                expected[job].Add(id);
                service.AddEvent(
                    id,
                    expected[job].Count / 50,
                    random.Next(2) == 0 ? "same" : "m" + i,
                    s_data[random.Next(s_data.Length)],
                    job
                );
            }
        }
    }
}
