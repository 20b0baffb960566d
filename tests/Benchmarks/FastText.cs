using System.Diagnostics;
using System.Text.RegularExpressions;

namespace FineTuning.Benchmarks;

/// <summary>fastText's classifier, as Debian packages it.</summary>
internal static partial class FastText
{
    private const string Prefix = "__label__";

    /// <summary>Whether it is installed, or could be installed now.</summary>
    public static async Task<bool> IsThereAsync() =>
        await TryAsync("fasttext")
        || (
            await TryAsync("apt-get", "install", "-y", "--no-install-recommends", "fasttext")
            && await TryAsync("fasttext")
        );

    /// <summary>Trains and answers; the time is that of the training program, which reads its data and writes its
    /// model.</summary>
    public static async Task<(double Right, TimeSpan Time)> RunAsync(PackageData data)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("finetuning-bench-");
        try
        {
            string training = Path.Combine(folder.FullName, "train.txt"),
                unseen = Path.Combine(folder.FullName, "unseen.txt");
            string model = Path.Combine(folder.FullName, "model");
            await File.WriteAllLinesAsync(
                training,
                data.Training.Select(example => $"{Prefix}{example.Label} {Normalise(example.Text)}")
            );
            await File.WriteAllLinesAsync(unseen, data.Unseen.Select(example => Normalise(example.Text)));
            long start = Stopwatch.GetTimestamp();
            await RunAsync(
                "fasttext",
                "supervised",
                "-input",
                training,
                "-output",
                model,
                "-epoch",
                "3",
                "-lr",
                "0.5",
                "-dim",
                "64",
                "-thread",
                "2"
            );
            TimeSpan time = Stopwatch.GetElapsedTime(start);
            List<string> answers = await RunAsync("fasttext", "predict", model + ".bin", unseen);
            int right = data.Unseen.Zip(answers).Count(pair => pair.Second == Prefix + pair.First.Label);
            return ((double)right / data.Unseen.Count, time);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>As its own tutorial prepares text: it is better at it so. Lower case, and punctuation as
    /// words.</summary>
    private static string Normalise(string text) => Punctuation().Replace(text, " $0 ").ToLowerInvariant();

    private static async Task<bool> TryAsync(params string[] command)
    {
        try
        {
            using Process process = Start(command);
            await Task.WhenAll(
                process.StandardOutput.ReadToEndAsync(),
                process.StandardError.ReadToEndAsync(),
                process.WaitForExitAsync()
            );
            return command.Length == 1 || process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task<List<string>> RunAsync(params string[] command)
    {
        using Process process = Start(command);
        Task<string> error = process.StandardError.ReadToEndAsync();
        List<string> lines = [];
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
        }

        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? lines
            : throw new InvalidOperationException($"{command[0]} failed: {await error}");
    }

    private static Process Start(string[] command) =>
        Process.Start(
            new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;

    [GeneratedRegex(@"[.!?,'/():;\[\]""]")]
    private static partial Regex Punctuation();
}
