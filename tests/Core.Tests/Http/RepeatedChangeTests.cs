using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Http;

/// <summary>A change whose answer was lost is sent again, and the second one finds it done.</summary>
public sealed class RepeatedChangeTests
{
    private static Reply Refusal => Reply.Error(400, message: "Not in this state.");

    [Theory]
    [InlineData("file")]
    [InlineData("model")]
    [InlineData("permission")]
    public async Task A_repeated_delete_that_finds_nothing_is_a_success(string kind)
    {
        await using var server = StubServer.Replies(Reply.Reset, Reply.Error(404));
        using FineTuningClient client = Testing.Client(server);
        DeletedResource deleted = await DeleteAsync(client, kind);
        Assert.Equal(("x-1", true), (deleted.Id, deleted.Deleted));
        Assert.Equal(["DELETE", "DELETE"], server.Requests.Select(r => r.Method));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("model")]
    [InlineData("permission")]
    public async Task A_first_delete_that_finds_nothing_is_an_error(string kind)
    {
        await using var server = StubServer.Replies(Reply.Error(404));
        using FineTuningClient client = Testing.Client(server);
        Assert.Equal(ApiErrorKind.NotFound, (await Testing.FailsAsync(() => DeleteAsync(client, kind))).Kind);
    }

    [Fact]
    public async Task A_delete_behind_a_refused_one_is_a_first_one()
    {
        await using var server = StubServer.Replies(Reply.Error(429), Reply.Error(404));
        using FineTuningClient client = Testing.Client(server);
        Assert.Equal(ApiErrorKind.NotFound, (await Testing.FailsAsync(() => client.DeleteFileAsync("file-1"))).Kind);
    }

    [Theory]
    [InlineData("cancel", "cancelled", true)]
    [InlineData("cancel", "canceled", true)]
    [InlineData("cancel", "succeeded", false)]
    [InlineData("pause", "pausing", true)]
    [InlineData("pause", "paused", true)]
    [InlineData("pause", "succeeded", false)]
    [InlineData("resume", "resuming", true)]
    [InlineData("resume", "running", true)]
    [InlineData("resume", "succeeded", true)]
    [InlineData("resume", "paused", false)]
    [InlineData("resume", "cancelled", false)]
    public async Task A_repeated_change_that_finds_it_done_is_a_success(string verb, string status, bool isSuccess)
    {
        await using var server = StubServer.Replies(Reply.Reset, Refusal, Reply.Json(Testing.Job(status: status)));
        using FineTuningClient client = Testing.Client(server);
        if (isSuccess)
        {
            Assert.Equal(status, (await ChangeAsync(client, verb)).Status.Value);
        }
        else
        {
            Assert.Equal(
                "Not in this state. Tried 2 times.",
                (await Testing.FailsAsync(() => ChangeAsync(client, verb))).Message
            );
        }

        Assert.Equal(["POST", "POST", "GET"], server.Requests.Select(r => r.Method));
    }

    [Theory]
    [InlineData("cancel", "cancelled", true)]
    [InlineData("pause", "paused", false)]
    [InlineData("resume", "running", false)]
    public async Task Of_first_changes_only_a_cancel_that_finds_it_cancelled_is_a_success(
        string verb,
        string status,
        bool isSuccess
    )
    {
        await using var server = StubServer.Replies(Refusal, Reply.Json(Testing.Job(status: status)));
        using FineTuningClient client = Testing.Client(server);
        if (isSuccess)
        {
            Assert.Equal(JobStatus.Cancelled, (await ChangeAsync(client, verb)).Status);
        }
        else
        {
            Assert.Equal("Not in this state.", (await Testing.FailsAsync(() => ChangeAsync(client, verb))).Message);
        }
    }

    [Fact]
    public async Task A_job_that_cannot_be_read_does_not_hide_the_refusal()
    {
        await using var server = StubServer.Replies(Refusal, Reply.Error(403, message: "Not yours."));
        using FineTuningClient client = Testing.Client(server);
        Assert.Equal("Not in this state.", (await Testing.FailsAsync(() => client.CancelJobAsync("ftjob-1"))).Message);
    }

    private static Task<DeletedResource> DeleteAsync(FineTuningClient client, string kind) =>
        kind switch
        {
            "file" => client.DeleteFileAsync("x-1"),
            "model" => client.DeleteModelAsync("x-1"),
            "permission" => client.DeletePermissionAsync("c", "x-1"),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };

    private static Task<JobResource> ChangeAsync(FineTuningClient client, string verb) =>
        verb switch
        {
            "cancel" => client.CancelJobAsync("ftjob-1"),
            "pause" => client.PauseJobAsync("ftjob-1"),
            "resume" => client.ResumeJobAsync("ftjob-1"),
            _ => throw new ArgumentOutOfRangeException(nameof(verb)),
        };
}
