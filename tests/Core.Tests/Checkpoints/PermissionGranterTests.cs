using System.Text.Json;
using FineTuning.Core.Checkpoints;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Checkpoints;

/// <summary>Services differ in what they do with a right that is there already; for the caller it is granted.</summary>
public sealed class PermissionGranterTests
{
    [Theory]
    [InlineData(400)]
    [InlineData(409)]
    public async Task What_a_service_refuses_as_granted_is_looked_up_and_the_rest_granted(int status)
    {
        await using var service = new Service(status) { Granted = { "b", "x" } };
        IReadOnlyList<PermissionResource> permissions = await service.GrantAsync("a", "b", "c");
        Assert.Equal(["a", "b", "c"], permissions.Select(p => p.ProjectId));
        Assert.Equal(["cp_2", "cp_0", "cp_3"], permissions.Select(p => p.Id));
        Assert.Equal(["POST a b c", "GET", "POST a c"], service.Asked);
    }

    [Fact]
    public async Task Where_all_is_granted_nothing_more_is_sent()
    {
        await using var service = new Service(409) { Granted = { "a", "b" } };
        Assert.Equal(["b", "a"], (await service.GrantAsync("b", "a", "b")).Select(p => p.ProjectId));
        Assert.Equal(["POST b a", "GET"], service.Asked);
    }

    [Fact]
    public async Task A_refusal_for_another_reason_stays_one()
    {
        await using var service = new Service(400) { Granted = { "x" }, Refused = "a" };
        FineTuningApiException error = await Assert.ThrowsAsync<FineTuningApiException>(() => service.GrantAsync("a"));
        Assert.Equal((ApiErrorKind.InvalidRequest, "refused: a"), (error.Kind, error.Message));
        Assert.Equal(["POST a", "GET"], service.Asked);
    }

    [Fact]
    public async Task Of_a_refused_rest_the_refusal_is_told()
    {
        await using var service = new Service(400) { Granted = { "b" }, Refused = "a" };
        FineTuningApiException error = await Assert.ThrowsAsync<FineTuningApiException>(() =>
            service.GrantAsync("a", "b")
        );
        Assert.Equal("refused: a", error.Message);
        Assert.Equal(["POST a b", "GET", "POST a"], service.Asked);
    }

    [Fact]
    public async Task Where_the_permissions_cannot_be_listed_the_refusal_is_told()
    {
        await using var service = new Service(409) { Granted = { "a" }, MayList = false };
        FineTuningApiException error = await Assert.ThrowsAsync<FineTuningApiException>(() =>
            service.GrantAsync("a", "b")
        );
        Assert.Equal(ApiErrorKind.Conflict, error.Kind);
    }

    [Fact]
    public async Task A_service_that_answers_with_what_is_new_is_asked_for_the_rest()
    {
        await using var service = new Service(0) { Granted = { "b" } };
        Assert.Equal(["a", "b"], (await service.GrantAsync("a", "b")).Select(p => p.ProjectId));
        Assert.Equal(["POST a b", "GET"], service.Asked);
    }

    [Fact]
    public async Task A_grant_that_leaves_nothing_behind_is_told_of()
    {
        await using var service = new Service(0) { Forgets = true };
        FineTuningApiException error = await Assert.ThrowsAsync<FineTuningApiException>(() =>
            service.GrantAsync("a", "b")
        );
        Assert.Equal((ApiErrorKind.InvalidResponse, true), (error.Kind, error.MayHaveWorked));
        Assert.Contains("no permission of a, b", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_projects_go_in_several_requests()
    {
        await using var service = new Service(400);
        string[] projects = [.. Enumerable.Range(0, 250).Select(i => $"p{i}")];
        Assert.Equal(projects, (await service.GrantAsync(projects)).Select(p => p.ProjectId));
        Assert.Equal([100, 100, 50], service.Asked.Select(request => request.Split(' ').Length - 1));
    }

    [Fact]
    public async Task What_was_granted_before_a_failure_is_told()
    {
        await using var service = new Service(0) { Refused = "p120" };
        var granted = new List<string>();
        FineTuningApiException error = await Assert.ThrowsAsync<FineTuningApiException>(async () =>
        {
            await foreach (
                PermissionResource permission in service.StreamAsync([.. Enumerable.Range(0, 150).Select(i => $"p{i}")])
            )
            {
                granted.Add(permission.ProjectId);
            }
        });
        Assert.Equal("refused: p120", error.Message);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"p{i}"), granted);
    }

    private sealed class Service : IAsyncDisposable
    {
        private readonly StubServer _server;
        private readonly FineTuningClient _client;
        private readonly int _status;

        /// <param name="status">How it refuses what is granted already; 0 takes it.</param>
        public Service(int status)
        {
            _status = status;
            _server = StubServer.Answers(Answer);
            _client = Testing.Client(_server);
        }

        public List<string> Granted { get; } = [];

        public string? Refused { get; init; }

        public bool MayList { get; init; } = true;

        public bool Forgets { get; init; }

        public List<string> Asked { get; } = [];

        public async Task<IReadOnlyList<PermissionResource>> GrantAsync(params string[] projects) =>
            await StreamAsync(projects).ToListAsync();

        public IAsyncEnumerable<PermissionResource> StreamAsync(params string[] projects) =>
            new PermissionGranter(_client).GrantAsync("ft:m:o::i", projects);

        public ValueTask DisposeAsync()
        {
            _client.Dispose();
            return _server.DisposeAsync();
        }

        private Reply Answer(StubRequest request)
        {
            if (request.Method == "GET")
            {
                Asked.Add("GET");
                return MayList ? Reply.Json(List(Granted)) : Error(403, "not yours");
            }

            string[] projects =
            [
                .. JsonDocument
                    .Parse(request.Text)
                    .RootElement.GetProperty("project_ids")
                    .EnumerateArray()
                    .Select(p => p.GetString()!),
            ];
            string asked = $"POST {string.Join(' ', projects)}";
            if (Asked.LastOrDefault() != asked)
            {
                // A conflict may pass, so the client asks several times.
                Asked.Add(asked);
            }

            if (_status != 0 && projects.FirstOrDefault(Granted.Contains) is string there)
            {
                return Error(_status, "exists: " + there);
            }

            if (projects.Contains(Refused))
            {
                return Error(400, "refused: " + Refused);
            }

            string[] fresh = Forgets ? [] : [.. projects.Except(Granted)];
            Granted.AddRange(fresh);
            return Reply.Json(List(fresh));
        }

        private string List(IEnumerable<string> projects) =>
            $$"""
            {"object":"list","has_more":false,"data":[{{string.Join(',', projects.Select(project =>
                $$"""{"object":"checkpoint.permission","id":"cp_{{Granted.IndexOf(project)}}","created_at":1,"project_id":"{{project}}"}"""))}}]}
            """;

        private static Reply Error(int status, string message) =>
            Reply.Json($$$"""{"error":{"message":"{{{message}}}"}}""", status);
    }
}
