using System.ClientModel;
using System.Text.Json;
using FineTuning.Tests.Shared.Server;
using OpenAI;
using OpenAI.FineTuning;
using Xunit;

namespace FineTuning.Server.Tests.Client;

/// <summary>The official .NET client, unmodified: every operation of checkpoints' permissions.</summary>
public sealed class OfficialPermissionClientTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private string _model = string.Empty;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _model = await _server.Api.CreateModelAsync();
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Rights_are_granted_listed_in_pages_in_both_orders_and_taken_back()
    {
        FineTuningClient admin = Client("sk-admin-official");
        string[] projects = [.. Enumerable.Range(0, 7).Select(i => $"proj_{i}")];
        JsonElement granted = Read(await admin.CreateFineTuningCheckpointPermissionAsync(_model, Body(projects)));
        JsonElement again = Read(
            await admin.CreateFineTuningCheckpointPermissionAsync(_model, Body("proj_3", "proj_7"))
        );

        Assert.Equal(projects, Projects(granted));
        Assert.Equal(["proj_3", "proj_7"], Projects(again));
        Assert.Equal(Ids(granted)[3], Ids(again)[0]);
        Assert.Equal([.. projects, "proj_7"], await ListAsync(admin, "ascending"));
        Assert.Equal([.. new[] { "proj_7" }.Concat(projects.Reverse())], await ListAsync(admin, "descending"));
        Assert.Equal(
            ["proj_2"],
            Projects(
                Read(await admin.GetFineTuningCheckpointPermissionsAsync(_model, null, null, null, "proj_2", null))
            )
        );

        foreach (string id in Ids(granted))
        {
            JsonElement deleted = Read(await admin.DeleteFineTuningCheckpointPermissionAsync(_model, id, null));
            Assert.Equal(
                (id, true),
                (deleted.GetProperty("id").GetString(), deleted.GetProperty("deleted").GetBoolean())
            );
        }

        Assert.Equal(["proj_7"], await ListAsync(admin, "ascending"));
        ClientResultException gone = await Assert.ThrowsAsync<ClientResultException>(() =>
            admin.DeleteFineTuningCheckpointPermissionAsync(_model, Ids(granted)[0], null)
        );
        Assert.Equal(404, gone.Status);
    }

    [Fact]
    public async Task An_ordinary_key_is_refused_by_each()
    {
        FineTuningClient ordinary = Client("sk-official");
        foreach (
            Func<Task<ClientResult>> request in new Func<Task<ClientResult>>[]
            {
                () => ordinary.CreateFineTuningCheckpointPermissionAsync(_model, Body("proj_1")),
                () => ordinary.GetFineTuningCheckpointPermissionsAsync(_model, null, null, null, null, null),
                () => ordinary.DeleteFineTuningCheckpointPermissionAsync(_model, "cp_x", null),
            }
        )
        {
            ClientResultException e = await Assert.ThrowsAsync<ClientResultException>(request);
            Assert.Equal(403, e.Status);
            Assert.Contains("admin API key", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_checkpoint_that_is_not_there_is_not_found_by_each()
    {
        FineTuningClient admin = Client("sk-admin-official");
        foreach (
            Func<Task<ClientResult>> request in new Func<Task<ClientResult>>[]
            {
                () => admin.CreateFineTuningCheckpointPermissionAsync("ft:none", Body("proj_1")),
                () => admin.GetFineTuningCheckpointPermissionsAsync("ft:none", null, null, null, null, null),
                () => admin.DeleteFineTuningCheckpointPermissionAsync("ft:none", "cp_x", null),
            }
        )
        {
            Assert.Equal(404, (await Assert.ThrowsAsync<ClientResultException>(request)).Status);
        }
    }

    private FineTuningClient Client(string key) =>
        new OpenAIClient(
            new ApiKeyCredential(key),
            new OpenAIClientOptions { Endpoint = new Uri(_server.Host.Url) }
        ).GetFineTuningClient();

    private async Task<List<string>> ListAsync(FineTuningClient admin, string order)
    {
        List<string> found = [];
        string? after = null;
        JsonElement page;
        do
        {
            page = Read(await admin.GetFineTuningCheckpointPermissionsAsync(_model, after, 3, order, null, null));
            Assert.InRange(page.GetProperty("data").GetArrayLength(), 1, 3);
            found.AddRange(Projects(page));
            after = page.GetProperty("last_id").GetString();
        } while (page.GetProperty("has_more").GetBoolean());

        return found;
    }

    private static BinaryContent Body(params string[] projects) =>
        BinaryContent.Create(BinaryData.FromString($$"""{"project_ids":{{JsonSerializer.Serialize(projects)}}}"""));

    private static List<string> Projects(JsonElement list) => Values(list, "project_id");

    private static List<string> Ids(JsonElement list) => Values(list, "id");

    private static List<string> Values(JsonElement list, string name) =>
        [.. list.GetProperty("data").EnumerateArray().Select(item => item.GetProperty(name).GetString()!)];

    private static JsonElement Read(ClientResult result) =>
        JsonElement.Parse(result.GetRawResponse().Content.ToString());
}
