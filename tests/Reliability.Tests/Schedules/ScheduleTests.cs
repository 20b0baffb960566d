using System.Collections.Concurrent;
using System.Diagnostics;
using FineTuning.Tests.Shared;
using Xunit;
using Xunit.Abstractions;

namespace FineTuning.Reliability.Tests.Schedules;

/// <summary>Lives of jobs through random faults: exactly one job each, all events once, and each wait ends with the
/// job.</summary>
[Collection("one at a time")]
[Trait("Category", SoakScale.Category)]
public sealed class ScheduleTests(ITestOutputHelper output)
{
    private const int AtOnce = 6;

    private static readonly int s_count = 25 * SoakScale.Factor;
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Any_schedule_of_faults_ends_with_one_job_and_all_of_its_events()
    {
        long start = Stopwatch.GetTimestamp();
        int repeats = 0,
            openEnds = 0;
        ConcurrentQueue<string> failures = new();
        await Parallel.ForEachAsync(
            Enumerable.Range(SoakScale.Seed, s_count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (seed, _) =>
            {
                Schedule schedule = new(seed);
                string folder = Directory.CreateTempSubdirectory("schedule-").FullName;
                try
                {
                    await using World world = await World.StartAsync(schedule);
                    Life life = new(schedule, world, folder);
                    await life.RunAsync().WaitAsync(s_timeout);
                    lock (failures)
                    {
                        repeats += life.Repeats;
                        openEnds += life.OpenEnds;
                    }
                }
                catch (Exception e)
                {
                    failures.Enqueue($"{schedule}\n    {e}");
                }
                finally
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
        );
        output.WriteLine(
            $"{s_count} schedules from seed {SoakScale.Seed} in {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s: "
                + $"{failures.Count} failed, "
                + $"{repeats} commands repeated, {openEnds} creations that said they may have worked"
        );
        Assert.True(
            failures.IsEmpty,
            $"{failures.Count} of {s_count} schedules; {SoakScale.SeedVariable} set to one's seed runs it "
                + $"first.\n{string.Join('\n', failures)}"
        );
    }
}
