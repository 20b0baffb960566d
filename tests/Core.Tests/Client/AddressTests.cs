using FineTuning.Core.Client;
using FineTuning.Core.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Client;

/// <summary>Where a request goes: the base, its query, and ids that stay one segment of a path.</summary>
public sealed class AddressTests
{
    [Theory]
    [InlineData("/v1", "/v1/models/m")]
    [InlineData("/v1/", "/v1/models/m")]
    [InlineData("", "/models/m")]
    [InlineData("/openai/v1", "/openai/v1/models/m")]
    [InlineData("/openai/v1/?api-version=preview", "/openai/v1/models/m?api-version=preview")]
    public async Task Nothing_is_added_to_the_base(string path, string expected)
    {
        await using var server = StubServer.Replies(Reply.Json("""{"id":"m"}"""));
        using var client = new FineTuningClient(
            Testing.Options(server) with
            {
                Endpoint = new Uri(server.Endpoint.GetLeftPart(UriPartial.Authority) + path),
            },
            null
        );
        await client.GetModelAsync("m");
        Assert.Equal(expected, server.Requests[0].Target);
    }

    [Fact]
    public async Task A_query_of_the_base_goes_behind_a_query_of_the_request()
    {
        await using var server = StubServer.Replies(Reply.Json(Testing.List([])));
        using var client = new FineTuningClient(
            Testing.Options(server) with
            {
                Endpoint = new Uri(server.Endpoint, "/v1?api-version=1"),
            },
            null
        );
        await client.ListFilesAsync(new FileQuery { Limit = 2 });
        Assert.Equal("/v1/files?limit=2&api-version=1", server.Requests[0].Target);
    }

    [Theory]
    [InlineData("ft:gpt-4o:org:suffix:id", "ft%3Agpt-4o%3Aorg%3Asuffix%3Aid")]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("../files", "..%2Ffiles")]
    [InlineData("a/../../b", "a%2F..%2F..%2Fb")]
    [InlineData("..\\files", "..%5Cfiles")]
    [InlineData("%2e%2e", "%252e%252e")]
    [InlineData("...", "...")]
    [InlineData(".a", ".a")]
    [InlineData("a?b=c#d", "a%3Fb%3Dc%23d")]
    [InlineData("a b+c", "a%20b%2Bc")]
    [InlineData("modèle", "mod%C3%A8le")]
    public async Task An_id_stays_one_segment(string id, string segment)
    {
        await using var server = StubServer.Replies(Reply.Json("""{"id":"x"}"""));
        using FineTuningClient client = Testing.Client(server);
        await client.GetModelAsync(id);
        await client.GetJobAsync(id);
        await client.PauseJobAsync(id);
        Assert.Equal(
            ["/v1/models/" + segment, "/v1/fine_tuning/jobs/" + segment, "/v1/fine_tuning/jobs/" + segment + "/pause"],
            server.Requests.Select(r => r.Target)
        );
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData(" \t")]
    [InlineData(null)]
    public async Task What_cannot_be_an_id_is_refused_unsent(string? id)
    {
        await using var server = StubServer.Replies(Reply.Json("""{"id":"x"}"""));
        using FineTuningClient client = Testing.Client(server);
        Func<Task>[] calls =
        [
            () => client.GetJobAsync(id!),
            () => client.CancelJobAsync(id!),
            () => client.PauseJobAsync(id!),
            () => client.ResumeJobAsync(id!),
            () => client.ListEventsAsync(id!),
            () => client.EnumerateEventsAsync(id!).ToListAsync().AsTask(),
            () => client.ListCheckpointsAsync(id!),
            () => client.EnumerateCheckpointsAsync(id!).ToListAsync().AsTask(),
            () => client.CreatePermissionsAsync(id!, ["p"]),
            () => client.ListPermissionsAsync(id!),
            () => client.DeletePermissionAsync(id!, "cp_1"),
            () => client.DeletePermissionAsync("c", id!),
            () => client.GetFileAsync(id!),
            () => client.GetFileContentAsync(id!, new MemoryStream()),
            () => client.DeleteFileAsync(id!),
            () => client.AddUploadPartAsync(id!, () => new MemoryStream()),
            () => client.CompleteUploadAsync(id!, ["part_1"]),
            () => client.CancelUploadAsync(id!),
            () => client.GetModelAsync(id!),
            () => client.DeleteModelAsync(id!),
        ];
        foreach (Func<Task> call in calls)
        {
            await Assert.ThrowsAsync<ArgumentException>(call);
        }

        Assert.Equal(0, server.Count);
    }
}
