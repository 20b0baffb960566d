using System.Net;
using System.Text;
using System.Text.Json;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Endpoints;

/// <summary>Every path of the API is there, whatever it says to a request without sense.</summary>
public sealed class PathsTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private async Task<(HttpResponseMessage Response, string Body)> SendAsync(
        string method,
        string path,
        string key = "sk-admin-test"
    )
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(new HttpMethod(method), $"{fixture.Server.Host.Url}/{path}");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        if (method == "POST")
        {
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        }

        HttpResponseMessage response = await http.SendAsync(request);
        return (response, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The paths of the published document of August 2026, and chat completions.</summary>
    [Theory]
    [InlineData("GET", "files")]
    [InlineData("POST", "files")]
    [InlineData("DELETE", "files/file-none")]
    [InlineData("GET", "files/file-none")]
    [InlineData("GET", "files/file-none/content")]
    [InlineData("POST", "fine_tuning/alpha/graders/run")]
    [InlineData("POST", "fine_tuning/alpha/graders/validate")]
    [InlineData("GET", "fine_tuning/checkpoints/ft:none/permissions")]
    [InlineData("POST", "fine_tuning/checkpoints/ft:none/permissions")]
    [InlineData("DELETE", "fine_tuning/checkpoints/ft:none/permissions/cp_none")]
    [InlineData("POST", "fine_tuning/jobs")]
    [InlineData("GET", "fine_tuning/jobs")]
    [InlineData("GET", "fine_tuning/jobs/ftjob-none")]
    [InlineData("POST", "fine_tuning/jobs/ftjob-none/cancel")]
    [InlineData("GET", "fine_tuning/jobs/ftjob-none/checkpoints")]
    [InlineData("GET", "fine_tuning/jobs/ftjob-none/events")]
    [InlineData("POST", "fine_tuning/jobs/ftjob-none/pause")]
    [InlineData("POST", "fine_tuning/jobs/ftjob-none/resume")]
    [InlineData("GET", "models")]
    [InlineData("GET", "models/none")]
    [InlineData("DELETE", "models/none")]
    [InlineData("POST", "uploads")]
    [InlineData("POST", "uploads/upload_none/cancel")]
    [InlineData("POST", "uploads/upload_none/complete")]
    [InlineData("POST", "uploads/upload_none/parts")]
    [InlineData("POST", "chat/completions")]
    public async Task A_path_of_the_api_is_known(string method, string path)
    {
        foreach (string slash in new[] { string.Empty, "/" })
        {
            (HttpResponseMessage response, string body) = await SendAsync(method, path + slash);
            Assert.True((int)response.StatusCode is 200 or 400 or 404, $"{response.StatusCode}: {body}");
            Assert.DoesNotContain("Invalid URL", body);
            Assert.Matches("^req_[0-9a-f]{32}$", response.Headers.GetValues("x-request-id").Single());
        }
    }

    [Fact]
    public async Task A_slash_at_the_end_changes_nothing()
    {
        Assert.Equal((await SendAsync("GET", "models")).Body, (await SendAsync("GET", "models/")).Body);
        Assert.Equal(
            (await SendAsync("GET", "models/gpt-4o-mini")).Body,
            (await SendAsync("GET", "models/gpt-4o-mini/")).Body
        );
        Assert.Equal((await SendAsync("GET", "models/none")).Body, (await SendAsync("GET", "models/none/")).Body);
    }

    [Theory]
    [InlineData("models")]
    [InlineData("models/gpt-4o-mini")]
    [InlineData("fine_tuning/jobs")]
    [InlineData("files/file-none")]
    public async Task Head_is_get_without_the_body(string path)
    {
        (HttpResponseMessage get, string body) = await SendAsync("GET", path);
        (HttpResponseMessage head, string nothing) = await SendAsync("HEAD", path);
        Assert.Equal(
            (get.StatusCode, Encoding.UTF8.GetByteCount(body)),
            (head.StatusCode, (int)head.Content.Headers.ContentLength!)
        );
        Assert.Empty(nothing);
        Assert.True(head.Headers.Contains("x-request-id"));
    }

    [Fact]
    public async Task Options_tell_the_methods()
    {
        (HttpResponseMessage response, _) = await SendAsync("OPTIONS", "files");
        (HttpResponseMessage unknown, string body) = await SendAsync("OPTIONS", "nothing");

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(["GET", "HEAD", "POST"], response.Content.Headers.Allow.Order());
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Api.ErrorOf(JsonElement.Parse(body));
    }

    [Theory]
    [InlineData("GET", "nothing", "x")]
    [InlineData("PUT", "files", "x")]
    [InlineData("GET", "files", "")]
    [InlineData("GET", "fine_tuning/checkpoints/a/permissions", "sk-ordinary")]
    public async Task A_refusal_has_a_request_id_too(string method, string path, string key)
    {
        (HttpResponseMessage response, string body) = await SendAsync(method, path, key);
        Assert.False(response.IsSuccessStatusCode);
        Assert.Matches("^req_[0-9a-f]{32}$", response.Headers.GetValues("x-request-id").Single());
        Api.ErrorOf(JsonElement.Parse(body));
    }
}
