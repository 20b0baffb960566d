using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Client;

/// <summary>Each operation asks for exactly what the API describes, and understands the answer.</summary>
public sealed class OperationTests
{
    public static TheoryData<string> Names => [.. OperationTable.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_operation_sends_and_reads_what_the_api_describes(string name)
    {
        Operation operation = OperationTable.All[name];
        await using var server = StubServer.Replies(Reply.Json(operation.Answer));
        using ApiCredential credential = Testing.Credential();
        using var client = new FineTuningClient(
            Testing.Options(server) with
            {
                Organization = "org-1",
                Project = "proj-1",
            },
            credential
        );

        Assert.Equal(operation.Expected, await operation.Call(client));

        StubRequest request = Assert.Single(server.Requests);
        Assert.Equal(operation.Method, request.Method);
        Assert.Equal(operation.Target, request.Target);
        Assert.Equal("Bearer " + Testing.Key, request["Authorization"]);
        Assert.Equal("org-1", request["OpenAI-Organization"]);
        Assert.Equal("proj-1", request["OpenAI-Project"]);
        Assert.Matches(@"^FineTuning/\d+\.\d+\.\d+$", request["User-Agent"]);
        Assert.Equal("application/json", request["Accept"]);
        Assert.Null(request["api-key"]);
        Assert.Null(request["Expect"]);
        Assert.Null(request["Cookie"]);
        if (string.IsNullOrEmpty(operation.Body))
        {
            Assert.Empty(request.Body);
            Assert.Equal(operation.Body is null ? null : "0", request["Content-Length"]);
        }
        else
        {
            Testing.AssertJson(operation.Body, request.Text);
            Assert.Equal("application/json; charset=utf-8", request["Content-Type"]);
        }
    }

    [Fact]
    public void Every_operation_is_in_the_table()
    {
        // What sends streams has tests of its own.
        string[] tested =
        [
            .. OperationTable.All.Keys.Select(k =>
                k.Split(',')[0].Replace(" ", string.Empty, StringComparison.Ordinal)
            ),
            "createfile",
            "adduploadpart",
            "enumeratejobs",
            "streamchat",
        ];
        IEnumerable<string> methods = typeof(FineTuningClient)
            .GetMethods()
            .Where(m => m.Name.EndsWith("Async", StringComparison.Ordinal))
            .Select(m => m.Name[..^"Async".Length].ToLowerInvariant());
        Assert.Empty(methods.Except(tested));
        Assert.Empty(tested.Except(methods));
    }

    [Fact]
    public async Task What_is_not_set_is_not_sent()
    {
        await using var server = StubServer.Replies(Reply.Json(Testing.List([])));
        using var client = new FineTuningClient(Testing.Options(server), credential: null);
        await client.ListModelsAsync();
        StubRequest request = Assert.Single(server.Requests);
        Assert.Null(request["Authorization"]);
        Assert.Null(request["OpenAI-Organization"]);
        Assert.Null(request["OpenAI-Project"]);
    }

    [Fact]
    public async Task Many_threads_share_one_client()
    {
        await using var server = StubServer.Answers(r => Reply.Json($$"""{"id":"{{r.Target.Split('/')[^1]}}"}"""));
        using FineTuningClient client = Testing.Client(server);
        string[] ids = [.. Enumerable.Range(0, 64).Select(i => "m" + i)];
        ModelResource[] models = await Task.WhenAll(ids.Select(id => Task.Run(() => client.GetModelAsync(id))));
        Assert.Equal(ids, models.Select(m => m.Id));
    }
}
