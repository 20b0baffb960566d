using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FineTuning.Server.Tests.Support;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Training.External;

/// <summary>The server as a process that is told of a trainer by its options.</summary>
public sealed class ExternalProcessTests : IDisposable
{
    private readonly string _folder = TestServer.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("--memory --trainer-command /no/such/program", "'/no/such/program'", 1)]
    [InlineData("--memory --trainer-command no-such-program-in-path", "'no-such-program-in-path'", 1)]
    [InlineData("--memory --trainer-argument x", "--trainer-command", 2)]
    [InlineData("--memory --trainer-name x", "--trainer-command", 2)]
    [InlineData("--memory --trainer-command", "--trainer-command: A value is needed.", 2)]
    [InlineData("--memory --trainer-command --memory", "--trainer-command: A value is needed.", 2)]
    [InlineData("--memory --trainer-command dotnet --trainer-name a/b", "--trainer-name", 2)]
    public async Task A_trainer_that_cannot_be_is_one_line(string arguments, string message, int code)
    {
        (int actual, string output, string error) = await ServerProcess.RunAsync(null, arguments.Split(' '));

        Assert.Equal(code, actual);
        Assert.Empty(output);
        Assert.Contains(message, error);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_file_that_may_not_be_executed_is_refused_and_one_that_is_no_program_fails_the_job()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string program = Path.Combine(_folder, "my-trainer");
        File.WriteAllBytes(program, [0, 1, 2, 3]);
        (int code, _, string error) = await ServerProcess.RunAsync(null, "--memory", "--trainer-command", program);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using ServerProcess server = await ServerProcess.StartAsync(
            "--data",
            Path.Combine(_folder, "data"),
            "--trainer-command",
            program
        );
        string id = await server.Api.CreateJobAsync();
        JsonElement failure = (await server.Api.UntilStatusAsync(id, "failed")).GetProperty("error");

        Assert.Equal(1, code);
        Assert.Contains("chmod +x", error);
        Assert.Equal("trainer_not_started", failure.GetProperty("code").GetString());
        Assert.Contains("'external:my-trainer' cannot be started", failure.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_program_ends_with_a_killed_server_and_the_job_goes_on_in_the_next()
    {
        string[] options =
        [
            "--data",
            _folder,
            "--trainer-command",
            "dotnet",
            "--trainer-argument",
            ExternalPrograms.ExamplePath,
            "--trainer-name=example",
        ];
        string id;
        int program;
        await using (ServerProcess first = await ServerProcess.StartAsync(options))
        {
            id = await first.Api.CreateJobAsync(
                new JsonObject
                {
                    ["training_file"] = await first.Api.UploadAsync(Api.ChatLines(300)),
                    ["hyperparameters"] = new JsonObject { ["n_epochs"] = 50, ["batch_size"] = 1 },
                }
            );
            await Until.TrueAsync(
                "it trains",
                async () => (await first.Api.MessagesAsync(id)).Count(message => message.StartsWith("Step ")) > 300
            );
            program = ProgramOf(id);
            Assert.True(Processes.Runs(program));
            ServerProcess.Kill(first.Process);
            await first.Process.WaitForExitAsync();
        }

        await Until.TrueAsync("the program has ended, too", () => !Processes.Runs(program));
        await using ServerProcess second = await ServerProcess.StartAsync(options);
        await second.Api.UntilStatusAsync(id, "succeeded");
    }

    /// <summary>The process that the server's log names last.</summary>
    private int ProgramOf(string id) =>
        int.Parse(
            Regex
                .Matches(
                    File.ReadAllText(Path.Combine(_folder, "server.log")),
                    $"Job {id}: the training program is process ([0-9]+)"
                )[^1]
                .Groups[1]
                .Value,
            CultureInfo.InvariantCulture
        );
}
