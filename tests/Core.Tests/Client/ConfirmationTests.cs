using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Jobs;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Client;

/// <summary>Changes that a service answers without a body, or with one that does not confirm them.</summary>
public sealed class ConfirmationTests
{
    private static readonly Dictionary<string, Func<FineTuningClient, Task<DeletedResource>>> s_deletes = new()
    {
        ["file"] = c => c.DeleteFileAsync("x"),
        ["model"] = c => c.DeleteModelAsync("x"),
        ["permission"] = c => c.DeletePermissionAsync("c", "x"),
    };

    public static TheoryData<string, int, string, bool, string, string> Deletes
    {
        get
        {
            var rows = new TheoryData<string, int, string, bool, string, string>();
            foreach (string thing in s_deletes.Keys)
            {
                // Status and body of the answer, whether it is still there, what comes of it, and what is sent.
                rows.Add(thing, 204, "", true, "deleted", "DELETE");
                rows.Add(thing, 202, "", true, "deleted", "DELETE");
                rows.Add(thing, 200, "", false, "deleted", "DELETE GET");
                rows.Add(thing, 200, " \n", false, "deleted", "DELETE GET");
                rows.Add(thing, 200, "", true, "is still there", "DELETE GET DELETE GET");
                rows.Add(thing, 200, "{}", false, "deleted", "DELETE GET");
                rows.Add(thing, 200, "{}", true, "does not say that it was deleted", "DELETE GET");
                rows.Add(thing, 200, """{"deleted":false}""", false, "did not delete it", "DELETE");
                rows.Add(thing, 200, """{"deleted":"false"}""", false, "did not delete it", "DELETE");
                rows.Add(thing, 200, """{"deleted":"true"}""", true, "deleted", "DELETE");
                rows.Add(thing, 200, """{"deleted":true,"error":null}""", true, "deleted", "DELETE");
                rows.Add(thing, 200, """{"deleted":true,"error":{"message":"Not now."}}""", true, "Not now.", "DELETE");
                rows.Add(thing, 200, """{"message":"Gone."}""", true, "It says: Gone", "DELETE GET");
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Deletes))]
    public async Task A_deletion_is_believed_when_it_is_confirmed(
        string thing,
        int status,
        string body,
        bool isThere,
        string outcome,
        string sent
    )
    {
        string there = thing == "permission" ? """{"data":[{"id":"x"}]}""" : """{"id":"x"}""";
        string gone = thing == "permission" ? """{"data":[]}""" : string.Empty;
        await using var server = StubServer.Answers(request =>
            request.Method == "DELETE" ? Reply.Json(body, status)
            : isThere ? Reply.Json(there)
            : gone.Length > 0 ? Reply.Json(gone)
            : Reply.Error(404)
        );
        using FineTuningClient client = Testing.Client(server);
        string came;
        try
        {
            DeletedResource answer = await s_deletes[thing](client);
            Assert.True(answer.Deleted);
            came = "deleted";
        }
        catch (FineTuningApiException e)
        {
            came = e.Message;
        }

        Assert.Contains(outcome, came, StringComparison.Ordinal);
        Assert.Equal(sent, string.Join(" ", server.Requests.Select(request => request.Method)));
    }

    [Theory]
    [InlineData("cancel", 202, "running", "running", 1)]
    [InlineData("cancel", 204, "running", "running", 1)]
    [InlineData("cancel", 200, "cancelled", "cancelled", 1)]
    [InlineData("cancel", 200, "cancel_requested", "cancel_requested", 1)]
    [InlineData("cancel", 200, "running", null, 2)]
    [InlineData("pause", 202, "running", "running", 1)]
    [InlineData("pause", 200, "pausing", "pausing", 1)]
    [InlineData("pause", 200, "running", null, 2)]
    [InlineData("resume", 202, "paused", "paused", 1)]
    [InlineData("resume", 200, "running", "running", 1)]
    [InlineData("resume", 200, "paused", null, 2)]
    public async Task A_change_without_a_body_is_looked_at(
        string change,
        int status,
        string then,
        string? outcome,
        int sent
    )
    {
        await using var server = StubServer.Answers(request =>
            request.Method == "POST" ? Reply.Json("", status) : Reply.Json(Testing.Job(status: then))
        );
        using FineTuningClient client = Testing.Client(server);
        Task<JobResource> answer = change switch
        {
            "cancel" => client.CancelJobAsync("ftjob-1"),
            "pause" => client.PauseJobAsync("ftjob-1"),
            _ => client.ResumeJobAsync("ftjob-1"),
        };
        if (outcome is null)
        {
            FineTuningApiException e = await Testing.FailsAsync(() => answer);
            Assert.Contains($"without a word, and the job ftjob-1 is {then}", e.Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(outcome, (await answer).Status.Value);
        }

        Assert.Equal(sent, server.Requests.Count(request => request.Method == "POST"));
    }

    [Theory]
    [InlineData("""{"error":{"message":"The upstream died.","code":"x"}}""", 1)]
    [InlineData("""{"error":{"message":"The upstream died.","code":503}}""", 1)]
    [InlineData("""{"error":{"message":"The upstream died.","code":400}}""", 0)]
    [InlineData("""{"error":{"message":"The upstream died.","code":"insufficient_quota"}}""", 0)]
    public async Task A_creation_that_the_service_says_has_failed_is_told_at_once(string body, int looks)
    {
        var clock = new TestClock();
        await using var server = StubServer.Answers(request =>
            Reply.Json(request.Method == "POST" ? body : Testing.List([]))
        );
        using FineTuningClient client = Testing.Client(server, clock);
        FineTuningApiException e = await Testing.FailsAsync(() =>
            new JobCreator(client).CreateAsync(new JobCreateRequest { Model = "m", TrainingFile = "file-1" })
        );
        Assert.StartsWith("The upstream died.", e.Message, StringComparison.Ordinal);
        Assert.Empty(clock.Delays);
        Assert.Equal(1 + looks, server.Count);
    }
}
