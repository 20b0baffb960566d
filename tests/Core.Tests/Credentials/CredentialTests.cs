using System.Security;
using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Credentials;

public sealed class CredentialTests
{
    [Theory]
    [InlineData("https://name.openai.azure.com/openai/v1", true)]
    [InlineData("https://NAME.OPENAI.AZURE.COM/openai/v1", true)]
    [InlineData("https://name.services.ai.azure.com/openai/v1", true)]
    [InlineData("https://name.openai.azure.us/openai/v1", true)]
    [InlineData("https://name.openai.azure.cn/openai/v1", true)]
    [InlineData("https://api.openai.com/v1", false)]
    [InlineData("https://name.westeurope.cloudapp.azure.com/v1", false)]
    [InlineData("https://evilazure.com/v1", false)]
    [InlineData("https://openai.azure.com.evil.example/v1", false)]
    [InlineData("http://127.0.0.1/v1", false)]
    public async Task The_key_goes_into_the_header_that_the_host_reads(string endpoint, bool isAzure)
    {
        using ApiCredential credential = Testing.Credential(" \t" + Testing.Key + "\n");
        using var request = new HttpRequestMessage();
        (await credential.AcquireAsync(null, default)).Apply(
            request.Headers,
            new ClientOptions { Endpoint = new Uri(endpoint) }.Dialect
        );
        (string name, string value) = isAzure ? ("api-key", Testing.Key) : ("Authorization", "Bearer " + Testing.Key);
        Assert.Equal(name, Assert.Single(request.Headers).Key);
        Assert.Equal(value, Assert.Single(request.Headers.GetValues(name)));
    }

    [Fact]
    public async Task A_token_is_a_bearer_in_every_dialect()
    {
        using var credential = new KeyCredential(Testing.Secure("eyJ.a.b"), isToken: true);
        using var request = new HttpRequestMessage();
        (await credential.AcquireAsync(null, default)).Apply(request.Headers, ApiDialect.Azure);
        Assert.Equal("Bearer eyJ.a.b", request.Headers.Authorization!.ToString());
        Assert.False(credential.IsSame(Testing.Credential("eyJ.a.b")));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\r\n\t")]
    [InlineData("\u00a0")]
    [InlineData("sk-abc def")]
    [InlineData("sk-abc\ndef")]
    [InlineData("sk-abc\r\nX-Evil: 1")]
    [InlineData("sk-abc\tdef")]
    [InlineData("sk-abc\0def")]
    [InlineData("sk-äbc")]
    [InlineData("sk-\u200babc")]
    [InlineData("sk-abc\u007fdef")]
    public void What_a_header_cannot_carry_is_refused_without_being_shown(string key)
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(() => Testing.Credential(key));
        Assert.DoesNotContain("sk-", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void No_key_is_refused() => Assert.Throws<ArgumentNullException>(() => new KeyCredential(null!));

    [Fact]
    public void The_text_of_a_credential_and_a_client_shows_nothing()
    {
        using ApiCredential credential = Testing.Credential();
        using var client = new FineTuningClient(
            new ClientOptions { Endpoint = new Uri("http://127.0.0.1:1") },
            credential
        );
        foreach (
            string text in new[]
            {
                credential.ToString(),
                client.ToString()!,
                client.Options.ToString(),
                $"{credential}",
            }
        )
        {
            Assert.DoesNotContain(Testing.Key, text, StringComparison.Ordinal);
        }

        Assert.Empty(typeof(ApiCredential).GetProperties());
        Assert.DoesNotContain(typeof(FineTuningClient).GetProperties(), p => p.PropertyType == typeof(ApiCredential));
    }

    [Fact]
    public void The_caller_stays_the_owner_of_the_key()
    {
        SecureString key = Testing.Secure(Testing.Key);
        using var credential = new KeyCredential(key);
        key.Dispose();
        Assert.False(credential.IsSame(Testing.Credential("other")));
        Assert.True(credential.IsSame(Testing.Credential()));
    }

    [Fact]
    public async Task A_disposed_credential_gives_no_key()
    {
        ApiCredential credential = Testing.Credential();
        credential.Dispose();
        using var request = new HttpRequestMessage();
        RequestAuthorization authorization = await credential.AcquireAsync(null, default);
        Assert.Throws<ObjectDisposedException>(() => authorization.Apply(request.Headers, ApiDialect.OpenAI));
        Assert.Empty(request.Headers.Select(h => h.Key));
    }

    [Theory]
    [InlineData("http://example.com/v1", "not encrypted")]
    [InlineData("ftp://example.com/v1", "http or https")]
    [InlineData("v1", "http or https")]
    [InlineData("https://user:secret@example.com/v1", "name or password")]
    public void An_unsafe_endpoint_is_refused_without_its_password(string endpoint, string reason)
    {
        var options = new ClientOptions { Endpoint = new Uri(endpoint, UriKind.RelativeOrAbsolute) };
        ArgumentException fault = Assert.Throws<ArgumentException>(() => new FineTuningClient(options, null));
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://example.com/v1", false)]
    [InlineData("http://localhost:8080/v1", false)]
    [InlineData("http://127.0.0.1/v1", false)]
    [InlineData("http://[::1]/v1", false)]
    [InlineData("http://example.com/v1", true)]
    public void A_safe_endpoint_is_taken(string endpoint, bool allowInsecure)
    {
        using var client = new FineTuningClient(
            new ClientOptions { Endpoint = new Uri(endpoint), AllowInsecureHttp = allowInsecure },
            null
        );
        Assert.Equal(new Uri(endpoint), client.Options.Endpoint);
    }

    [Theory]
    [InlineData("sk-a", "sk-a ", true)]
    [InlineData("sk-a", "sk-A", false)]
    [InlineData("sk-a", null, false)]
    public void Keys_can_be_compared_without_being_shown(string one, string? other, bool areSame)
    {
        using ApiCredential first = Testing.Credential(one);
        using ApiCredential? second = other is null ? null : Testing.Credential(other);
        Assert.Equal(areSame, first.IsSame(second));
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(-1, 3)]
    [InlineData(1, -1)]
    [InlineData(1, 21)]
    [InlineData(25 * 24 * 60 * 60, 3)]
    public void Impossible_patience_is_refused(int seconds, int retries) =>
        Assert.Throws<ArgumentException>(() =>
            new FineTuningClient(
                new ClientOptions { Timeout = TimeSpan.FromSeconds(seconds), MaxRetryCount = retries },
                null
            )
        );
}
