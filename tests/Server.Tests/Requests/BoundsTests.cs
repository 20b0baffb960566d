using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Requests;

/// <summary>What a client can send at most, and odd text in the places where text is kept.</summary>
public sealed class BoundsTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private Api Api => fixture.Api;

    /// <summary>A form as bytes, with whatever the file's part says of its name.</summary>
    private static ByteArrayContent RawForm(string fileName)
    {
        string text =
            "--XX\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nuser_data\r\n"
            + $"--XX\r\nContent-Disposition: form-data; name=\"file\"; {fileName}\r\n\r\nx\r\n--XX--\r\n";
        ByteArrayContent content = new(Encoding.UTF8.GetBytes(text));
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=XX");
        return content;
    }

    [Fact]
    public async Task Jobs_beyond_the_bound_are_refused_until_one_has_ended()
    {
        await using TestServer server = await TestServer.StartAsync(
            new TestTrainer(free: false),
            configure: options => options with { MaxUnfinishedJobs = 2 }
        );
        string file = await server.Api.UploadAsync(),
            body = $$"""{"model":"gpt-4o-mini","training_file":"{{file}}"}""";
        string first = (await server.Api.PostAsync("fine_tuning/jobs", body)).GetProperty("id").GetString()!;
        await server.Api.PostAsync("fine_tuning/jobs", body);
        JsonElement error = await server.Api.RefusedAsync(
            HttpStatusCode.TooManyRequests,
            HttpMethod.Post,
            "fine_tuning/jobs",
            body
        );
        await server.Api.PostAsync($"fine_tuning/jobs/{first}/cancel");
        await server.Api.PostAsync("fine_tuning/jobs", body);

        Assert.Equal("too_many_unfinished_jobs", error.GetProperty("code").GetString());
        Assert.Contains("2 jobs", error.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("filename=\"a\\\"b\\\\c.txt\"")]
    [InlineData("filename=\"C:\\temp\\x.jsonl\"")]
    [InlineData("filename*=UTF-8''a%00b.txt")]
    [InlineData("filename*=UTF-8''%E2%82%AC%20rates.txt")]
    [InlineData("filename*=UTF-8''tab%09and%7Fdel")]
    [InlineData("filename=\"<script>alert(1)</script>.html\"")]
    public async Task Any_name_comes_back_as_it_was_kept_and_its_content_can_be_saved(string fileName)
    {
        using HttpResponseMessage response = await Api.Http.PostAsync("files", RawForm(fileName));
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        var file = JsonElement.Parse(body);
        string id = file.GetProperty("id").GetString()!;
        using HttpResponseMessage content = await Api.Http.GetAsync($"files/{id}/content");

        Assert.Equal(
            file.GetProperty("filename").GetString(),
            (await Api.GetAsync($"files/{id}")).GetProperty("filename").GetString()
        );
        Assert.DoesNotContain('<', body);
        Assert.Equal("x", await content.Content.ReadAsStringAsync());
        Assert.Equal("attachment", content.Content.Headers.ContentDisposition!.DispositionType);
        Assert.False(content.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("filename=\"\"")]
    [InlineData("filename*=UTF-8''line%0D%0ASet-Cookie:%20a=b.txt")]
    public async Task A_name_that_cannot_be_kept_is_refused(string fileName)
    {
        using HttpResponseMessage response = await Api.Http.PostAsync("files", RawForm(fileName));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Api.ErrorOf(JsonElement.Parse(await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_name_that_is_too_long_is_refused()
    {
        using HttpResponseMessage longest = await Api.Http.PostAsync(
            "files",
            RawForm($"filename=\"{new string('n', 512)}\"")
        );
        using HttpResponseMessage longer = await Api.Http.PostAsync(
            "files",
            RawForm($"filename=\"{new string('n', 513)}\"")
        );
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (longest.StatusCode, longer.StatusCode));
    }

    [Theory]
    [InlineData("ü€😀\u2028\u202E<b>'\"\\")]
    [InlineData("line\r\nbreak\ttab")]
    [InlineData("zero\0inside")]
    public async Task Metadata_comes_back_as_it_was_sent_and_is_found(string text)
    {
        string id = await Api.CreateJobAsync(new JsonObject { ["metadata"] = new JsonObject { ["k"] = text } });
        Assert.Equal(text, (await Api.JobAsync(id)).GetProperty("metadata").GetProperty("k").GetString());
        JsonElement found = await Api.GetAsync("fine_tuning/jobs?metadata[k]=" + Uri.EscapeDataString(text));
        Assert.Equal(id, Assert.Single(found.GetProperty("data").EnumerateArray()).GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_deep_and_a_large_body_are_refused()
    {
        string deep = "{\"model\":" + new string('[', 5000) + new string(']', 5000) + "}";
        await Api.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "fine_tuning/jobs", deep);
        JsonElement error = await Api.RefusedAsync(
            HttpStatusCode.RequestEntityTooLarge,
            HttpMethod.Post,
            "fine_tuning/jobs",
            "{\"model\":\"" + new string('m', 9 * 1024 * 1024) + "\"}"
        );
        Assert.Contains("8 MB", error.GetProperty("message").GetString());
    }

    public static TheoryData<string, string> Oversized =>
        new()
        {
            { "GET /v1/files?x=" + new string('x', 70_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n", "414" },
            {
                "GET /v1/files HTTP/1.1\r\nHost: localhost\r\n"
                    + string.Concat(Enumerable.Range(0, 101).Select(i => $"X-{i}: y\r\n"))
                    + "\r\n",
                "431"
            },
            { "GET /v1/files HTTP/1.1\r\nHost: localhost\r\nX: " + new string('y', 40_000) + "\r\n\r\n", "431" },
        };

    [Theory]
    [MemberData(nameof(Oversized))]
    public async Task A_head_that_is_too_large_is_refused_and_others_are_served(string text, string status)
    {
        Uri uri = new(fixture.Server.Host.Url);
        using TcpClient tcp = new(uri.Host, uri.Port);
        NetworkStream stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
        byte[] buffer = new byte[64];
        int read = await stream.ReadAtLeastAsync(buffer, 12, throwOnEndOfStream: false);

        Assert.StartsWith("HTTP/1.1 " + status, Encoding.ASCII.GetString(buffer, 0, read));
        await Api.GetAsync("models");
    }

    [Theory]
    [InlineData("GET", "/v1/models/%00")]
    [InlineData("GET", "/v1/files/%00/content")]
    [InlineData("DELETE", "/v1/models/..%2F..%2Fserver.db")]
    [InlineData("GET", "/v1/fine_tuning/jobs/%0d%0aSet-Cookie:a=b")]
    [InlineData("GET", "/v1/fine_tuning/jobs?after=%00&limit=1")]
    [InlineData("GET", "/v1/files?purpose=%00%ff")]
    [InlineData("GET", "/%3Cscript%3E")]
    public async Task Odd_paths_are_answered_as_json_and_leak_into_no_header(string method, string path)
    {
        Uri uri = new(fixture.Server.Host.Url);
        using TcpClient tcp = new(uri.Host, uri.Port);
        NetworkStream stream = tcp.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n"
            )
        );
        using StreamReader reader = new(stream);
        string answer = await reader.ReadToEndAsync();
        string head = answer[..answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)];

        Assert.Matches("^HTTP/1.1 (200|400|404) ", head);
        Assert.True(!head.Contains("Content-Type") || head.Contains("Content-Type: application/json"), head);
        Assert.DoesNotContain("Set-Cookie", head);
        Assert.DoesNotContain("<script>", answer);
    }
}
