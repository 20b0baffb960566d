using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FineTuning.Tests.Shared.Server;

namespace FineTuning.Server.Tests.Support;

/// <summary>The server as a process of its own, as a user starts it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private ServerProcess(Process process) => Process = process;

    public Process Process { get; }

    /// <summary>The first line of its output.</summary>
    public string Announcement { get; private set; } = string.Empty;

    public string Url => Announcement[Announcement.IndexOf("http", StringComparison.Ordinal)..];

    public Api Api { get; private set; } = null!;

    public static Process Launch(string? input, params IEnumerable<string> arguments) => Launch(input, null, arguments);

    private static Process Launch(string? input, string? crashTrigger, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "FineTuning.Server.dll"));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        if (crashTrigger is not null)
        {
            start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location;
            start.Environment[StartupHook.Variable] = crashTrigger;

            // No dump of the process beside the tests.
            start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        }

        Process process = Process.Start(start)!;
        if (input is not null)
        {
            process.StandardInput.Write(input);
            process.StandardInput.Flush();
        }

        return process;
    }

    public static Task<ServerProcess> StartAsync(params IEnumerable<string> arguments) =>
        StartWithInputAsync(null, arguments);

    public static Task<ServerProcess> StartWithInputAsync(string? input, params IEnumerable<string> arguments) =>
        BeginAsync(Launch(input, null, arguments));

    /// <summary>A server that crashes when the file is there.</summary>
    public static Task<ServerProcess> StartWithHookAsync(string crashTrigger, params IEnumerable<string> arguments) =>
        BeginAsync(Launch(null, crashTrigger, arguments));

    private static async Task<ServerProcess> BeginAsync(Process process)
    {
        ServerProcess server = new(process);
        using System.Threading.CancellationTokenSource deadline = new(TimeSpan.FromSeconds(120));
        string? line = await server.Process.StandardOutput.ReadLineAsync(deadline.Token);
        if (line is null)
        {
            throw new InvalidOperationException(
                "The server did not start: " + await server.Process.StandardError.ReadToEndAsync(deadline.Token)
            );
        }

        server.Announcement = line;
        server.Api = new Api(server.Url);
        return server;
    }

    /// <summary>A run that is expected to end by itself.</summary>
    public static async Task<(int Code, string Output, string Error)> RunAsync(
        string? input,
        params IEnumerable<string> arguments
    )
    {
        using Process process = Launch(input, arguments);
        process.StandardInput.Close();
        using System.Threading.CancellationTokenSource deadline = new(TimeSpan.FromSeconds(120));
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            string error = await process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output, error);
        }
        finally
        {
            Kill(process);
        }
    }

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, Process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Whether SIGINT does nothing to it, because it did nothing to the process that started it. Known on
    /// Linux only.</summary>
    public bool IgnoresInterrupts()
    {
        string status = $"/proc/{Process.Id.ToString(CultureInfo.InvariantCulture)}/status";
        const string Name = "SigIgn:";
        const ulong Interrupt = 1UL << (2 - 1);
        return OperatingSystem.IsLinux()
            && File.ReadLines(status).Single(line => line.StartsWith(Name, StringComparison.Ordinal)) is string ignored
            && (
                ulong.Parse(ignored.AsSpan(Name.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                & Interrupt
            ) != 0;
    }

    public async Task<int> ExitAsync()
    {
        using System.Threading.CancellationTokenSource deadline = new(TimeSpan.FromSeconds(120));
        await Process.WaitForExitAsync(deadline.Token);
        return Process.ExitCode;
    }

    public async Task StopAsync(string controlToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, Url[..^"/v1".Length] + "/_server/stop");
        request.Headers.Add("X-Control-Token", controlToken);
        using HttpResponseMessage response = await Api.Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    public static JsonElement ReadRunFile(string path) => JsonElement.Parse(File.ReadAllText(path));

    public static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }

    public async ValueTask DisposeAsync()
    {
        Kill(Process);
        await Process.WaitForExitAsync();
        Process.Dispose();
        Api?.Dispose();
    }
}
