using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Errors;
using FineTuning.Core.Http;
using FineTuning.Core.Tests.Support;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Credentials;

public sealed class SecretTests
{
    [Fact]
    public void A_secret_is_taken_out_of_every_text_while_it_lives()
    {
        string value = "canary+" + Guid.NewGuid().ToString("N") + "/x";
        string text = $"<{value}> and {Uri.EscapeDataString(value)}";
        Assert.Equal(text, Redaction.Scrub(text));
        using (var secret = new ApiSecret(Testing.Secure(value)))
        {
            Assert.Equal("<[redacted]> and [redacted]", Redaction.Scrub(text));
            GC.KeepAlive(secret);
        }

        Assert.Equal(text, Redaction.Scrub(text));
    }

    [Theory]
    [InlineData(
        "q7x",
        "the q7x is not in q7xy or aq7x, (q7x) q7x",
        "the [redacted] is not in q7xy or aq7x, ([redacted]) [redacted]"
    )]
    [InlineData("q7xq7xq7x", "aq7xq7xq7xb", "a[redacted]b")]
    public void A_short_secret_is_taken_out_where_it_stands_alone(string value, string text, string expected)
    {
        using var secret = new ApiSecret(Testing.Secure(value));
        Assert.Equal(expected, secret.Mask(text));
    }

    [Fact]
    public async Task Headers_go_along_with_every_request_and_their_secrets_are_taken_out_of_answers()
    {
        const string Value = "gateway-secret-0001";
        await using var server = StubServer.Answers(_ =>
            Reply.Json(status: 400, body: $$$"""{"error":{"message":"bad {{{Value}}}"}}""")
        );
        ClientOptions options = Testing.Options(server) with
        {
            Headers =
            [
                new RequestHeader("X-Plain", "one two"),
                new RequestHeader("Ocp-Apim-Subscription-Key", Testing.Secure(Value)),
                new RequestHeader("User-Agent", "mine/1"),
            ],
            ApiVersion = "2024-10-21",
        };
        using var client = new FineTuningClient(options, Testing.Credential());
        FineTuningApiException fault = await Testing.FailsAsync(() => client.ListModelsAsync());
        Assert.Equal("bad [redacted]", fault.Message);
        StubRequest request = Assert.Single(server.Requests);
        Assert.Equal("one two", request["X-Plain"]);
        Assert.Equal(Value, request["Ocp-Apim-Subscription-Key"]);
        Assert.Equal("mine/1", request["User-Agent"]);
        Assert.EndsWith("/models?api-version=2024-10-21", request.Target, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "v", "no name")]
    [InlineData("a b", "v", "no name")]
    [InlineData("a:b", "v", "no name")]
    [InlineData("Authorization", "v", "given as a key or a token")]
    [InlineData("Proxy-Authorization", "v", "sets it by itself")]
    [InlineData("Content-Type", "v", "sets it by itself")]
    [InlineData("X-Good", "a\r\nX-Evil: 1", "line end")]
    public void A_header_that_cannot_be_is_refused(string name, string value, string reason) =>
        Assert.Contains(
            reason,
            Assert.Throws<ArgumentException>(() => new RequestHeader(name, value)).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("http://user:word@proxy:80", "name or password")]
    [InlineData("ftp://proxy", "http address")]
    public void A_proxy_that_cannot_be_is_refused_without_its_password(string address, string reason)
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(() => new ProxyOptions(new Uri(address)));
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("word@", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_named_proxy_gets_requests_for_this_machine_too()
    {
        await using var proxy = StubServer.Answers(r =>
            r["Proxy-Authorization"] is not null
                ? Reply.Json(status: 200, body: Testing.List([]))
                : Reply.Json("<html>no</html>", 407).With("Proxy-Authenticate", "Basic realm=\"p\"")
        );
        var options = new ClientOptions
        {
            Endpoint = new Uri("http://127.0.0.1:9/v1"),
            Proxy = new ProxyOptions(new Uri($"http://127.0.0.1:{proxy.Port}")),
            Clock = new TestClock(),
        };
        using (var client = new FineTuningClient(options, Testing.Credential()))
        {
            FineTuningApiException fault = await Testing.FailsAsync(() => client.ListModelsAsync());
            Assert.Equal(ApiErrorKind.ProxyRefused, fault.Kind);
        }

        Assert.StartsWith(
            "http://127.0.0.1:9/v1/models",
            Assert.Single(proxy.Requests).Target,
            StringComparison.Ordinal
        );
        ClientOptions known = options with
        {
            Proxy = new ProxyOptions(new Uri($"http://127.0.0.1:{proxy.Port}"), "me", Testing.Secure("proxy-word-01")),
        };
        using (var client = new FineTuningClient(known, Testing.Credential()))
        {
            Assert.Empty((await client.ListModelsAsync()).Data);
        }

        string? sent = proxy.Requests[^1]["Proxy-Authorization"];
        Assert.Equal("Basic " + Convert.ToBase64String("me:proxy-word-01"u8), sent);
    }

    [Fact]
    public void A_key_for_this_machine_does_not_travel_to_a_proxy_in_the_clear()
    {
        var options = new ClientOptions
        {
            Endpoint = new Uri("http://127.0.0.1:8000/v1"),
            Proxy = new ProxyOptions(new Uri("http://proxy.example:3128")),
        };
        Assert.Contains(
            "not encrypted",
            Assert.Throws<ArgumentException>(options.Validate).Message,
            StringComparison.Ordinal
        );
        (options with { AllowInsecureHttp = true }).Validate();
        (options with { Endpoint = new Uri("https://127.0.0.1:8000/v1") }).Validate();
    }

    [Fact]
    public async Task A_refused_connection_to_a_port_with_407_in_it_is_no_proxys_doing()
    {
        using var client = new FineTuningClient(
            new ClientOptions { Endpoint = new Uri("http://127.0.0.1:407/v1"), MaxRetryCount = 0 },
            Testing.Credential()
        );
        Assert.Equal(ApiErrorKind.ConnectionFailed, (await Testing.FailsAsync(() => client.ListJobsAsync())).Kind);
    }

    [Fact]
    public async Task What_needs_an_admin_goes_with_the_admin_key()
    {
        await using var server = StubServer.Answers(_ => Reply.Json(status: 200, body: Testing.List([])));
        using var client = new FineTuningClient(
            Testing.Options(server),
            Testing.Credential("sk-plain-1"),
            Testing.Credential("sk-admin-1")
        );
        await client.ListPermissionsAsync("ckpt");
        await client.ListJobsAsync();
        Assert.Equal("Bearer sk-admin-1", server.Requests[0]["Authorization"]);
        Assert.Equal("Bearer sk-plain-1", server.Requests[1]["Authorization"]);
    }
}
