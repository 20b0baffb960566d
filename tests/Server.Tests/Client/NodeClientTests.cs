using System.Diagnostics;
using System.Security.Cryptography;
using FineTuning.Server.Training.Runs;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Client;

/// <summary>The official Node client, unmodified, against this server. The script is
/// tests/Node/life-of-a-job.mjs.</summary>
public sealed class NodeClientTests
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(5);

    [NpmFact]
    public async Task The_npm_client_runs_the_whole_life_of_a_job()
    {
        string folder = Path.Combine(FindRepository(), "tests", "Node");
        await InstallAsync(folder);
        await using TestServer server = await TestServer.StartAsync(new NeuralTrainer());
        string output = await RunAsync(folder, "node", "life-of-a-job.mjs", server.Host.Url);

        Assert.Equal(13, output.Split('\n').Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
    }

    /// <summary>Once for each state of the lock file, which a mark in the folder of the packages tells.</summary>
    private static async Task InstallAsync(string folder)
    {
        string mark = Path.Combine(folder, "node_modules", ".installed");
        string wanted = Convert.ToHexString(
            SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(folder, "package-lock.json")))
        );
        if (File.Exists(mark) && await File.ReadAllTextAsync(mark) == wanted)
        {
            return;
        }

        await RunAsync(folder, "npm", "ci", "--no-audit", "--no-fund", "--loglevel", "error");
        await File.WriteAllTextAsync(mark, wanted);
    }

    private static async Task<string> RunAsync(string folder, string program, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(NpmFactAttribute.Program(program), arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // What the client would read from the environment must not decide where the test goes.
        foreach (
            string name in start
                .Environment.Keys.Where(name => name.StartsWith("OPENAI_", StringComparison.OrdinalIgnoreCase))
                .ToList()
        )
        {
            start.Environment.Remove(name);
        }

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        using CancellationTokenSource deadline = new(s_timeout);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            string errors = await process.StandardError.ReadToEndAsync(deadline.Token);
            string text = await output;
            await process.WaitForExitAsync(deadline.Token);
            Assert.True(
                process.ExitCode == 0,
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.\n{text}\n{errors}"
            );
            return text;
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
