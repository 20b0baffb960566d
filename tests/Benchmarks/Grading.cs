using System.Diagnostics;
using System.Text.Json;

namespace FineTuning.Benchmarks;

/// <summary>Invoke-Grader in a fresh PowerShell against an endpoint that takes 100 ms: one at a time, many at once, and
/// with refusals in between.</summary>
internal static class Grading
{
    private const int Rounds = 3,
        Throttle = 32;
    private const int Samples = 1_000,
        ManySamples = 10 * Samples;

    /// <summary>One at a time, a thousand would take nearly two minutes a round, and each takes as long as the one
    /// before.</summary>
    private const int FewSamples = 200;

    private const int RefuseEvery = 20;

    private const double Megabyte = 1_000_000;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    public static async Task<List<string>> RunAsync(string repository)
    {
        List<Run> one = [],
            many = [],
            refused = [];
        for (int round = 0; round < Rounds; round++)
        {
            // In turns: what else the machine does meets all.
            one.Add(await MeasureAsync(repository, FewSamples, 1));
            many.Add(await MeasureAsync(repository, Samples, Throttle));
            refused.Add(await MeasureAsync(repository, Samples, Throttle, RefuseEvery));
        }

        Run large = await MeasureAsync(repository, ManySamples, Throttle);
        double slow = Median(one.Select(run => run.Measured.Seconds)) * Samples / FewSamples,
            quick = Median(many.Select(run => run.Measured.Seconds));
        return
        [
            $"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores, .NET {Environment.Version}; the "
                + $"median of {Rounds} runs in turns, memory and requests the most of them.",
            string.Empty,
            "| `Invoke-Grader` | samples | seconds | samples/s | at once | requests, of them refused | lost, wrong, "
                + "graded twice | peak memory | kept afterwards |",
            "|---|---|---|---|---|---|---|---|---|",
            Row("`-ThrottleLimit 1`", one, FewSamples),
            $"| `-ThrottleLimit 1`, scaled to as many | {Samples:N0} | {slow:0.0} s | | | | | | |",
            Row($"`-ThrottleLimit {Throttle}`", many, Samples),
            $"| **ratio** | | **{slow / quick:0.0} times** | | | | | | |",
            Row($"`-ThrottleLimit {Throttle}`, ten times as many", [large], ManySamples),
            Row($"`-ThrottleLimit {Throttle}`, every {RefuseEvery}th request refused with 429", refused, Samples),
        ];
    }

    private static string Row(string what, List<Run> runs, int samples)
    {
        double seconds = Median(runs.Select(run => run.Measured.Seconds));
        Run worst = runs.MaxBy(run => run.Requests)!;
        return $"| {what} | {samples:N0} | {seconds:0.0} s | {samples / seconds:N0} | "
            + $"{runs.Max(run => run.MaxConcurrent)} | {worst.Requests:N0}, {worst.Refused:N0} | "
            + $"{runs.Sum(run => run.Lost)}, {runs.Sum(run => run.Measured.Wrong)}, {runs.Sum(run => run.Repeated)} | "
            + $"{runs.Max(run => run.Measured.Peak) / Megabyte:0} MB | "
            + $"{runs.Max(run => run.Measured.Heap) / Megabyte:0.0} MB |";
    }

    private static async Task<Run> MeasureAsync(string repository, int count, int throttle, int refuseEvery = 0)
    {
        await using GraderEndpoint endpoint = await GraderEndpoint.StartAsync(refuseEvery);
        using Process process = Process.Start(
            new ProcessStartInfo(
                Environment.GetEnvironmentVariable("FINETUNING_PWSH") ?? "pwsh",
                [
                    "-NoLogo",
                    "-NoProfile",
                    "-NonInteractive",
                    "-File",
                    Path.Combine(repository, "tests", "Benchmarks", "Scripts", "Measure-Grader.ps1"),
                    "-Module",
                    Environment.GetEnvironmentVariable("FINETUNING_TEST_MODULE")
                        ?? Path.Combine(repository, "FineTuning.psd1"),
                    "-Endpoint",
                    endpoint.Address,
                    "-Count",
                    $"{count}",
                    "-ThrottleLimit",
                    $"{throttle}",
                ]
            )
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Measured? measured = process.ExitCode == 0 ? JsonSerializer.Deserialize<Measured>(output, s_json) : null;
        return measured is null
            ? throw new InvalidOperationException($"Measure-Grader.ps1 failed: {output}{await error}")
            : new Run(
                measured,
                endpoint.Requests,
                endpoint.Refused,
                endpoint.MaxConcurrent,
                count - Math.Min(endpoint.Samples, measured.Count),
                endpoint.Repeated
            );
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>What the script tells.</summary>
    /// <param name="Seconds">How long it took.</param>
    /// <param name="Count">The results that came.</param>
    /// <param name="Wrong">Results out of order, with another item or another's reward.</param>
    /// <param name="Peak">The most memory of the process, in bytes, above that before.</param>
    /// <param name="Heap">Objects still alive afterwards, in bytes, above those before.</param>
    private sealed record Measured(double Seconds, int Count, int Wrong, long Peak, long Heap);

    /// <summary>A run, as both ends saw it.</summary>
    private sealed record Run(Measured Measured, int Requests, int Refused, int MaxConcurrent, int Lost, int Repeated);
}
