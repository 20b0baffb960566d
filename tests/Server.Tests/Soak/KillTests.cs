using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using FineTuning.Server.Tests.Support;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;
using Xunit.Abstractions;

namespace FineTuning.Server.Tests.Soak;

/// <summary>The server is killed at random moments while clients and trainers are at work; what it acknowledged must be
/// there afterwards.</summary>
[Collection("soak")]
[Trait("Category", SoakScale.Category)]
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int ShortKills = 5,
        Clients = 3;

    /// <summary>A server is killed after at most so many acknowledged requests, and at most so many milliseconds
    /// more.</summary>
    private const int MaxRequests = 40,
        LongestDelay = 300;

    /// <summary>Longest time that a start is let go on before a kill.</summary>
    private const int LongestStart = 700;

    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(5);
    private readonly string _folder = TestServer.NewFolder();
    private readonly Ledger _ledger = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_acknowledged_survives_kills_at_any_moment()
    {
        int kills = ShortKills * SoakScale.Factor;
        output.WriteLine($"{kills} kills with seed {SoakScale.Seed}; {SoakScale.SeedVariable} repeats the schedule.");
        Dictionary<JobShape, ReferenceRun> references = await ReferenceRun.AllAsync();
        Random schedule = new(SoakScale.Seed);
        SoakWorker[] workers =
        [
            .. Enumerable.Range(0, Clients).Select(i => new SoakWorker(i, schedule.Next(), _ledger)),
        ];
        for (int kill = 0; kill < kills; kill++)
        {
            if (kill % 8 == 4)
            {
                await KillDuringStartAsync(schedule.Next(LongestStart));
                continue;
            }

            await using ServerProcess server = await StartAsync();
            await LedgerCheck.AllAsync(_ledger, server.Api, references);
            int until = _ledger.Acknowledged + schedule.Next(1, MaxRequests),
                delay = schedule.Next(LongestDelay);
            Task[] clients = [.. workers.Select(worker => worker.RunAsync(server.Api))];
            await Until.TrueAsync(
                "enough is acknowledged",
                () => _ledger.Acknowledged >= until || clients.Any(client => client.IsCompleted)
            );
            await Task.WhenAny([Task.Delay(delay), .. clients]);
            server.Process.Kill();
            await Task.WhenAll(clients);
        }

        await EndAsync(references);
        output.WriteLine($"{kills} kills, {_ledger.Acknowledged} acknowledged records, 0 lost, 0 stuck");
        output.WriteLine($"{_ledger.Files.Count} files, {_ledger.Jobs.Count} jobs: {StatusCounts()}");
        Assert.Contains(_ledger.Jobs.Values, job => job.Final!.Contains("\"succeeded\"", StringComparison.Ordinal));
    }

    private async Task<ServerProcess> StartAsync()
    {
        ServerProcess server = await ServerProcess.StartAsync("--data", _folder, "--trainers", "2");

        // Permissions are for administrators.
        server.Api.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sk-admin-soak");
        return server;
    }

    private async Task KillDuringStartAsync(int milliseconds)
    {
        using Process process = ServerProcess.Launch(null, "--data", _folder);
        await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(milliseconds));
        Assert.False(process.HasExited);
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Lets every job come to its end, without kills; then once more after a restart, with all that is
    /// known.</summary>
    private async Task EndAsync(Dictionary<JobShape, ReferenceRun> references)
    {
        await using (ServerProcess last = await StartAsync())
        {
            await LedgerCheck.AllAsync(_ledger, last.Api, references);
            var waited = Stopwatch.StartNew();
            while (_ledger.Jobs.Values.Any(job => job.Final is null))
            {
                Assert.True(
                    waited.Elapsed < s_timeout * Math.Max(1, SoakScale.Factor / 10),
                    "Stuck: " + StatusCounts()
                );
                foreach (KnownJob job in _ledger.Jobs.Values.Where(job => job.Final is null))
                {
                    JsonElement now = await last.Api.JobAsync(job.Id);
                    LedgerCheck.Job(job, now);
                    if (now.GetProperty("status").GetString() == "paused")
                    {
                        await last.Api.PostAsync($"fine_tuning/jobs/{job.Id}/resume");
                        job.Expected = Expected.Going;
                    }
                }

                await Task.Delay(50);
            }

            last.Process.Kill();
        }

        foreach (KnownJob job in _ledger.Jobs.Values)
        {
            job.IsChecked = false;
        }

        await using ServerProcess after = await StartAsync();
        await LedgerCheck.AllAsync(_ledger, after.Api, references);
        await LedgerCheck.FolderAsync(_ledger, after.Api, _folder);
    }

    private string StatusCounts() =>
        string.Join(
            ", ",
            _ledger
                .Jobs.Values.GroupBy(job =>
                    job.Final is { } final
                        ? JsonElement.Parse(final).GetProperty("status").GetString()
                        : job.Expected.ToString()
                )
                .Select(group => $"{group.Count()} {group.Key}")
        );
}
