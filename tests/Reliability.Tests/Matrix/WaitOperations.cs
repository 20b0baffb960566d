using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>What lasts as long as a job does.</summary>
internal static class WaitOperations
{
    // The job is let to its end at this delay of the clock: some looks come before, some after.
    private const int GoesOnAt = 3;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(20);

    public static IReadOnlyList<Operation> All { get; } =
    [
        Make(Section.Waits, "from the first look on, where nothing was heard before", "GetJob", WaitAsync) with
        {
            IsUnheard = true,
        },
        Make(Section.Waits, "from the first look on, where the service was heard", "GetJob", WaitAsync),
        Make(Section.Waits, "later", "GetJob", WaitAsync) with
        {
            BeginsLater = true,
        },
        Make(Section.Follows, "from the first look on, where nothing was heard before", "GetJob", FollowAsync) with
        {
            IsUnheard = true,
        },
        Make(Section.Follows, "from the first look on, where the service was heard", "GetJob", FollowAsync),
        Make(Section.Follows, "later, at the job", "GetJob", FollowAsync) with
        {
            BeginsLater = true,
        },
        Make(Section.Follows, "later, at the events", "ListEvents", FollowAsync) with
        {
            BeginsLater = true,
        },
    ];

    private static Operation Make(Section section, string name, string point, Func<Cell, Task> run) =>
        new(section, name, point)
        {
            Prepare = PrepareAsync,
            Run = run,
            Waits = true,
        };

    private static async Task PrepareAsync(Cell cell)
    {
        cell.Id = await cell.Lane.CreateJobAsync();
        int allowed = 0;
        cell.OnDelay = number =>
        {
            if (number == GoesOnAt && Interlocked.Exchange(ref allowed, 1) == 0)
            {
                cell.Lane.Trainer.Allow(Lane.Steps);
            }
        };
        cell.CleanUp = async () =>
        {
            // Its steps must not be left to the next job.
            if (Interlocked.Exchange(ref allowed, 1) == 0)
            {
                cell.Lane.Trainer.Allow(Lane.Steps);
            }

            await cell.Lane.Api.UntilStatusAsync(cell.Id, "succeeded");
        };
    }

    private static async Task WaitAsync(Cell cell)
    {
        var waiter = new JobWaiter(
            cell.Client,
            new WaitOptions { Timeout = TimeSpan.FromDays(1), PollInterval = s_interval }
        );
        List<WaitOutcome> outcomes = [];
        await foreach (WaitOutcome outcome in waiter.WaitAsync([cell.Id]))
        {
            outcomes.Add(outcome);
        }

        WaitOutcome only = Assert.Single(outcomes);
        if (only.Failure is not null)
        {
            throw only.Failure;
        }

        Assert.False(only.TimedOut);
        Assert.Equal((cell.Id, JobStatus.Succeeded), (only.Job!.Id, only.Job.Status));
        Assert.NotNull(only.Job.FineTunedModel);
    }

    private static async Task FollowAsync(Cell cell)
    {
        List<string> seen = [];
        await foreach (EventResource item in new EventFollower(cell.Client, s_interval).FollowAsync(cell.Id))
        {
            seen.Add(item.Id);
        }

        cell.Verify = async () =>
        {
            List<string> all =
            [
                .. (await cell.Lane.Api.EventsAsync(cell.Id)).Select(item => item.GetProperty("id").GetString()!),
            ];
            all.Reverse();
            Assert.Equal(all, seen);
        };
    }
}
