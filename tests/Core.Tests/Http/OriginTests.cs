using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Errors;
using FineTuning.Core.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Http;

/// <summary>The key goes to the scheme, host and port it was given for, and nowhere else.</summary>
public sealed class OriginTests
{
    [Theory]
    [InlineData("http://127.0.0.1:{other}/v1/models", "another port")]
    [InlineData("http://localhost:{other}/v1/models", "another host")]
    [InlineData("https://127.0.0.1:{other}/v1/models", "another scheme")]
    [InlineData("//127.0.0.1:{other}/v1/models", "another host, without a scheme")]
    [InlineData("http://127.0.0.1:{own}/v1/other", "the same host, the port written out")]
    [InlineData("/v1/other", "the same host")]
    [InlineData("ftp://127.0.0.1:{other}/", "another kind of address")]
    [InlineData("http://127.0.0.1:{other}/v1?key={key}", "a key in the address")]
    [InlineData("http://{key}@127.0.0.1:{other}/v1", "a key before the host")]
    public async Task A_redirect_is_not_followed_whatever_it_leads_to(string location, string what)
    {
        const string Key = "Zq7canary-redirect";
        await using var other = StubServer.Answers(_ => Reply.Json("{}"));
        int own = 0;
        await using var server = StubServer.Answers(_ =>
            Reply
                .Json("{}", 307)
                .With(
                    "Location",
                    location
                        .Replace("{other}", $"{other.Port}", StringComparison.Ordinal)
                        .Replace("{own}", $"{own}", StringComparison.Ordinal)
                        .Replace("{key}", Key, StringComparison.Ordinal)
                )
        );
        own = server.Port;
        using var credential = new KeyCredential(Testing.Secure(Key));
        using var client = new FineTuningClient(Testing.Options(server), credential);

        FineTuningApiException fault = await Testing.FailsAsync(() => client.ListModelsAsync());

        Assert.Equal(ApiErrorKind.Redirected, fault.Kind);
        Assert.DoesNotContain(Key, fault.ToString(), StringComparison.Ordinal);
        Assert.True(server.Count == 1, what);
        Assert.True(other.Count == 0, what);
    }

    [Theory]
    [InlineData("https://user:word@h.example/v1", "name or password")]
    [InlineData("https://h.example/v1?key=word", "in its query")]
    [InlineData("https://h.example/v1?a=b&code=word", "in its query")]
    [InlineData("https://h.example/v1?api-key=word", "in its query")]
    [InlineData("https://h.example/v1?subscription-key=word", "in its query")]
    [InlineData("http://h.example/v1", "not encrypted")]
    public void An_endpoint_that_would_show_a_key_is_refused_without_showing_it(string endpoint, string reason)
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(() =>
            new FineTuningClient(new ClientOptions { Endpoint = new Uri(endpoint) }, Testing.Credential())
        );
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("word@", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("=word", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_queries_are_taken() =>
        new FineTuningClient(
            new ClientOptions { Endpoint = new Uri("https://h.example/v1?tenant=a&api-version=1") },
            Testing.Credential()
        ).Dispose();
}
