using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Server.Tests.Support;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Hosting;

/// <summary>The process: its options, its start, its signals, its end.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly string _folder = TestServer.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("--colour red", "--colour")]
    [InlineData("", "--data")]
    [InlineData("--data x --memory", "exclude")]
    [InlineData("--memory --port 70000", "--port")]
    [InlineData("--memory --port", "--port: A value is needed")]
    [InlineData("--memory --trainers 0", "--trainers")]
    [InlineData("--memory --urls http://0.0.0.0:0", "--api-key-stdin")]
    [InlineData("--memory --fault CreateJobs:drop", "'CreateJob'")]
    [InlineData("--memory --faults-file /nowhere/faults.json", "/nowhere/faults.json")]
    public async Task A_bad_option_is_one_line_and_exit_code_2(string arguments, string message)
    {
        (int code, string output, string error) = await ServerProcess.RunAsync(
            null,
            arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        );

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains(message, error);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Help_tells_every_option()
    {
        (int code, string output, _) = await ServerProcess.RunAsync(null, "--help");

        Assert.Equal(0, code);
        string[] options =
        [
            "--data",
            "--memory",
            "--port",
            "--urls",
            "--allow-host",
            "--api-key-stdin",
            "--detached",
            "--parent-pid",
            "--run-file",
            "--trainers",
            "--trainer-command",
            "--trainer-argument",
            "--trainer-name",
            "--allow-python",
            "--fault",
            "--faults-file",
        ];
        foreach (string option in options)
        {
            Assert.Contains(option, output);
        }
    }

    [Fact]
    public async Task It_says_one_line_writes_a_private_run_file_and_cleans_up_at_the_end()
    {
        string runFile = Path.Combine(_folder, "elsewhere", "my-run.json"),
            data = Path.Combine(_folder, "data");
        await using ServerProcess server = await ServerProcess.StartAsync("--data", data, "--run-file", runFile);
        JsonElement run = ServerProcess.ReadRunFile(runFile);
        await server.Api.TryAsync(HttpMethod.Get, "nothing");

        Assert.Matches(@"^FineTuning server listening on http://127\.0\.0\.1:\d+/v1$", server.Announcement);
        Assert.Equal(
            ["pid", "url", "data", "memory", "started_at", "control_token", "version", "dialect"],
            run.EnumerateObject().Select(p => p.Name)
        );
        Assert.Equal(server.Process.Id, run.GetProperty("pid").GetInt32());
        Assert.Equal(server.Url, run.GetProperty("url").GetString());
        Assert.Equal(data, run.GetProperty("data").GetString());
        Assert.False(run.GetProperty("memory").GetBoolean());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(runFile));
        }

        await server.StopAsync(run.GetProperty("control_token").GetString()!);
        Assert.Equal(0, await server.ExitAsync());
        Assert.Empty(await server.Process.StandardOutput.ReadToEndAsync());
        Assert.Empty(await server.Process.StandardError.ReadToEndAsync());
        Assert.False(File.Exists(runFile));
        Assert.Contains("stops: asked by the control endpoint", File.ReadAllText(Path.Combine(data, "server.log")));
    }

    [Fact]
    public async Task A_folder_is_served_once_and_the_second_names_the_first()
    {
        await using ServerProcess first = await ServerProcess.StartAsync("--data", _folder);
        (int code, string output, string error) = await ServerProcess.RunAsync(null, "--data", _folder);

        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.Contains(first.Process.Id.ToString(CultureInfo.InvariantCulture), error);
        Assert.Contains("already served", error);
        Assert.Single(error.TrimEnd().Split('\n'));
        await first.Api.GetAsync("models");
    }

    [Fact]
    public async Task A_port_that_is_taken_is_one_line_and_exit_code_1()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        string port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        (int code, _, string error) = await ServerProcess.RunAsync(null, "--data", _folder, "--port", port);

        Assert.Equal(1, code);
        Assert.Contains(port, error);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task An_address_that_the_machine_does_not_have_is_one_line_and_exit_code_1()
    {
        (int code, _, string error) = await ServerProcess.RunAsync(
            "sk-key\n",
            "--data",
            _folder,
            "--urls",
            "http://192.0.2.7:0",
            "--api-key-stdin"
        );

        Assert.Equal(1, code);
        Assert.Contains("192.0.2.7", error);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_and_a_damaged_database_are_one_line_each()
    {
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "in the way");
        (int code, _, string error) = await ServerProcess.RunAsync(null, "--data", Path.Combine(file, "sub"));
        string damaged = Path.Combine(_folder, "damaged");
        Directory.CreateDirectory(damaged);
        File.WriteAllText(Path.Combine(damaged, "server.db"), new string('x', 10_000));
        (int second, _, string secondError) = await ServerProcess.RunAsync(null, "--data", damaged);

        Assert.Equal((1, 1), (code, second));
        Assert.Contains("cannot be written to", error);
        Assert.Contains("server.db", secondError);
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.Single(secondError.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_folder_that_is_not_writable_is_one_line_and_exit_code_1()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // Not even root can write there.
        (int code, _, string error) = await ServerProcess.RunAsync(null, "--data", "/proc/finetuning");

        Assert.Equal(1, code);
        Assert.Contains("The data folder '/proc/finetuning' cannot be written to", error);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_crash_leaves_a_log_that_says_why()
    {
        string trigger = Path.Combine(_folder, "trigger");
        await using ServerProcess server = await ServerProcess.StartWithHookAsync(trigger, "--data", _folder);
        string file = await server.Api.UploadAsync();
        File.WriteAllText(trigger, "now");

        Assert.NotEqual(0, await server.ExitAsync());
        string log = File.ReadAllText(Path.Combine(_folder, "server.log"));
        Assert.Contains("Critical Server: crashed", log);
        Assert.Contains(StartupHook.Reason, log);
        Assert.Contains("at StartupHook.", log);
        File.Delete(trigger);
        await using ServerProcess again = await ServerProcess.StartAsync("--data", _folder);
        await again.Api.GetAsync($"files/{file}");
    }

    [Fact]
    public async Task A_signal_while_training_keeps_the_state_and_a_restart_goes_on()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string id;
        await using (ServerProcess first = await ServerProcess.StartAsync("--data", _folder))
        {
            string file = await first.Api.UploadAsync(Api.ChatLines(400));
            id = await first.Api.CreateJobAsync(
                new JsonObject
                {
                    ["training_file"] = file,
                    ["hyperparameters"] = new JsonObject { ["n_epochs"] = 8, ["batch_size"] = 2 },
                }
            );
            await Until.TrueAsync(
                "some steps are trained",
                async () => LastStep(await first.Api.GetAsync($"fine_tuning/jobs/{id}/events?limit=5")) > 20
            );
            first.Signal("TERM");
            Assert.Equal(0, await first.ExitAsync());
        }

        Assert.Contains("stops: signal SIGTERM", File.ReadAllText(Path.Combine(_folder, "server.log")));
        await using ServerProcess second = await ServerProcess.StartAsync("--data", _folder);
        await second.Api.UntilStatusAsync(id, "succeeded");
        Assert.Contains(
            await second.Api.MessagesAsync(id),
            message => message.StartsWith("Fine-tuning job resumed from step ")
        );
    }

    [Fact]
    public async Task The_key_comes_over_standard_input_and_is_the_only_one()
    {
        await using ServerProcess server = await ServerProcess.StartWithInputAsync(
            "sk-from-stdin\nmore\n",
            "--data",
            _folder,
            "--api-key-stdin"
        );
        using Api right = new(server.Url, "sk-from-stdin");

        await right.GetAsync("models");
        await server.Api.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, "models");
        Assert.DoesNotContain("sk-from-stdin", File.ReadAllText(Path.Combine(_folder, "run.json")));
    }

    [Fact]
    public async Task An_empty_key_is_a_bad_option()
    {
        (int code, _, string error) = await ServerProcess.RunAsync("\n", "--data", _folder, "--api-key-stdin");
        Assert.Equal(2, code);
        Assert.Contains("empty", error);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task A_signal_stops_it_cleanly(string signal)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using ServerProcess server = await ServerProcess.StartAsync("--data", _folder);
        bool isIgnored = signal == "INT" && server.IgnoresInterrupts();
        server.Signal(signal);
        if (isIgnored)
        {
            // Whoever started these tests ignores it, as a shell does for a job in its background, and so do all
            // children.
            await server.Api.GetAsync("models");
            server.Signal("TERM");
        }

        Assert.Equal(0, await server.ExitAsync());
        Assert.False(File.Exists(Path.Combine(_folder, "run.json")));
    }

    [Fact]
    public async Task Detached_it_outlives_the_terminals_signals_and_stops_by_term()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using ServerProcess server = await ServerProcess.StartAsync("--data", _folder, "--detached");
        server.Signal("INT");
        server.Signal("HUP");
        await server.Api.GetAsync("models");
        server.Signal("INT");
        await server.Api.GetAsync("models");
        server.Signal("TERM");

        Assert.Equal(0, await server.ExitAsync());
        Assert.DoesNotContain("SIGINT", File.ReadAllText(Path.Combine(_folder, "server.log")));
    }

    [Fact]
    public async Task It_ends_with_its_parent_and_keeps_nothing_in_memory_mode()
    {
        using var parent = Process.Start(OperatingSystem.IsWindows() ? "timeout" : "sleep", "600");
        string runFile = Path.Combine(_folder, "run.json");
        await using ServerProcess server = await ServerProcess.StartAsync(
            "--memory",
            "--run-file",
            runFile,
            "--parent-pid",
            parent.Id.ToString(CultureInfo.InvariantCulture)
        );
        await server.Api.UploadAsync();
        string data = ServerProcess.ReadRunFile(runFile).GetProperty("data").GetString()!;
        bool during = Directory.Exists(Path.Combine(data, "files"));
        ServerProcess.Kill(parent);

        Assert.Equal(0, await server.ExitAsync());
        Assert.True(during);
        Assert.False(Directory.Exists(data));
        Assert.False(File.Exists(runFile));
    }

    [Fact]
    public async Task A_parent_that_does_not_run_is_one_line_and_exit_code_1()
    {
        (int code, _, string error) = await ServerProcess.RunAsync(null, "--memory", "--parent-pid", "2147483000");
        Assert.Equal(1, code);
        Assert.Contains("2147483000", error);
    }

    [Fact]
    public async Task Killed_while_training_it_goes_on_after_a_restart_and_finishes()
    {
        string id,
            file;
        long seen;
        await using (ServerProcess first = await ServerProcess.StartAsync("--data", _folder))
        {
            file = await first.Api.UploadAsync(Api.ChatLines(400));
            id = await first.Api.CreateJobAsync(
                new JsonObject
                {
                    ["training_file"] = file,
                    ["hyperparameters"] = new JsonObject { ["n_epochs"] = 8, ["batch_size"] = 2 },
                }
            );
            await Until.TrueAsync(
                "an epoch and a bit are trained",
                async () => LastStep(await first.Api.GetAsync($"fine_tuning/jobs/{id}/events?limit=5")) > 250
            );
            seen = LastStep(await first.Api.GetAsync($"fine_tuning/jobs/{id}/events?limit=5"));
            ServerProcess.Kill(first.Process);
            await first.Process.WaitForExitAsync();
        }

        await using ServerProcess second = await ServerProcess.StartAsync("--data", _folder);
        JsonElement job = await second.Api.UntilStatusAsync(id, "succeeded");

        int[] steps =
        [
            .. (await second.Api.EventsAsync(id))
                .Where(e => e.GetProperty("type").GetString() == "metrics")
                .Select(e => e.GetProperty("data").GetProperty("step").GetInt32()),
        ];
        Assert.True(seen > 250);
        Assert.Equal(Enumerable.Range(1, 1600).Reverse(), steps);
        Assert.Single(job.GetProperty("result_files").EnumerateArray());
        Assert.Contains(
            await second.Api.MessagesAsync(id),
            message => message.StartsWith("Fine-tuning job resumed from step ")
        );
        Assert.Equal(
            3,
            (await second.Api.GetAsync($"fine_tuning/jobs/{id}/checkpoints")).GetProperty("data").GetArrayLength()
        );
    }

    private static long LastStep(JsonElement events) =>
        events
            .GetProperty("data")
            .EnumerateArray()
            .Where(e => e.GetProperty("type").GetString() == "metrics")
            .Select(e => e.GetProperty("data").GetProperty("step").GetInt64())
            .DefaultIfEmpty(0)
            .Max();
}
