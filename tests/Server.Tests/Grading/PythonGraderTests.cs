using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using FineTuning.Server.Tests.Support;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Grading;

/// <summary>Graders' scripts, run by a server that was started with --allow-python.</summary>
public sealed class PythonGraderTests : IAsyncLifetime
{
    private TestServer? _server;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [PythonFact]
    public async Task A_script_grades_the_sample_with_the_item()
    {
        const string Source = """
            import json
            def grade(sample, item):
                print("this is no answer")
                assert sample["output_json"]["city"] == "Rome"
                assert sample["choices"][0]["message"]["content"] == sample["output_text"]
                return 0.25 if item["city"] == "Rōme" else 0
            """;
        JsonElement answer = await RunAsync(Source, """{"city": "Rome"}""", """{"city":"Rōme"}""");

        Assert.Equal(0.25, answer.GetProperty("reward").GetDouble());
        Assert.Equal("python", answer.GetProperty("metadata").GetProperty("type").GetString());
    }

    [PythonFact]
    public async Task A_script_that_fails_is_an_error_of_the_sample()
    {
        Assert.Equal(
            "line 3: ZeroDivisionError: division by zero",
            await FailureAsync("def grade(sample, item):\n    x = 1\n    return x / 0")
        );
        Assert.Contains("SyntaxError", await FailureAsync("def grade(sample, item) return 1"));
        Assert.Contains("no function grade", await FailureAsync("x = 1"));
        Assert.Contains("None", await FailureAsync("def grade(sample, item): pass"));
        Assert.Contains("could not convert", await FailureAsync("def grade(sample, item): return 'good'"));
        Assert.Contains("finite", await FailureAsync("def grade(sample, item): return float('nan')"));
        Assert.Contains("SystemExit", await FailureAsync("raise SystemExit(3)"));
        Assert.Contains(
            "code 7 before it gave a score. It said: bye",
            await FailureAsync("import os\nprint('bye', flush=True)\nos._exit(7)")
        );
    }

    [PythonFact]
    public async Task A_script_that_takes_too_long_is_stopped() =>
        Assert.Contains("stopped after 2 seconds", await FailureAsync("while True: pass", TimeSpan.FromSeconds(2)));

    [PythonFact]
    public async Task A_script_is_stopped_with_all_it_started_when_the_caller_is_gone()
    {
        string file = Path.Combine(Path.GetTempPath(), "finetuning-test-" + Guid.NewGuid().ToString("N"));
        string source = $"""
            import os, subprocess, sys
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            with open({JsonSerializer.Serialize(
                file + ".part"
            )}, "w") as f: f.write(f"[{"{os.getpid()}"},{"{child.pid}"}]")
            os.rename({JsonSerializer.Serialize(file + ".part")}, {JsonSerializer.Serialize(file)})
            while True: pass
            """;
        try
        {
            Task<JsonElement> run = RunAsync(source, "x");
            await Until.TrueAsync("the script runs", () => run.IsCompleted || File.Exists(file));
            int[] processes = JsonSerializer.Deserialize<int[]>(await File.ReadAllTextAsync(file))!;
            _server!.Api.Http.CancelPendingRequests();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
            await UntilGoneAsync(processes[0]);
            await UntilGoneAsync(processes[1]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [PythonFact]
    public async Task What_a_script_leaves_running_ends_with_it_and_does_not_hold_up_the_answer()
    {
        const string Source = """
            import subprocess, sys
            def grade(sample, item):
                return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid
            """;
        JsonElement answer = await RunAsync(Source, "x");
        await UntilGoneAsync((int)answer.GetProperty("reward").GetDouble());
    }

    [PythonFact]
    public async Task A_script_sees_neither_the_servers_environment_nor_its_folder()
    {
        const string Source = """
            import os
            def grade(sample, item):
                assert "FINETUNING_TEST_SECRET" not in os.environ, "environment"
                assert os.listdir(".") == [], "files"
                assert os.path.realpath(".") == os.path.realpath(os.environ["HOME"]), "home"
                open("left.txt", "w").write("x")
                raise ValueError(os.getcwd())
            """;
        Environment.SetEnvironmentVariable("FINETUNING_TEST_SECRET", "sk-secret");
        try
        {
            string failure = await FailureAsync(Source);
            Assert.StartsWith("line 7: ValueError: ", failure);
            Assert.False(Directory.Exists(failure["line 7: ValueError: ".Length..]));
        }
        finally
        {
            Environment.SetEnvironmentVariable("FINETUNING_TEST_SECRET", null);
        }
    }

    [PythonFact]
    public async Task A_script_that_sleeps_ends_without_the_server_too()
    {
        const string Source = "import signal\ndef grade(sample, item): return signal.alarm(0)";
        Assert.InRange(
            (await RunAsync(Source, "x", limit: TimeSpan.FromSeconds(60))).GetProperty("reward").GetDouble(),
            1,
            61
        );
    }

    [PythonFact]
    public async Task What_a_kill_left_of_a_script_is_removed_at_the_next_start()
    {
        string place = await FailureAsync("import os\nraise ValueError(os.path.realpath('..'))");
        string scripts = Path.Combine(_server!.Folder, "scripts");
        Directory.CreateDirectory(Path.Combine(scripts, "left"));
        _server = await _server.RestartAsync(new TestTrainer());

        Assert.EndsWith(scripts, place);
        Assert.Empty(Directory.GetFileSystemEntries(scripts));
    }

    [PythonFact]
    public async Task Noise_without_end_is_dropped()
    {
        const string Source = """
            def grade(sample, item):
                for i in range(3000): print("x" * 1000)
                return 1
            """;
        Assert.Equal(1, (await RunAsync(Source, "x")).GetProperty("reward").GetDouble());
    }

    private static async Task UntilGoneAsync(int pid) =>
        await Until.TrueAsync(
            $"process {pid} is gone",
            () =>
            {
                try
                {
                    using var process = Process.GetProcessById(pid);
                    return process.HasExited;
                }
                catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
                {
                    return true;
                }
            }
        );

    private async Task<string> FailureAsync(string source, TimeSpan? limit = null)
    {
        JsonElement answer = await RunAsync(source, "x", limit: limit);
        JsonElement errors = answer.GetProperty("metadata").GetProperty("errors");
        Assert.Equal(0, answer.GetProperty("reward").GetDouble());
        Assert.True(errors.GetProperty("python_grader_runtime_error").GetBoolean());
        return errors.GetProperty("python_grader_runtime_error_details").GetString()!;
    }

    private async Task<JsonElement> RunAsync(string source, string sample, string item = "{}", TimeSpan? limit = null)
    {
        _server ??= await TestServer.StartAsync(configure: options =>
            options with
            {
                AllowPython = true,
                ScriptTime = limit ?? options.ScriptTime,
            }
        );
        string grader = $$"""{"type":"python","name":"p","source":{{JsonSerializer.Serialize(source)}}}""";
        return await _server.Api.PostAsync(
            "fine_tuning/alpha/graders/run",
            $$"""{"grader":{{grader}},"model_sample":{{JsonSerializer.Serialize(sample)}},"item":{{item}}}"""
        );
    }
}
