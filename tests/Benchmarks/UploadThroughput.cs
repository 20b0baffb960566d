using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Files.Uploading;
using FineTuning.Core.Wire;

namespace FineTuning.Benchmarks;

/// <summary>How fast a file goes to the local server: with FineTuning, and with curl in the same run.</summary>
internal static class UploadThroughput
{
    private const int Rounds = 7,
        Megabyte = 1024 * 1024;
    private const long Size = 512L * Megabyte;

    public static async Task<List<string>> RunAsync(string program)
    {
        string folder = Directory.CreateTempSubdirectory("finetuning-bench-").FullName;
        try
        {
            string path = WriteFile(folder);
            using ServerUnderTest server = await ServerUnderTest.StartAsync(program);
            using var credential = new KeyCredential(new NetworkCredential(string.Empty, "sk-bench").SecurePassword);
            using var client = new FineTuningClient(new ClientOptions { Endpoint = server.Endpoint }, credential);
            List<double> one = [],
                parts = [],
                curl = [];

            // The first round warms both sides up and does not count.
            for (int round = 0; round <= Rounds; round++)
            {
                double? theirs = await CurlAsync(server.Endpoint, path);
                await ForgetAsync(client);
                double ours = await UploadAsync(client, path, null),
                    inParts = await UploadAsync(client, path, UploadOptions.DefaultPart);
                if (round > 0)
                {
                    one.Add(ours);
                    parts.Add(inParts);
                    curl.AddRange(theirs is double seconds ? [seconds] : []);
                }
            }

            return Describe(one, parts, curl);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<string> Describe(List<double> one, List<double> parts, List<double> curl)
    {
        List<string> lines =
        [
            FormattableString.Invariant(
                $"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores, .NET {Environment.Version}; the "
            ) + FormattableString.Invariant($"median of {Rounds} runs in turns."),
            string.Empty,
            "| 512 MB to the local server | seconds | MB/s | to curl |",
            "|---|---|---|---|",
        ];
        double? theirs = curl.Count > 0 ? Median(curl) : null;
        lines.Add(
            theirs is null
                ? "| curl | not measured: `curl` is not installed | | |"
                : Row("curl, one request", theirs.Value, theirs)
        );
        lines.Add(Row("FineTuning, one request, with its SHA-256", Median(one), theirs));
        lines.Add(Row("FineTuning, 16 parts, with SHA-256, MD5 and the joining", Median(parts), theirs));
        return lines;
    }

    private static string Row(string what, double seconds, double? theirs) =>
        FormattableString.Invariant($"| {what} | {seconds:0.00} s | {Size / seconds / Megabyte:N0} | ")
        + FormattableString.Invariant(
            $"{(theirs is null ? "" : (theirs.Value / seconds).ToString("0.00", CultureInfo.InvariantCulture))} |"
        );

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static async Task<double> UploadAsync(FineTuningClient client, string path, long? partBytes)
    {
        var uploader = new FileUploader(client, new UploadOptions { Purpose = "user_data", PartBytes = partBytes });
        long start = Stopwatch.GetTimestamp();
        await uploader.UploadAsync(path);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await ForgetAsync(client);
        return seconds;
    }

    /// <summary>curl's own account of its time, without the start of its process; null where there is none.</summary>
    private static async Task<double?> CurlAsync(Uri endpoint, string path)
    {
        try
        {
            using Process curl = Process.Start(
                new ProcessStartInfo(
                    "curl",
                    [
                        "--silent",
                        "--show-error",
                        "--fail",
                        "--output",
                        Path.Combine(Path.GetDirectoryName(path)!, "answer"),
                        "--write-out",
                        "%{time_total}",
                        "--header",
                        "Authorization: Bearer sk-bench",
                        "--form",
                        "purpose=user_data",
                        "--form",
                        $"file=@{path}",
                        $"{endpoint}/files",
                    ]
                )
                {
                    RedirectStandardOutput = true,
                }
            )!;
            string output = await curl.StandardOutput.ReadToEndAsync();
            await curl.WaitForExitAsync();
            return curl.ExitCode == 0
                ? double.Parse(output, CultureInfo.InvariantCulture)
                : throw new InvalidOperationException($"curl ended with exit code {curl.ExitCode}.");
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static async Task ForgetAsync(FineTuningClient client)
    {
        foreach (FileResource file in (await client.ListFilesAsync()).Data)
        {
            await client.DeleteFileAsync(file.Id);
        }
    }

    private static string WriteFile(string folder)
    {
        string path = Path.Combine(folder, "large.bin");
        byte[] block = new byte[Megabyte];
        Random random = new(1);
        using FileStream file = new(path, FileMode.CreateNew);
        for (long written = 0; written < Size; written += block.Length)
        {
            random.NextBytes(block);
            file.Write(block);
        }

        return path;
    }
}
