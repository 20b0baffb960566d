using System.Net;
using System.Text.Json;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Endpoints;

public sealed class ModelsTests
{
    [Fact]
    public async Task Base_models_and_what_jobs_made_are_listed_and_told_apart()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.Api.CreateJobAsync();
        string name = (await server.Api.UntilStatusAsync(id, "succeeded")).GetProperty("fine_tuned_model").GetString()!;
        var owners = (await server.Api.GetAsync("models"))
            .GetProperty("data")
            .EnumerateArray()
            .ToDictionary(m => m.GetProperty("id").GetString()!, m => m.GetProperty("owned_by").GetString()!);

        Assert.Equal("system", owners["gpt-4o-mini"]);
        Assert.Equal("system", owners["local-small"]);
        Assert.Contains("small local model", owners[name]);
        Assert.Contains(name + ":ckpt-step-4", owners.Keys);
    }

    [Fact]
    public async Task A_model_is_read_by_its_name_escaped_or_not()
    {
        await using TestServer server = await TestServer.StartAsync();
        string name = (await server.Api.UntilStatusAsync(await server.Api.CreateJobAsync(), "succeeded"))
            .GetProperty("fine_tuned_model")
            .GetString()!;

        JsonElement plain = await server.Api.GetAsync("models/" + name);
        JsonElement escaped = await server.Api.GetAsync("models/" + Uri.EscapeDataString(name));
        Assert.Equal(name, plain.GetProperty("id").GetString());
        Assert.Equal("model", plain.GetProperty("object").GetString());
        Assert.Equal(plain.GetRawText(), escaped.GetRawText());
        Assert.Equal("gpt-4o-mini", (await server.Api.GetAsync("models/gpt-4o-mini")).GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_deleted_model_frees_its_files_and_leaves_the_others()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.Api.CreateJobAsync();
        string name = (await server.Api.UntilStatusAsync(id, "succeeded")).GetProperty("fine_tuned_model").GetString()!;
        string folder = Path.Combine(server.Folder, "jobs", id);
        string last = Path.Combine(folder, "model-6");
        bool before = File.Exists(last);

        JsonElement answer = await server.Api.DeleteAsync("models/" + name);
        Assert.Equal($$"""{"id":"{{name}}","object":"model","deleted":true}""", answer.GetRawText());
        Assert.True(before);
        Assert.False(File.Exists(last));
        Assert.True(File.Exists(Path.Combine(folder, "model-4")));
        await server.Api.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "models/" + name);
        await server.Api.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Delete, "models/" + name);

        await server.Api.DeleteAsync($"models/{name}:ckpt-step-2");
        await server.Api.DeleteAsync($"models/{name}:ckpt-step-4");
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task A_base_model_cannot_be_deleted()
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonElement error = await server.Api.RefusedAsync(
            HttpStatusCode.Forbidden,
            HttpMethod.Delete,
            "models/gpt-4o-mini"
        );
        Assert.Contains("gpt-4o-mini", error.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("models/gpt-unknown")]
    [InlineData("models/org%2Fname")]
    [InlineData("models/..%2F..%2Fserver.db")]
    public async Task An_unknown_model_is_not_found(string path)
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonElement error = await server.Api.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, path);
        Assert.Equal("model_not_found", error.GetProperty("code").GetString());
    }
}
