using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace FineTuning.Benchmarks;

/// <summary>Test-FineTuningDataset in a fresh PowerShell, and a Python script that parses every line, on the same
/// file.</summary>
internal static class DatasetCheck
{
    private const int Rounds = 3;
    private const int Lines = 1_000_000;
    private const int ManyLines = 10 * Lines;
    private const long Megabyte = 1_000_000;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    public static async Task<List<string>> RunAsync(string repository)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("finetuning-bench-");
        try
        {
            string path = Path.Combine(folder.FullName, "train.jsonl");
            GeneratedDataset.Write(path, Lines);
            long bytes = new FileInfo(path).Length;
            List<Measured> ours = [],
                theirs = [];
            for (int round = 0; round < Rounds; round++)
            {
                // In turns: what else the machine does meets both.
                if (await RunPythonAsync(repository, path) is { } python)
                {
                    theirs.Add(python);
                }

                ours.Add(await RunCmdletAsync(repository, path, times: 3));
            }

            File.Delete(path);
            Measured? large = null;
            long largeBytes = 0;
            if (new DriveInfo(folder.FullName).AvailableFreeSpace > 20 * bytes)
            {
                GeneratedDataset.Write(path, ManyLines);
                largeBytes = new FileInfo(path).Length;
                large = await RunCmdletAsync(repository, path, times: 1);
            }

            return Describe(bytes, ours, theirs, largeBytes, large);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static List<string> Describe(
        long bytes,
        List<Measured> ours,
        List<Measured> theirs,
        long largeBytes,
        Measured? large
    )
    {
        double first = Median(ours.Select(run => run.Seconds[0]));
        List<string> lines =
        [
            $"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores, .NET {Environment.Version}; the "
                + $"median of {Rounds} runs in turns.",
            string.Empty,
            "| | lines | size | seconds | MB/s | memory |",
            "|---|---|---|---|---|---|",
            Row(
                "`Test-FineTuningDataset`, the first call of a process",
                Lines,
                bytes,
                first,
                ours.Max(run => run.Peak)
            ),
            Row(
                "`Test-FineTuningDataset`, a later call",
                Lines,
                bytes,
                Median(ours.Select(run => run.Seconds.Skip(1).Min())),
                null
            ),
        ];
        if (theirs.Count > 0)
        {
            double python = Median(theirs.Select(run => run.Seconds[0]));
            lines.Add(Row("Python, every line parsed and checked", Lines, bytes, python, theirs.Max(run => run.Peak)));
            lines.Add($"| **ratio to the first call** | | | **{python / first:0.0} times** | | |");
        }
        else
        {
            lines.Add("| Python, every line parsed and checked | not measured: `python3` is not installed | | | | |");
        }

        lines.Add(
            large is null
                ? "| `Test-FineTuningDataset`, ten times as many lines | not measured: too little room on the disk | "
                    + "| | | |"
                : Row(
                    "`Test-FineTuningDataset`, the first call of a process",
                    ManyLines,
                    largeBytes,
                    large.Seconds[0],
                    large.Peak
                )
        );
        return lines;
    }

    private static string Row(string what, int lines, long bytes, double seconds, long? memory) =>
        $"| {what} | {lines:N0} | {bytes / Megabyte:N0} MB | {seconds:0.00} s | {bytes / seconds / Megabyte:N0} | "
        + $"{(memory is null ? "" : $"{memory / Megabyte:N0} MB")} |";

    private static Task<Measured> RunCmdletAsync(string repository, string path, int times) =>
        RunAsync(
            Environment.GetEnvironmentVariable("FINETUNING_PWSH") ?? "pwsh",
            "-NoLogo",
            "-NoProfile",
            "-NonInteractive",
            "-File",
            Script(repository, "Measure-Check.ps1"),
            "-Module",
            Path.Combine(repository, "FineTuning.psd1"),
            "-Path",
            path,
            "-Count",
            $"{times}"
        );

    private static async Task<Measured?> RunPythonAsync(string repository, string path)
    {
        try
        {
            return await RunAsync("python3", Script(repository, "check_dataset.py"), path);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static async Task<Measured> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Measured? measured = process.ExitCode == 0 ? JsonSerializer.Deserialize<Measured>(output, s_json) : null;
        if (measured is null || measured.Examples % Lines != 0 || measured.Problems != 0)
        {
            throw new InvalidOperationException($"{program} failed: {output}{await error}");
        }

        return measured;
    }

    private static string Script(string repository, string name) =>
        Path.Combine(repository, "tests", "Benchmarks", "Scripts", name);

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    /// <summary>What a script tells.</summary>
    /// <param name="Seconds">How long each call took, in its order.</param>
    /// <param name="Examples">The examples it found.</param>
    /// <param name="Problems">The errors it found: none.</param>
    /// <param name="Peak">The most memory, in bytes, over that of the process before.</param>
    private sealed record Measured(double[] Seconds, long Examples, long Problems, long Peak);
}
