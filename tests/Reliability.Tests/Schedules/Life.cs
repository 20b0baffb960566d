using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Files.Uploading;
using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Reliability.Tests.Schedules;

/// <summary>
/// A user who uploads a file, creates a job, and waits for it and follows it at the same time; and who does what the
/// errors say: a command that certainly did nothing is repeated, one that may have worked is looked after.
/// </summary>
internal sealed class Life(Schedule schedule, World world, string folder)
{
    // What passes has passed by then: the rules of a schedule hit about a hundred times in all.
    private const int MaxCommands = 60;

    private static readonly string s_content = Api.ChatLines(12);

    /// <summary>Commands that were repeated.</summary>
    public int Repeats { get; private set; }

    /// <summary>Creations that ended in an error which said that they may have worked.</summary>
    public int OpenEnds { get; private set; }

    public async Task RunAsync()
    {
        string file = await UploadAsync();
        string? job = await CreateAsync(file);
        List<string> followed = job is null ? [] : await WaitAndFollowAsync(job);
        await world.CalmAsync();
        Assert.Equal(s_content, await world.Api.Http.GetStringAsync($"files/{file}/content"));
        Assert.Equal(job is null ? [] : [job], Jobs());
        Assert.Equal(world.PollResult("SELECT group_concat(id) FROM (SELECT id FROM events ORDER BY seq)"), followed);
    }

    private async Task<List<string>> WaitAndFollowAsync(string job)
    {
        Task waiting = WaitAsync(job);
        if (schedule.FollowsLate)
        {
            await waiting;
        }

        Task<List<string>> following = FollowAsync(job);
        await Task.WhenAll(waiting, following);
        return await following;
    }

    private string[] Jobs() => world.PollResult("SELECT group_concat(id) FROM jobs");

    private Task<string> UploadAsync() =>
        RepeatAsync(async client =>
        {
            string path = Path.Combine(folder, "train.jsonl");
            if (!File.Exists(path))
            {
                File.WriteAllText(path, s_content);
            }

            var options = new UploadOptions
            {
                PartBytes = schedule.InParts ? 300 : null,
                StateFolder = Path.Combine(folder, "state"),
            };
            return (await new FileUploader(client, options).UploadAsync(path)).File.Id;
        });

    /// <returns>The job; null if the creation may have worked and did not.</returns>
    private async Task<string?> CreateAsync(string file)
    {
        var request = new JobCreateRequest { Model = "gpt-4o-mini", TrainingFile = file };
        bool wasTold = false;
        for (int command = 1; ; command++)
        {
            using FineTuningClient client = world.NewClient();
            try
            {
                return (await new JobCreator(client).CreateAsync(request, schedule.Key)).Job.Id;
            }
            catch (FineTuningApiException e) when (command < MaxCommands)
            {
                Repeats++;
                wasTold |= e.MayHaveWorked;
                if (!e.MayHaveWorked)
                {
                    // Who is told that nothing happened repeats the command, so it must be so; what a command before it
                    // may have done was told.
                    Assert.True(
                        wasTold || Jobs().Length == 0,
                        $"The error does not say that it may have worked: {e.Message}"
                    );
                }
                else if (schedule.Key is null)
                {
                    OpenEnds++;
                    return LookAfter(e);
                }
            }
        }
    }

    /// <summary>What the error advises: a look for the token.</summary>
    private string? LookAfter(FineTuningApiException error)
    {
        Assert.NotNull(error.RequestToken);
        Assert.Contains(error.RequestToken, error.Message, StringComparison.Ordinal);
        string[] found = world.PollResult(
            "SELECT group_concat(id) FROM jobs JOIN job_metadata ON job_seq = seq "
                + $"WHERE key = '{JobMetadata.TokenName}' AND value = '{error.RequestToken}'"
        );
        Assert.Equal(Jobs(), found);
        return found.SingleOrDefault();
    }

    private async Task WaitAsync(string job)
    {
        JobResource ended = await RepeatAsync(async client =>
        {
            bool begun = false;
            var progress = new Reporter(() => begun = true);

            // Who follows late is to meet the faults of the events himself.
            var options = new WaitOptions { Timeout = TimeSpan.FromDays(2), ReadMetrics = !schedule.FollowsLate };
            WaitOutcome? only = null;
            await foreach (WaitOutcome outcome in new JobWaiter(client, options).WaitAsync([job], progress))
            {
                Assert.Null(only);
                only = outcome;
            }

            Assert.False(only!.TimedOut);
            Assert.False(
                only.Failure?.IsTransient == true && begun,
                $"An outage ended the wait: {only.Failure?.Message}"
            );
            return only.Failure is null ? only.Job! : throw only.Failure;
        });
        Assert.Equal((job, JobStatus.Succeeded), (ended.Id, ended.Status));
        Assert.NotNull(ended.FineTunedModel);
        Assert.NotNull(ended.FinishedAt);
    }

    private async Task<List<string>> FollowAsync(string job)
    {
        List<string> seen = [];
        return await RepeatAsync(async client =>
        {
            int before = seen.Count;
            try
            {
                await foreach (EventResource item in new EventFollower(client).FollowAsync(job, seen.LastOrDefault()))
                {
                    seen.Add(item.Id);
                }
            }
            catch (FineTuningApiException e) when (e.IsTransient && seen.Count > before)
            {
                Assert.Fail($"An outage ended the following: {e.Message}");
            }

            return seen;
        });
    }

    /// <summary>Runs a command until it works, as somebody does whose network comes and goes.</summary>
    private async Task<T> RepeatAsync<T>(Func<FineTuningClient, Task<T>> run)
    {
        for (int command = 1; ; command++)
        {
            using FineTuningClient client = world.NewClient();
            try
            {
                return await run(client);
            }
            catch (Exception e) when (e is FineTuningApiException or UploadException && command < MaxCommands)
            {
                Repeats++;
            }
        }
    }

    private sealed class Reporter(Action saw) : IProgress<WaitProgress>
    {
        public void Report(WaitProgress value)
        {
            if (value.Job is not null)
            {
                saw();
            }
        }
    }
}
