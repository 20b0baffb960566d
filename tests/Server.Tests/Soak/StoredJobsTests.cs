using System.Diagnostics;
using System.Text.Json;
using FineTuning.Server.Requests;
using FineTuning.Server.Storage;
using FineTuning.Server.Tests.Support;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;
using Xunit.Abstractions;

namespace FineTuning.Server.Tests.Soak;

/// <summary>
/// A page costs the same however many jobs are stored. The short form counts what SQLite does; the long one measures it
/// over HTTP too.
/// </summary>
[Collection("soak")]
[Trait("Category", SoakScale.Category)]
public sealed class StoredJobsTests(ITestOutputHelper output) : IDisposable
{
    private const int Page = 100,
        Rounds = 200,
        Starts = 5;
    private const double MaxRatio = 1.5;

    /// <summary>1,000 and 100,000 in the long form.</summary>
    private static readonly int s_few = SoakScale.IsLong ? 1000 : 600,
        s_many = SoakScale.IsLong ? 2500 * SoakScale.Factor : 2000;

    private static readonly TimeSpan s_longestStart = TimeSpan.FromSeconds(2);
    private readonly string _few = TestServer.NewFolder(),
        _many = TestServer.NewFolder();

    public void Dispose()
    {
        Directory.Delete(_few, recursive: true);
        Directory.Delete(_many, recursive: true);
    }

    [Fact]
    public async Task A_page_costs_the_same_however_many_jobs_are_stored()
    {
        (string First, string Last) few = await StoredJobs.FillAsync(_few, s_few, s_few),
            many = await StoredJobs.FillAsync(_many, s_many, s_many);
        CompareWork();
        if (SoakScale.IsLong)
        {
            await CompareTimesAsync(few, many);
            await CompareStartsAsync();
        }
    }

    private static ListQuery First => new(Page, null);

    private static ListQuery After(Session session, string table, int seq) =>
        new(Page, (string)session.Scalar($"SELECT id FROM {table} WHERE seq = $1", seq)!);

    private void CompareWork()
    {
        using SqliteWork few = new(_few),
            many = new(_many);
        foreach (
            (string name, Action<Session, int> work) in new (string, Action<Session, int>)[]
            {
                ("jobs, first page", (session, _) => JobStore.List(session, First)),
                ("jobs, last page", (session, _) => JobStore.List(session, After(session, "jobs", Page + 1))),
                ("jobs by metadata", (session, _) => JobStore.List(session, First, [new("team", "team-3")])),
                (
                    "jobs by a common and a rare metadata",
                    (session, _) => JobStore.List(session, First, [new("team", "team-2"), new("number", "7")])
                ),
                ("jobs without metadata", (session, _) => JobStore.List(session, First, withoutMetadata: true)),
                ("files, last page", (session, _) => FileStore.List(session, After(session, "files", Page + 1))),
                ("files by purpose", (session, _) => FileStore.List(session, First, "fine-tune-results")),
                ("events, first page", (session, count) => EventStore.List(session, First, count)),
                (
                    "events, last page",
                    (session, count) =>
                        EventStore.List(
                            session,
                            After(session, "events", (StoredJobs.EventsPerJob * count) + Page),
                            count
                        )
                ),
                ("health", (session, _) => JobStore.Count(session)),
                (
                    "work to do",
                    (session, _) =>
                        Assert.Equal(
                            (0, 0),
                            (JobStore.ToTrain(session, 1).Count, JobStore.ToValidate(session, 1).Count)
                        )
                ),
            }
        )
        {
            long small = few.Of(session => work(session, s_few)),
                large = many.Of(session => work(session, s_many));
            output.WriteLine($"{name}: {small} SQLite instructions at {s_few} jobs, {large} at {s_many}");
            Assert.True(
                large <= small * MaxRatio,
                $"{name}: {small} SQLite instructions at {s_few} jobs, {large} at {s_many}."
            );
        }
    }

    private async Task CompareTimesAsync((string First, string Last) few, (string First, string Last) many)
    {
        await using ServerProcess small = await ServerProcess.StartAsync("--data", _few),
            large = await ServerProcess.StartAsync("--data", _many);
        foreach (
            (string name, Func<ServerProcess, (string First, string Last), Task<string>> path) in new (
                string,
                Func<ServerProcess, (string, string), Task<string>>
            )[]
            {
                ("jobs, first page", (_, _) => Task.FromResult($"fine_tuning/jobs?limit={Page}")),
                (
                    "jobs, last page",
                    async (server, ids) => $"fine_tuning/jobs?limit={Page}&after={await CursorAsync(server, ids.Item1)}"
                ),
                ("jobs by metadata", (_, _) => Task.FromResult($"fine_tuning/jobs?limit={Page}&metadata[team]=team-3")),
                ("files, first page", (_, _) => Task.FromResult($"files?limit={Page}")),
                (
                    "events, first page",
                    (_, ids) => Task.FromResult($"fine_tuning/jobs/{ids.Item2}/events?limit={Page}")
                ),
            }
        )
        {
            string smallPath = await path(small, few),
                largePath = await path(large, many);
            List<double> smallTimes = [],
                largeTimes = [];
            for (int round = 0; round < Rounds; round++)
            {
                smallTimes.Add(await TimeAsync(small, smallPath));
                largeTimes.Add(await TimeAsync(large, largePath));
            }

            double one = Median(smallTimes),
                other = Median(largeTimes);
            output.WriteLine(
                $"{name}: {one:0.00} ms at {s_few} jobs, {other:0.00} ms at {s_many}, ratio {other / one:0.00}"
            );
            Assert.True(
                other <= one * MaxRatio,
                $"{name}: {one:0.00} ms at {s_few} jobs, {other:0.00} ms at {s_many}."
            );
        }
    }

    /// <summary>A job that has a page of older ones behind it.</summary>
    private static async Task<string> CursorAsync(ServerProcess server, string first)
    {
        // Seeds are numbers in order: the job of this number is found by its metadata.
        JsonElement job = (await server.Api.GetAsync($"fine_tuning/jobs?metadata[number]={Page}")).GetProperty("data")[
            0
        ];
        Assert.NotEqual(first, job.GetProperty("id").GetString());
        return job.GetProperty("id").GetString()!;
    }

    private static async Task<double> TimeAsync(ServerProcess server, string path)
    {
        long start = Stopwatch.GetTimestamp();
        var page = JsonElement.Parse(await server.Api.Http.GetStringAsync(path));
        double time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Assert.Equal(Page, page.GetProperty("data").GetArrayLength());
        return time;
    }

    private async Task CompareStartsAsync()
    {
        List<double> times = [];
        for (int i = 0; i < Starts; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await using ServerProcess server = await ServerProcess.StartAsync("--data", _many);
            await server.Api.GetAsync("fine_tuning/jobs?limit=1");
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        output.WriteLine(
            $"start to first answer with {s_many} jobs: median {Median(times):0.00} s, worst {times.Max():0.00} s"
        );
        Assert.True(
            Median(times) < s_longestStart.TotalSeconds,
            $"The start takes {Median(times):0.00} s with {s_many} jobs."
        );
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
