using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using FineTuning.Server.Training.External;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Training.External;

/// <summary>The real server and a program that does what it should not.</summary>
public sealed class MisbehaviourTests
{
    private const string Step1 = """{"type":"step","step":1,"train_loss":2.5,"trained_tokens":10}""";
    private const string Step2 = """{"type":"step","step":2,"train_loss":2.25,"trained_tokens":20}""";
    private const string Done = """{"type":"done","path":"model.txt"}""";
    private const string Logged = """{"type":"log","message":"busy"}""";
    private readonly RecordingLog _log = new();

    [Theory]
    [InlineData("hello there", "it is no JSON", "hello there")]
    [InlineData("[1,2]", "it is no JSON object", "[1,2]")]
    [InlineData("""{"step":1}""", "'type' must be a string", "step")]
    [InlineData("""{"type":"step","step":1,"train_loss":NaN}""", "it is no JSON", "NaN")]
    [InlineData("""{"type":"step","step":1,"train_loss":1e999}""", "'train_loss' must be a finite number", "1e999")]
    [InlineData("""{"type":"step","step":1,"train_loss":"2"}""", "'train_loss' must be a finite number", "step")]
    [InlineData("""{"type":"step","step":0}""", "'step' must be a whole number from 1 to 4", "step")]
    [InlineData("""{"type":"step","step":5}""", "'step' must be a whole number from 1 to 4", "step")]
    [InlineData("""{"type":"step","step":1.5}""", "'step' must be a whole number from 1 to 4", "step")]
    [InlineData("""{"type":"step","step":1,"extra":{"Bad name":1}}""", "'extra' must have at most", "Bad name")]
    [InlineData(
        """{"type":"step","step":1,"extra":{"total_steps":4}}""",
        "'extra.total_steps' is taken by another number",
        "extra"
    )]
    [InlineData(
        """{"type":"step","step":1,"extra":{"train_loss":4}}""",
        "'extra.train_loss' is taken by another number",
        "extra"
    )]
    [InlineData("""{"type":"step","step":1,"extra":{"a":1,"a":2}}""", "'extra.a' is taken by another number", "extra")]
    [InlineData(
        """{"type":"checkpoint","step":1,"path":"model.txt"}""",
        "must be the one that was told of last",
        "checkpoint"
    )]
    [InlineData("""{"type":"paused","step":1,"path":"model.txt"}""", "nobody asked for a pause", "paused")]
    [InlineData("""{"type":"grade","id":1,"sample":"x","item":{}}""", "the job has no grader", "grade")]
    [InlineData("""{"type":"done"}""", "'path' must be a string", "done")]
    [InlineData("""{"type":"done","path":"nothing"}""", "'path' names nothing that exists", "nothing")]
    [InlineData("""{"type":"done","path":"../../server.db"}""", "'path' is not inside the work folder", "server.db")]
    [InlineData("""{"type":"done","path":"/etc/hosts"}""", "'path' is not inside the work folder", "hosts")]
    [InlineData("""{"type":"done","path":"."}""", "'path' is not inside the work folder", "done")]
    [InlineData("""{"type":"done","path":"link"}""", "'path' is or goes through a link", "link")]
    [InlineData("""{"type":"done","path":"model.txt\u0000"}""", "'path' is no path", "done")]
    [InlineData("""{"type":"error"}""", "'message' must be a string", "error")]
    [InlineData("""{"type":"log","message":"\ud83d"}""", "half a surrogate pair", "log")]
    [InlineData("""{"type":"log","\ud800":1}""", "the name of a property is no valid text", "log")]
    [InlineData(
        """{"type":"step","step":1,"extra":{"\ud800":1}}""",
        "the name of a property is no valid text",
        "extra"
    )]
    public async Task What_is_not_in_the_protocol_fails_the_job_and_is_quoted(string line, string why, string quoted)
    {
        JsonElement error = await FailAsync(
            ExternalPrograms.Limits,
            "#file model.txt x",
            "#link link model.txt",
            line,
            "#hang"
        );

        Assert.Equal("trainer_protocol", error.GetProperty("code").GetString());
        Assert.Contains(why, error.GetProperty("message").GetString());
        Assert.Contains(quoted, error.GetProperty("message").GetString());
        Assert.Contains("external:scripted", error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Steps_must_come_in_order()
    {
        JsonElement error = await FailAsync(ExternalPrograms.Limits, Step2, Step1, "#hang");

        Assert.Contains("'step' must be a whole number from 3 to 4", error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_line_without_end_is_not_read_to_its_end()
    {
        JsonElement error = await FailAsync(
            ExternalPrograms.Limits with
            {
                LineBytes = 100_000,
            },
            Step1,
            "#long 10000000",
            "#hang"
        );

        Assert.Contains("a line is longer than 100000 bytes", error.GetProperty("message").GetString());
        Assert.True(error.GetProperty("message").GetString()!.Length < 600);
    }

    [Fact]
    public async Task A_program_that_dies_again_and_again_fails_the_job_with_its_last_words()
    {
        JsonElement error = await FailAsync(
            ExternalPrograms.Limits,
            Step1,
            "#stderr CUDA out of memory",
            """#half {"type":"st""",
            "#exit 7"
        );

        Assert.Equal("trainer_failed", error.GetProperty("code").GetString());
        Assert.Matches(
            "died 4 times in a row .* exit code 7.* Its last words: CUDA out of memory$",
            error.GetProperty("message").GetString()
        );
        Assert.Equal(4, ExternalPrograms.ProcessIds(_log, "the training program").Count);
        Assert.Contains(_log.Lines, line => line.Contains("CUDA out of memory") && line.StartsWith("Job ftjob-"));
    }

    [Fact]
    public async Task One_that_saves_its_state_before_it_dies_may_die_as_often_as_it_likes()
    {
        // Each start saves the state of another step, or there is none left.
        await using TestServer server = await TestServer.StartAsync(
            ExternalPrograms.Scripted(
                _log,
                ExternalPrograms.Limits with
                {
                    Restarts = 0,
                },
                "#once first",
                Step1,
                "#file state-1 x",
                """{"type":"state","step":1,"path":"state-1"}""",
                "#exit 9",
                "#then",
                Step2,
                """{"type":"step","step":4,"train_loss":1}""",
                "#file model/weights x",
                """{"type":"done","path":"model","trained_tokens":77}"""
            )
        );
        string id = await server.Api.CreateJobAsync();
        JsonElement job = await server.Api.UntilStatusAsync(id, "succeeded");

        Assert.Equal(77, job.GetProperty("trained_tokens").GetInt32());
        await Until.TrueAsync(
            "nothing but the model is left",
            () =>
                Directory.GetFiles(Path.Combine(server.Folder, "jobs", id), "*", SearchOption.AllDirectories)
                    is [string path]
                && path.EndsWith(Path.Combine("model", "weights"))
        );
        await server.Api.DeleteAsync("models/" + job.GetProperty("fine_tuned_model").GetString());
        Assert.False(Directory.Exists(Path.Combine(server.Folder, "jobs", id)));
    }

    [Fact]
    public async Task One_that_cannot_read_the_state_it_saved_before_it_died_starts_over()
    {
        await using TestServer server = await TestServer.StartAsync(
            ExternalPrograms.Scripted(
                _log,
                "#once first",
                Step1,
                "#file state-1 x",
                """{"type":"state","step":1,"path":"state-1"}""",
                "#exit 9",
                "#then",
                "#once second",
                """{"type":"error","code":"invalid_state","message":"The state is torn."}""",
                "#then",
                Step1,
                "#file model.txt x",
                Done
            )
        );
        string id = await server.Api.CreateJobAsync();
        await server.Api.UntilStatusAsync(id, "succeeded");

        Assert.Contains("The state is torn. The training starts over", await server.Api.MessagesAsync(id));
    }

    [Fact]
    public async Task A_refusal_fails_the_job_at_once_and_in_the_programs_words()
    {
        JsonElement error = await FailAsync(
            ExternalPrograms.Limits,
            """{"type":"error","code":"no_gpu","message":"There is\nno GPU.","param":"model"}""",
            "#exit 1"
        );

        Assert.Equal(
            ("no_gpu", "There is no GPU.", "model"),
            (
                error.GetProperty("code").GetString(),
                error.GetProperty("message").GetString(),
                error.GetProperty("param").GetString()
            )
        );
        Assert.Single(ExternalPrograms.ProcessIds(_log, "the training program"));
    }

    [Fact]
    public async Task Unknown_messages_are_logged_and_the_job_goes_on()
    {
        await using TestServer server = await TestServer.StartAsync(
            ExternalPrograms.Scripted(
                _log,
                """{"type":"weather","sun":true}""",
                """{"type":"log","message":"half\nway","level":"warn"}""",
                Step1,
                "#file model.txt x",
                Done
            )
        );
        await server.Api.UntilStatusAsync(await server.Api.CreateJobAsync(), "succeeded");

        Assert.Contains(_log.Lines, line => line.Contains("a message of the type 'weather' was ignored"));
        Assert.Contains(_log.Lines, line => line.EndsWith("half way"));
    }

    [Fact]
    public async Task A_flood_of_words_does_not_fill_the_log()
    {
        await FailAsync(
            ExternalPrograms.Limits with
            {
                LoggedLines = 20,
            },
            "#flood 3000",
            """{"type":"error","message":"no"}""",
            "#exit 1"
        );

        Assert.InRange(_log.Lines.Count(line => line.Contains("flood")), 1, 20);
        await Until.TrueAsync("it was cut", () => _log.Lines.Any(line => line.Contains("which is not logged")));
    }

    [Fact]
    public async Task One_that_ignores_a_cancel_is_killed_with_its_children_within_a_second()
    {
        await using TestServer server = await TestServer.StartAsync(
            ExternalPrograms.Scripted(_log, "#child", Step1, "#hang")
        );
        string id = await server.Api.CreateJobAsync();
        await Until.TrueAsync(
            "a step is done",
            async () => (await server.Api.MessagesAsync(id)).Any(message => message.StartsWith("Step 1/4"))
        );
        await Until.TrueAsync("the child runs", () => ChildId() is not null);
        int program = ExternalPrograms.ProcessIds(_log, "the training program").Single();
        await server.Api.PostAsync($"fine_tuning/jobs/{id}/cancel");
        long cancelled = Stopwatch.GetTimestamp();
        await Until.TrueAsync("both have ended", () => !Processes.Runs(program) && !Processes.Runs(ChildId()!.Value));

        // The promise is a second; the rest is for a busy machine.
        Assert.InRange(Stopwatch.GetElapsedTime(cancelled).TotalSeconds, 0, 5);
        await Until.TrueAsync("its files are gone", () => !Directory.Exists(Path.Combine(server.Folder, "jobs", id)));
        Assert.Equal("cancelled", await server.Api.StatusAsync(id));
    }

    [Fact]
    public async Task One_that_talks_on_after_an_error_does_not_hold_up_the_server()
    {
        // While the state is being stored, the rest is said.
        JsonElement error = await FailAsync(
            ExternalPrograms.Limits,
            Step1,
            "#file model.txt x",
            """{"type":"state","step":1,"path":"model.txt"}""",
            Step1,
            "#repeat 500 " + Step2,
            "#hang"
        );

        Assert.Contains("'step' must be a whole number from 2 to 4", error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task One_that_talks_on_after_its_last_message_ends_in_peace()
    {
        await using TestServer server = await TestServer.StartAsync(
            ExternalPrograms.Scripted(_log, Step1, "#file model.txt x", Done, "#repeat 5000 " + Logged)
        );
        await server.Api.UntilStatusAsync(await server.Api.CreateJobAsync(), "succeeded");

        Assert.Contains(_log.Lines, line => line.EndsWith("the training program ended with exit code 0"));
    }

    [Fact]
    public async Task One_that_talks_without_end_can_be_cancelled()
    {
        await using TestServer server = await TestServer.StartAsync(
            ExternalPrograms.Scripted(_log, Step1, """#repeat 2000000000 {"type":"weather"}""")
        );
        string id = await server.Api.CreateJobAsync();
        await Until.TrueAsync("it talks", () => _log.Lines.Any(line => line.EndsWith("was ignored")));
        await server.Api.PostAsync($"fine_tuning/jobs/{id}/cancel");
        await Until.TrueAsync("its files are gone", () => !Directory.Exists(Path.Combine(server.Folder, "jobs", id)));

        Assert.All(ExternalPrograms.ProcessIds(_log, "program"), process => Assert.False(Processes.Runs(process)));
    }

    [Fact]
    public async Task A_state_that_is_a_checkpoint_too_outlives_it()
    {
        await using TestServer server = await TestServer.StartAsync(
            ExternalPrograms.Scripted(
                _log,
                Step1,
                "#file model/weights x",
                """{"type":"checkpoint","step":1,"path":"model/weights"}""",
                """{"type":"state","step":1,"path":"model"}""",
                "#await pause"
            )
        );
        string id = await server.Api.CreateJobAsync(),
            path = Path.Combine(server.Folder, "jobs", id, "model", "weights");
        await Until.TrueAsync("there is a state", () => server.Sql("SELECT state_path FROM jobs") is string);
        await server.Api.PostAsync($"fine_tuning/jobs/{id}/pause");
        await server.Api.UntilStatusAsync(id, "paused");
        JsonElement checkpoint = (await server.Api.GetAsync($"fine_tuning/jobs/{id}/checkpoints")).GetProperty("data")[
            0
        ];
        await server.Api.DeleteAsync("models/" + checkpoint.GetProperty("fine_tuned_model_checkpoint").GetString());

        Assert.True(File.Exists(path));
        await server.Api.PostAsync($"fine_tuning/jobs/{id}/cancel");
        await Until.TrueAsync("it goes with its job", () => !File.Exists(path));
    }

    [Theory]
    [InlineData("#hang", 50)]
    [InlineData("#await pause", 300_000)]
    public async Task One_that_ignores_a_pause_or_dies_of_it_pauses_at_its_last_state(string ending, int timeout)
    {
        await using TestServer server = await TestServer.StartAsync(
            ExternalPrograms.Scripted(
                _log,
                ExternalPrograms.Limits with
                {
                    PauseTimeout = TimeSpan.FromMilliseconds(timeout),
                },
                "#once first",
                Step1,
                "#file state-1 x",
                """{"type":"state","step":1,"path":"state-1"}""",
                Step2,
                ending,
                "#then",
                Step2,
                "#file model.txt x",
                Done
            )
        );
        string id = await server.Api.CreateJobAsync();
        await Until.TrueAsync(
            "two steps are done",
            async () => (await server.Api.MessagesAsync(id)).Any(message => message.StartsWith("Step 2/4"))
        );
        await server.Api.PostAsync($"fine_tuning/jobs/{id}/pause");
        await server.Api.UntilStatusAsync(id, "paused");
        await server.Api.PostAsync($"fine_tuning/jobs/{id}/resume");
        await server.Api.UntilStatusAsync(id, "succeeded");

        Assert.Equal(ending == "#hang", _log.Lines.Any(line => line.Contains("did not pause in time")));
        Assert.Contains("Fine-tuning job resumed from step 1", await server.Api.MessagesAsync(id));
    }

    [Fact]
    public async Task It_gets_the_users_environment_but_no_keys()
    {
        Environment.SetEnvironmentVariable("OPENAI_API_KEY", "sk-secret");
        Environment.SetEnvironmentVariable("SCRIPTED_GPU", "0");
        try
        {
            await FailAsync(
                ExternalPrograms.Limits,
                "#variable OPENAI_API_KEY",
                "#variable SCRIPTED_GPU",
                """{"type":"error","message":"no"}"""
            );
        }
        finally
        {
            Environment.SetEnvironmentVariable("OPENAI_API_KEY", null);
            Environment.SetEnvironmentVariable("SCRIPTED_GPU", null);
        }

        await Until.TrueAsync("it has said both", () => _log.Lines.Any(line => line.EndsWith("SCRIPTED_GPU=0")));
        Assert.Contains(_log.Lines, line => line.EndsWith("OPENAI_API_KEY="));
    }

    private async Task<JsonElement> FailAsync(ExternalLimits limits, params string[] script)
    {
        await using TestServer server = await TestServer.StartAsync(ExternalPrograms.Scripted(_log, limits, script));
        string id = await server.Api.CreateJobAsync();
        JsonElement error = (await server.Api.UntilStatusAsync(id, "failed")).GetProperty("error");
        await Until.TrueAsync("its files are gone", () => !Directory.Exists(Path.Combine(server.Folder, "jobs", id)));
        Assert.All(ExternalPrograms.ProcessIds(_log, "program"), process => Assert.False(Processes.Runs(process)));
        return error;
    }

    private int? ChildId() =>
        _log.Lines.Select(line => Regex.Match(line, "child ([0-9]+)$")).FirstOrDefault(match => match.Success)
            is { } match
            ? int.Parse(match.Groups[1].Value)
            : null;
}
