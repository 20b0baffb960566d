using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace FineTuning.Tests.Shared;

/// <summary>What <c>measure.mjs</c> tells.</summary>
/// <param name="LoadSeconds">How long it took to load the encoding.</param>
/// <param name="Seconds">The time of the fastest of its passes over all texts, after one to warm up.</param>
/// <param name="Counts">The tokens of each text.</param>
public sealed record TiktokenMeasure(double LoadSeconds, double Seconds, int[] Counts);

/// <summary>
/// The npm package tiktoken, in the version that package-lock.json beside this names. It is the reference for tests and
/// the peer of the benchmark. Each method installs it first, once for each state of the lock file.
/// </summary>
public sealed class NpmTiktoken(string repository)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(5);
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);
    private static readonly SemaphoreSlim s_installing = new(1);

    private readonly string _folder = Path.Combine(repository, "tests", "Tiktoken");

    /// <summary>The ids of each text.</summary>
    public async Task<IReadOnlyList<int[]>> EncodeAsync(string encoding, IEnumerable<string> texts) =>
        [
            .. Parts(await RunAsync(Write(texts), "encode.mjs", encoding), sizeof(int))
                .Select(ids => MemoryMarshal.Cast<byte, int>(ids).ToArray()),
        ];

    /// <summary>The bytes of each token, by its id.</summary>
    public async Task<IReadOnlyList<byte[]>> TokensAsync(string encoding) =>
        Parts(await RunAsync([], "tokens.mjs", encoding), 1);

    /// <summary>The models it knows, and the encoding of each.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ModelsAsync() =>
        Encoding
            .UTF8.GetString(await RunAsync([], "models.mjs"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.TrimEnd().Split('\t'))
            .ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>How fast it counts; null where Node or npm is not installed.</summary>
    public async Task<TiktokenMeasure?> MeasureAsync(string encoding, IEnumerable<string> texts)
    {
        try
        {
            return JsonSerializer.Deserialize<TiktokenMeasure>(
                await RunAsync(Write(texts), "measure.mjs", encoding),
                s_json
            );
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static byte[] Write(IEnumerable<string> texts)
    {
        MemoryStream stream = new();
        foreach (string text in texts)
        {
            stream.Write(BitConverter.GetBytes(text.Length));
            stream.Write(MemoryMarshal.AsBytes(text.AsSpan()));
        }

        return stream.ToArray();
    }

    // A number of elements and the elements, again and again.
    private static List<byte[]> Parts(byte[] data, int elementSize)
    {
        List<byte[]> parts = [];
        for (int at = 0; at < data.Length; )
        {
            int length = BitConverter.ToInt32(data, at) * elementSize;
            parts.Add(data.AsSpan(at + sizeof(int), length).ToArray());
            at += sizeof(int) + length;
        }

        return parts;
    }

    private async Task<byte[]> RunAsync(byte[] input, params string[] arguments)
    {
        await s_installing.WaitAsync();
        try
        {
            await InstallAsync();
        }
        finally
        {
            s_installing.Release();
        }

        return await StartAsync("node", input, arguments);
    }

    // A mark in the folder of the packages tells for which lock file they are.
    private async Task InstallAsync()
    {
        string mark = Path.Combine(_folder, "node_modules", ".installed");
        string wanted = Convert.ToHexString(
            SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(_folder, "package-lock.json")))
        );
        if (!File.Exists(mark) || await File.ReadAllTextAsync(mark) != wanted)
        {
            await StartAsync(
                OperatingSystem.IsWindows() ? "npm.cmd" : "npm",
                [],
                "ci",
                "--no-audit",
                "--no-fund",
                "--loglevel",
                "error"
            );
            await File.WriteAllTextAsync(mark, wanted);
        }
    }

    private async Task<byte[]> StartAsync(string program, byte[] input, params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = _folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        using CancellationTokenSource deadline = new(s_timeout);
        try
        {
            MemoryStream output = new();
            Task reading = process.StandardOutput.BaseStream.CopyToAsync(output, deadline.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.StandardInput.BaseStream.WriteAsync(input, deadline.Token);
            process.StandardInput.Close();
            await reading;
            await process.WaitForExitAsync(deadline.Token);
            return process.ExitCode == 0
                ? output.ToArray()
                : throw new InvalidOperationException(
                    $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.\n{await errors}"
                );
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
