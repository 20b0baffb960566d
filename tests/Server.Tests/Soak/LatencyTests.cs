using System.Diagnostics;
using System.Text.Json.Nodes;
using FineTuning.Server.Tests.Support;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;
using Xunit.Abstractions;

namespace FineTuning.Server.Tests.Soak;

/// <summary>Training on every core must not starve the API. The short form asks for answers at all; the long one
/// compares times.</summary>
[Collection("soak")]
[Trait("Category", SoakScale.Category)]
public sealed class LatencyTests(ITestOutputHelper output) : IDisposable
{
    private const int Trainers = 2,
        ShortRequests = 20;

    /// <summary>A request waits a little for a core that trains; a starved one would wait for a step or for all of
    /// them.</summary>
    private static readonly TimeSpan s_mostMedian = TimeSpan.FromMilliseconds(50),
        s_mostWorst = TimeSpan.FromSeconds(2);
    private readonly string _folder = TestServer.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Jobs_that_train_on_all_cores_leave_the_api_answering()
    {
        await using ServerProcess server = await ServerProcess.StartAsync(
            "--data",
            _folder,
            "--trainers",
            $"{Trainers}"
        );
        string file = await server.Api.UploadAsync(Api.ChatLines(SoakScale.IsLong ? 60_000 : 6000));
        string small = await server.Api.CreateJobAsync();
        await server.Api.UntilStatusAsync(small, "succeeded");
        (TimeSpan idle, TimeSpan idleWorst) = await MeasureAsync(server.Api, small);

        List<string> jobs = [];
        for (int i = 0; i < Trainers; i++)
        {
            jobs.Add(
                await server.Api.CreateJobAsync(
                    new JsonObject
                    {
                        ["training_file"] = file,
                        ["hyperparameters"] = new JsonObject { ["n_epochs"] = 50, ["batch_size"] = 64 },
                    }
                )
            );
        }

        foreach (string job in jobs)
        {
            await Until.TrueAsync($"job {job} trains", async () => (await server.Api.EventsAsync(job)).Count > 10);
        }

        (TimeSpan busy, TimeSpan busyWorst) = await MeasureAsync(server.Api, small);
        foreach (string job in jobs)
        {
            Assert.Equal("running", await server.Api.StatusAsync(job));
            await server.Api.PostAsync($"fine_tuning/jobs/{job}/cancel");
        }

        output.WriteLine(
            $"GET job: median {idle.TotalMilliseconds:0.00} ms idle and {busy.TotalMilliseconds:0.00} ms with "
                + $"{Trainers} jobs in training, "
                + $"ratio {busy / idle:0.0}; worst {idleWorst.TotalMilliseconds:0.0} ms and "
                + $"{busyWorst.TotalMilliseconds:0.0} ms"
        );
        if (SoakScale.IsLong)
        {
            Assert.True(busy < s_mostMedian, $"The median is {busy.TotalMilliseconds:0.00} ms while jobs train.");
            Assert.True(
                busyWorst < s_mostWorst,
                $"The worst is {busyWorst.TotalMilliseconds:0.0} ms while jobs train."
            );
        }
    }

    private static async Task<(TimeSpan Median, TimeSpan Worst)> MeasureAsync(Api api, string job)
    {
        var times = new TimeSpan[ShortRequests * SoakScale.Factor];
        for (int i = 0; i < times.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await api.JobAsync(job);
            times[i] = Stopwatch.GetElapsedTime(start);
        }

        Array.Sort(times);
        return (times[times.Length / 2], times[^1]);
    }
}
