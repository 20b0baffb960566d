using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Server.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Tokenization;

/// <summary>The npm package tiktoken, in the version that tests/Tiktoken/package-lock.json names. It is the reference.</summary>
internal static class Tiktoken
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly string s_folder = Path.Combine(FindRepository(), "tests", "Tiktoken");
    private static readonly Lazy<Task> s_installed = new(InstallAsync);

    /// <summary>The ids of each text.</summary>
    public static async Task<IReadOnlyList<int[]>> EncodeAsync(string encoding, IReadOnlyCollection<string> texts)
    {
        MemoryStream input = new();
        foreach (string text in texts)
        {
            input.Write(BitConverter.GetBytes(text.Length));
            input.Write(MemoryMarshal.AsBytes(text.AsSpan()));
        }

        await s_installed.Value;
        byte[] output = await RunAsync("node", input.ToArray(), "encode.mjs", encoding);
        List<int[]> all = [];
        for (int at = 0; at < output.Length;)
        {
            int count = BitConverter.ToInt32(output, at);
            all.Add(MemoryMarshal.Cast<byte, int>(output.AsSpan(at + sizeof(int), count * sizeof(int))).ToArray());
            at += sizeof(int) + (count * sizeof(int));
        }

        Assert.Equal(texts.Count, all.Count);
        return all;
    }

    /// <summary>The bytes of each token, by its id.</summary>
    public static async Task<IReadOnlyList<byte[]>> TokensAsync(string encoding)
    {
        await s_installed.Value;
        byte[] output = await RunAsync("node", [], "tokens.mjs", encoding);
        List<byte[]> all = [];
        for (int at = 0; at < output.Length;)
        {
            int length = BitConverter.ToInt32(output, at);
            all.Add(output.AsSpan(at + sizeof(int), length).ToArray());
            at += sizeof(int) + length;
        }

        return all;
    }

    /// <summary>The models it knows, and the encoding of each.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ModelsAsync()
    {
        await s_installed.Value;
        string output = Encoding.UTF8.GetString(await RunAsync("node", [], "models.mjs"));
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd().Split('\t')).ToDictionary(pair => pair[0], pair => pair[1]);
    }

    /// <summary>Once for each state of the lock file, which a mark in the folder of the packages tells.</summary>
    private static async Task InstallAsync()
    {
        string mark = Path.Combine(s_folder, "node_modules", ".installed");
        string wanted = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(s_folder, "package-lock.json"))));
        if (File.Exists(mark) && await File.ReadAllTextAsync(mark) == wanted)
        {
            return;
        }

        await RunAsync("npm", [], "ci", "--no-audit", "--no-fund", "--loglevel", "error");
        await File.WriteAllTextAsync(mark, wanted);
    }

    private static async Task<byte[]> RunAsync(string program, byte[] input, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(NpmFactAttribute.Program(program), arguments)
        {
            WorkingDirectory = s_folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        using CancellationTokenSource deadline = new(Patience);
        try
        {
            MemoryStream output = new();
            Task reading = process.StandardOutput.BaseStream.CopyToAsync(output, deadline.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.StandardInput.BaseStream.WriteAsync(input, deadline.Token);
            process.StandardInput.Close();
            await reading;
            await process.WaitForExitAsync(deadline.Token);
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.\n{await errors}");
            return output.ToArray();
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static string FindRepository()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "FineTuning.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException($"No FineTuning.sln above '{AppContext.BaseDirectory}'.");
    }
}
