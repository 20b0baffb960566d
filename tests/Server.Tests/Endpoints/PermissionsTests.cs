using System.Net;
using System.Security;
using System.Text.Json;
using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Wire;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Endpoints;

/// <summary>Projects' rights to checkpoints, and the admin key they need.</summary>
public sealed class PermissionsTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private Api _admin = null!;
    private string _model = string.Empty;

    private string Path => $"fine_tuning/checkpoints/{_model}/permissions";

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _admin = new Api(_server.Host.Url, "sk-admin-test");
        _model = await _server.Api.CreateModelAsync();
    }

    public async Task DisposeAsync()
    {
        _admin.Dispose();
        await _server.DisposeAsync();
    }

    private static List<string> Projects(JsonElement list) =>
        [.. list.GetProperty("data").EnumerateArray().Select(p => p.GetProperty("project_id").GetString()!)];

    private Task<JsonElement> GrantAsync(params IEnumerable<string> projects) =>
        _admin.PostAsync(Path, $$"""{"project_ids":{{JsonSerializer.Serialize(projects.ToArray())}}}""");

    [Fact]
    public async Task Rights_are_granted_listed_and_taken_back()
    {
        JsonElement granted = await GrantAsync("proj_a", "proj_b", "proj_a");
        JsonElement again = await GrantAsync("proj_b", "proj_c");
        JsonElement first = granted.GetProperty("data")[0];
        string id = first.GetProperty("id").GetString()!;

        Assert.Equal(["proj_a", "proj_b"], Projects(granted));
        Assert.Equal(["object", "id", "created_at", "project_id"], first.EnumerateObject().Select(p => p.Name));
        Assert.Equal("checkpoint.permission", first.GetProperty("object").GetString());
        Assert.Matches("^cp_[A-Za-z0-9]{24}$", id);
        Assert.Equal(id, granted.GetProperty("first_id").GetString());
        Assert.Equal(granted.GetProperty("data")[1].GetRawText(), again.GetProperty("data")[0].GetRawText());
        Assert.Equal(["proj_c", "proj_b", "proj_a"], Projects(await _admin.GetAsync(Path)));

        JsonElement deleted = await _admin.DeleteAsync($"{Path}/{id}");
        Assert.Equal($$"""{"id":"{{id}}","object":"checkpoint.permission","deleted":true}""", deleted.GetRawText());
        Assert.Equal(["proj_b", "proj_c"], Projects(await _admin.GetAsync(Path + "?order=ascending")));
        await _admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Delete, $"{Path}/{id}");
    }

    [Fact]
    public async Task Pages_follow_each_other_in_both_orders()
    {
        await GrantAsync(Enumerable.Range(0, 12).Select(i => $"proj_{i:00}"));
        foreach (string order in new[] { "ascending", "descending" })
        {
            List<string> seen = [];
            string after = string.Empty;
            JsonElement page;
            do
            {
                page = await _admin.GetAsync($"{Path}?limit=5&order={order}{after}");
                seen.AddRange(Projects(page));
                after = "&after=" + page.GetProperty("last_id").GetString();
            } while (page.GetProperty("has_more").GetBoolean());

            IEnumerable<string> expected = Enumerable.Range(0, 12).Select(i => $"proj_{i:00}");
            Assert.Equal(order == "ascending" ? expected : expected.Reverse(), seen);
        }

        Assert.Equal(10, Projects(await _admin.GetAsync(Path)).Count);
        Assert.Equal(["proj_03"], Projects(await _admin.GetAsync(Path + "?project_id=proj_03")));
        Assert.Empty(Projects(await _admin.GetAsync(Path + "?project_id=proj_none")));
    }

    [Fact]
    public async Task The_name_may_be_escaped_and_a_checkpoints_rights_are_its_own()
    {
        await GrantAsync("proj_a");
        string checkpoint = _model + ":ckpt-step-2";
        Assert.Equal(
            ["proj_a"],
            Projects(await _admin.GetAsync($"fine_tuning/checkpoints/{Uri.EscapeDataString(_model)}/permissions"))
        );
        Assert.Empty(
            Projects(await _admin.GetAsync($"fine_tuning/checkpoints/{Uri.EscapeDataString(checkpoint)}/permissions"))
        );
    }

    [Fact]
    public async Task The_projects_own_client_speaks_it()
    {
        using SecureString key = new NetworkCredential(string.Empty, "sk-admin-core").SecurePassword;
        using ApiCredential credential = new KeyCredential(key);
        using FineTuningClient client = new(new ClientOptions { Endpoint = new Uri(_server.Host.Url) }, credential);
        ListResource<PermissionResource> granted = await client.CreatePermissionsAsync(_model, ["proj_x", "proj_y"]);
        ListResource<PermissionResource> listed = await client.ListPermissionsAsync(
            _model,
            new PermissionQuery { Order = "ascending", Limit = 1 }
        );
        DeletedResource deleted = await client.DeletePermissionAsync(_model, granted.Data[0].Id);

        Assert.Equal(["proj_x", "proj_y"], granted.Data.Select(p => p.ProjectId));
        Assert.Equal("proj_x", Assert.Single(listed.Data).ProjectId);
        Assert.True(listed.HasMore);
        Assert.True(deleted.Deleted);
    }

    [Fact]
    public async Task A_deleted_model_has_no_rights_left()
    {
        await GrantAsync("proj_a");
        await _server.Api.DeleteAsync("models/" + _model);
        Assert.Equal(0L, _server.Sql("SELECT count(*) FROM permissions"));
        JsonElement error = await _admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, Path);
        Assert.Equal("model_not_found", error.GetProperty("code").GetString());
        await _admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Post, Path, """{"project_ids":["proj_a"]}""");
        await _admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Delete, Path + "/cp_x");
    }

    [Fact]
    public async Task An_ordinary_key_is_told_what_it_takes()
    {
        foreach (
            (HttpMethod method, string path, string? body) in new[]
            {
                (HttpMethod.Get, Path, null),
                (HttpMethod.Post, Path, """{"project_ids":["a"]}"""),
                (HttpMethod.Delete, Path + "/cp_x", (string?)null),
            }
        )
        {
            JsonElement error = await _server.Api.RefusedAsync(HttpStatusCode.Forbidden, method, path, body);
            Assert.Equal("insufficient_permissions", error.GetProperty("code").GetString());
            Assert.Contains("admin API key", error.GetProperty("message").GetString());
        }

        await _admin.GetAsync("models");
    }

    [Fact]
    public async Task The_servers_own_key_opens_everything_and_an_admin_key_of_another_nothing()
    {
        await using TestServer server = await TestServer.StartAsync(configure: options =>
            options with
            {
                ApiKey = "sk-own",
            }
        );
        string model = await server.Api.CreateModelAsync();
        await server.Api.GetAsync($"fine_tuning/checkpoints/{model}/permissions");
        using Api other = new(server.Host.Url, "sk-admin-other");
        await other.RefusedAsync(
            HttpStatusCode.Unauthorized,
            HttpMethod.Get,
            $"fine_tuning/checkpoints/{model}/permissions"
        );
    }

    [Theory]
    [InlineData("{}", "project_ids")]
    [InlineData("""{"project_ids":[]}""", "project_ids")]
    [InlineData("""{"project_ids":"a"}""", "project_ids")]
    [InlineData("""{"project_ids":[1]}""", "project_ids")]
    [InlineData("""{"project_ids":[""]}""", "project_ids")]
    [InlineData("""{"project_ids":["a"],"x":1}""", "x")]
    public async Task A_bad_grant_is_refused(string body, string param)
    {
        JsonElement error = await _admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, Path, body);
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Empty(Projects(await _admin.GetAsync(Path)));
    }

    [Theory]
    [InlineData("order=up", "order")]
    [InlineData("limit=0", "limit")]
    [InlineData("after=cp_none", "after")]
    public async Task A_bad_query_is_refused(string query, string param)
    {
        JsonElement error = await _admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"{Path}?{query}");
        Assert.Equal(param, error.GetProperty("param").GetString());
    }
}
