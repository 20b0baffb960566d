using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using FineTuning.Server.Hosting;
using FineTuning.Server.Http;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Http;

/// <summary>Who may ask, what a refusal looks like, and what is written down about it.</summary>
public sealed class AccessTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private const string Key = "sk-local-secret-0123456789";

    private Api Api => fixture.Api;

    private static async Task<(HttpResponseMessage Response, string Body)> SendAsync(
        TestServer server,
        string path,
        Action<HttpRequestMessage>? configure = null,
        HttpMethod? method = null
    )
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(method ?? HttpMethod.Get, server.Host.Url[..^"/v1".Length] + path);
        configure?.Invoke(request);
        HttpResponseMessage response = await http.SendAsync(request);
        return (response, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Without_a_key_of_its_own_any_key_but_none_is_taken()
    {
        (HttpResponseMessage none, string body) = await SendAsync(fixture.Server, "/v1/models");
        (HttpResponseMessage empty, _) = await SendAsync(
            fixture.Server,
            "/v1/models",
            r => r.Headers.TryAddWithoutValidation("Authorization", "Bearer ")
        );
        (HttpResponseMessage bearer, _) = await SendAsync(
            fixture.Server,
            "/v1/models",
            r => r.Headers.TryAddWithoutValidation("Authorization", "bearer anything")
        );
        (HttpResponseMessage azure, _) = await SendAsync(
            fixture.Server,
            "/v1/models",
            r => r.Headers.Add("api-key", "anything")
        );

        Assert.Equal(HttpStatusCode.Unauthorized, none.StatusCode);
        Assert.Equal("invalid_api_key", Api.ErrorOf(JsonElement.Parse(body)).GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, empty.StatusCode);
        Assert.Equal(HttpStatusCode.OK, bearer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, azure.StatusCode);
    }

    [Fact]
    public async Task With_a_key_of_its_own_only_that_is_taken_and_none_is_repeated()
    {
        await using TestServer server = await TestServer.StartAsync(configure: options =>
            options with
            {
                ApiKey = Key,
            }
        );
        const string Wrong = "sk-wrong-and-private";
        (HttpResponseMessage right, _) = await SendAsync(
            server,
            "/v1/models",
            r => r.Headers.Add("Authorization", "Bearer " + Key)
        );
        (HttpResponseMessage azure, _) = await SendAsync(server, "/v1/models", r => r.Headers.Add("api-key", Key));
        (HttpResponseMessage wrong, string body) = await SendAsync(
            server,
            "/v1/models",
            r => r.Headers.Add("Authorization", "Bearer " + Wrong)
        );
        (HttpResponseMessage unknownPath, _) = await SendAsync(
            server,
            "/v1/nothing",
            r => r.Headers.Add("Authorization", "Bearer " + Wrong)
        );

        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Equal(HttpStatusCode.OK, azure.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, unknownPath.StatusCode);
        Assert.DoesNotContain("private", body);
        Assert.DoesNotContain(Key, body);
        string log = File.ReadAllText(Path.Combine(server.Folder, "server.log"));
        Assert.DoesNotContain(Wrong, log);
        Assert.DoesNotContain(Key, log + server.Host.Options);
        Assert.DoesNotContain(Key, File.ReadAllText(Path.Combine(server.Folder, "run.json")));
    }

    [Theory]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("localhost:1", HttpStatusCode.OK)]
    [InlineData("LOCALHOST", HttpStatusCode.OK)]
    [InlineData("[::1]:99", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1.evil.example", HttpStatusCode.Forbidden)]
    [InlineData("192.168.0.1", HttpStatusCode.Forbidden)]
    public async Task Only_loopback_host_names_are_answered(string host, HttpStatusCode expected)
    {
        (HttpResponseMessage response, string body) = await SendAsync(
            fixture.Server,
            "/_server/health",
            r => r.Headers.Host = host
        );
        Assert.Equal(expected, response.StatusCode);
        Assert.True(
            expected == HttpStatusCode.OK
                || Api.ErrorOf(JsonElement.Parse(body)).GetProperty("code").GetString() == "host_not_allowed"
        );
    }

    [Fact]
    public async Task A_host_that_is_allowed_is_answered_and_the_refusal_says_how_to()
    {
        await using TestServer server = await TestServer.StartAsync(configure: options =>
            options with
            {
                AllowedHosts = ["llm.example.com"],
            }
        );
        (HttpResponseMessage allowed, _) = await SendAsync(
            server,
            "/_server/health",
            r => r.Headers.Host = "LLM.example.com:8080"
        );
        (HttpResponseMessage other, string body) = await SendAsync(
            server,
            "/_server/health",
            r => r.Headers.Host = "x.llm.example.com"
        );
        (HttpResponseMessage page, _) = await SendAsync(
            server,
            "/_server/health",
            r =>
            {
                r.Headers.Host = "llm.example.com";
                r.Headers.Add("Origin", "http://evil.example");
            }
        );

        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
        Assert.Contains("--allow-host", Api.ErrorOf(JsonElement.Parse(body)).GetProperty("message").GetString());
        Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
    }

    [Fact]
    public async Task It_listens_on_the_ipv6_loopback_address()
    {
        if (!Socket.OSSupportsIPv6)
        {
            return;
        }

        await using TestServer server = await TestServer.StartAsync(configure: options =>
            options with
            {
                Listen = new ListenAddress(IPAddress.IPv6Loopback, 0),
            }
        );

        Assert.StartsWith("http://[::1]:", server.Host.Url);
        await server.Api.GetAsync("models");
    }

    [Fact]
    public async Task On_all_addresses_the_address_that_was_called_is_a_host_and_others_are_not()
    {
        await using TestServer server = await TestServer.StartAsync(configure: options =>
            options with
            {
                Listen = ListenAddress.Parse("--urls", "http://*:0"),
                ApiKey = Key,
            }
        );
        string port = new Uri(server.Host.Url).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        async Task<HttpStatusCode> AskAsync(string address, string? host = null)
        {
            using HttpClient http = new();
            using HttpRequestMessage request = new(HttpMethod.Get, $"http://{address}:{port}/_server/health");
            request.Headers.Host = host;
            using HttpResponseMessage response = await http.SendAsync(request);
            return response.StatusCode;
        }

        Assert.StartsWith("http://127.0.0.1:", server.Host.Url);
        Assert.Equal(HttpStatusCode.OK, await AskAsync("127.0.0.1"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync("127.0.0.1", "192.0.2.7"));
        if (OperatingSystem.IsLinux())
        {
            // All of 127.0.0.0/8 is this machine there, so that it can stand for an address of a network card.
            Assert.Equal(HttpStatusCode.OK, await AskAsync("127.0.0.5"));
            Assert.Equal(HttpStatusCode.Forbidden, await AskAsync("127.0.0.5", "127.0.0.6"));
        }
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("http://localhost:3000")]
    [InlineData("null")]
    public async Task A_web_page_of_another_origin_is_refused_whatever_its_key(string origin)
    {
        (HttpResponseMessage response, string body) = await SendAsync(
            fixture.Server,
            "/v1/models",
            r =>
            {
                r.Headers.Add("Origin", origin);
                r.Headers.Add("Authorization", "Bearer x");
            }
        );
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("origin_not_allowed", Api.ErrorOf(JsonElement.Parse(body)).GetProperty("code").GetString());
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Every_answer_has_a_request_id_and_its_time()
    {
        (HttpResponseMessage good, _) = await SendAsync(fixture.Server, "/_server/health");
        (HttpResponseMessage bad, _) = await SendAsync(fixture.Server, "/v1/models");

        foreach (HttpResponseMessage response in new[] { good, bad })
        {
            Assert.Matches("^req_[0-9a-f]{32}$", response.Headers.GetValues("x-request-id").Single());
            Assert.Matches("^[0-9]+$", response.Headers.GetValues("openai-processing-ms").Single());
            Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        }

        Assert.NotEqual(
            good.Headers.GetValues("x-request-id").Single(),
            bad.Headers.GetValues("x-request-id").Single()
        );
    }

    [Theory]
    [InlineData("GET", "x", "Invalid URL (GET /v1/x)")]
    [InlineData("GET", "fine_tuning", "Invalid URL (GET /v1/fine_tuning)")]
    [InlineData("POST", "fine_tuning/jobs/a/b/c", "Invalid URL (POST /v1/fine_tuning/jobs/a/b/c)")]
    [InlineData("GET", "../index.html", "Invalid URL (GET /index.html)")]
    [InlineData("GET", "../_server/x", "Invalid URL (GET /_server/x)")]
    public async Task An_unknown_path_is_an_invalid_url(string method, string path, string message)
    {
        JsonElement error = await Api.RefusedAsync(HttpStatusCode.NotFound, new HttpMethod(method), path);
        Assert.Equal(message, error.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("PUT", "files")]
    [InlineData("DELETE", "fine_tuning/jobs")]
    [InlineData("GET", "fine_tuning/jobs/ftjob-a/cancel")]
    [InlineData("POST", "models")]
    public async Task A_method_that_does_not_fit_is_refused_with_those_that_do(string method, string path)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        using HttpResponseMessage response = await Api.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.NotEmpty(response.Content.Headers.Allow);
        Assert.Contains(
            method,
            Api.ErrorOf(JsonElement.Parse(await response.Content.ReadAsStringAsync()))
                .GetProperty("message")
                .GetString()
        );
    }

    [Theory]
    [InlineData("GET /v1/models HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n\r\n", "200")]
    [InlineData("GET /v1/models HTTP/1.1\r\n\r\n", "400")]
    [InlineData("complete nonsense\r\n\r\n", "400")]
    [InlineData("GET /v1/models HTTP/1.1\r\nHost: a b\r\n\r\n", "400")]
    public async Task Raw_bytes_that_are_no_request_do_no_harm(string text, string status)
    {
        Uri uri = new(fixture.Server.Host.Url);
        using TcpClient tcp = new(uri.Host, uri.Port);
        NetworkStream stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
        byte[] buffer = new byte[64];
        int read = await stream.ReadAsync(buffer);

        Assert.StartsWith("HTTP/1.1 " + status, Encoding.ASCII.GetString(buffer, 0, read));
        await Api.GetAsync("models");
    }

    [Fact]
    public async Task The_request_log_counts_what_was_sent_and_keeps_no_keys()
    {
        await using TestServer server = await TestServer.StartAsync();
        await server.Control.DeleteRequestLogAsync();
        string file = await server.Api.UploadAsync();
        await server.Api.GetAsync("files?limit=3&purpose=fine-tune");
        await server.Api.TryAsync(HttpMethod.Get, "files/none?api_key=sk-secret&token=abc&limit=1");
        await server.Control.GetAsync("_server/health");
        JsonElement requestLog = await server.Control.GetAsync("_server/requests");
        List<JsonElement> entries = [.. requestLog.GetProperty("data").EnumerateArray()];

        Assert.Equal(
            [
                "POST /v1/files 200",
                "GET /v1/files?limit=3&purpose=fine-tune 200",
                "GET /v1/files/none?api_key=redacted&token=redacted&limit=1 404",
            ],
            entries.Select(e =>
                $"{e.GetProperty("method").GetString()} {e.GetProperty("path").GetString()} "
                + $"{e.GetProperty("status").GetInt32()}"
            )
        );
        Assert.All(entries, e => Assert.Matches("^req_", e.GetProperty("request_id").GetString()));
        Assert.All(
            entries,
            e => Assert.True(e.GetProperty("time").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddMinutes(-5))
        );
        Assert.DoesNotContain("sk-", requestLog.GetRawText());
        await server.Control.DeleteRequestLogAsync();
        Assert.Empty((await server.Control.GetAsync("_server/requests")).GetProperty("data").EnumerateArray());
        Assert.NotNull(file);
    }

    [Fact]
    public void The_request_log_keeps_the_last_ten_thousand()
    {
        RequestLog requestLog = new();
        for (int i = 0; i < RequestLog.Capacity + 5; i++)
        {
            requestLog.Add(new RequestLogEntry("GET", $"/v1/files/{i}", 200, DateTimeOffset.UtcNow, 0, "req_x"));
        }

        RequestLogPage page = requestLog.Read();
        Assert.Equal(10_000, page.Data.Count);
        Assert.Equal("/v1/files/5", page.Data[0].Path);
    }

    [Theory]
    [InlineData("GET", "/_server/requests")]
    [InlineData("DELETE", "/_server/requests")]
    [InlineData("POST", "/_server/stop")]
    [InlineData("GET", "/_server/faults")]
    [InlineData("POST", "/_server/faults")]
    [InlineData("PUT", "/_server/faults")]
    [InlineData("DELETE", "/_server/faults")]
    [InlineData("DELETE", "/_server/faults/fault_1")]
    public async Task Control_wants_the_token_and_no_api_key_opens_it(string method, string path)
    {
        foreach (string? token in new[] { null, string.Empty, "wrong" })
        {
            (HttpResponseMessage response, string body) = await SendAsync(
                fixture.Server,
                path,
                r =>
                {
                    r.Headers.Add("Authorization", "Bearer x");
                    r.Headers.TryAddWithoutValidation("X-Control-Token", token);
                },
                new HttpMethod(method)
            );
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("invalid_control_token", Api.ErrorOf(JsonElement.Parse(body)).GetProperty("code").GetString());
        }

        Assert.False(fixture.Server.Host.StopRequested.IsCompleted);
    }

    [Fact]
    public async Task The_stop_is_answered_and_then_done()
    {
        await using TestServer server = await TestServer.StartAsync();
        (HttpStatusCode status, _) = await server.Control.TryAsync(HttpMethod.Post, "_server/stop");

        Assert.Equal(HttpStatusCode.Accepted, status);
        await server.Host.StopRequested.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Health_needs_no_key_and_tells_the_version()
    {
        (HttpResponseMessage response, string body) = await SendAsync(fixture.Server, "/_server/health");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var health = JsonElement.Parse(body);
        Assert.Equal("ok", health.GetProperty("status").GetString());
        Assert.Equal(ServerHost.Version, health.GetProperty("version").GetString());
    }
}
