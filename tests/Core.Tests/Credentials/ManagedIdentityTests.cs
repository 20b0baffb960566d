using System.Net;
using FineTuning.Core.Credentials;
using FineTuning.Core.Errors;
using FineTuning.Core.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Credentials;

/// <summary>Against stand-ins for Azure's identity endpoints: there is no real one outside of Azure.</summary>
public sealed class ManagedIdentityTests
{
    private static readonly Uri s_service = new("https://name.openai.azure.com/openai/v1");

    private const string Answer =
        """{"access_token":"eyJ.head.sign","expires_on":"1790000000","resource":"https://cognitiveservices.azure.com","token_type":"Bearer"}""";

    [Fact]
    public async Task A_runbook_asks_the_endpoint_of_its_environment_with_its_header()
    {
        await using var server = StubServer.Replies(Reply.Json(Answer));
        using ManagedIdentity identity = Make(
            null,
            ("IDENTITY_ENDPOINT", Base(server) + "/oauth2/token"),
            ("IDENTITY_HEADER", "header-value-1")
        );
        AccessToken token = await identity.GetTokenAsync(null, default);
        Assert.Equal("eyJ.head.sign", new NetworkCredential(string.Empty, token.Value).Password);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1790000000), token.ExpiresAt);
        StubRequest request = Assert.Single(server.Requests);
        Assert.Equal(
            "/oauth2/token?api-version=2019-08-01&resource=https%3A%2F%2Fcognitiveservices.azure.com",
            request.Target
        );
        Assert.Equal(("header-value-1", "true"), (request["X-IDENTITY-HEADER"], request["Metadata"]));
    }

    [Fact]
    public async Task A_user_assigned_identity_is_named_by_its_client_id()
    {
        await using var server = StubServer.Replies(Reply.Json("""{"access_token":"t","expires_in":3600}"""));
        using ManagedIdentity identity = Make("1-2 3", ("AZURE_POD_IDENTITY_AUTHORITY_HOST", Base(server)));
        AccessToken token = await identity.GetTokenAsync(null, default);
        Assert.InRange(
            token.ExpiresAt!.Value,
            DateTimeOffset.UtcNow.AddMinutes(58),
            DateTimeOffset.UtcNow.AddMinutes(61)
        );
        Assert.Equal(
            "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fcognitiveservices.azure.com&client_id=1-2%203",
            Assert.Single(server.Requests).Target
        );
    }

    [Theory]
    [InlineData("https://name.openai.azure.us/openai/v1", "https://cognitiveservices.azure.us")]
    [InlineData("https://name.openai.azure.cn/openai/v1", "https://cognitiveservices.azure.cn")]
    [InlineData("https://gateway.example/openai/v1", "https://cognitiveservices.azure.com")]
    public void Each_cloud_has_its_own_resource(string service, string resource)
    {
        using var identity = new ManagedIdentity(new Uri(service), null, null, _ => null);
        Assert.Equal(resource, identity.Resource);
    }

    [Fact]
    public async Task Cloud_Shell_is_asked_by_a_form()
    {
        await using var server = StubServer.Replies(Reply.Json(Answer));
        using ManagedIdentity identity = Make(null, ("MSI_ENDPOINT", Base(server) + "/oauth2/token"));
        await identity.GetTokenAsync(null, default);
        StubRequest request = Assert.Single(server.Requests);
        Assert.Equal(
            ("POST", "resource=https%3A%2F%2Fcognitiveservices.azure.com", "true"),
            (request.Method, request.Text, request["Metadata"])
        );
    }

    [Fact]
    public async Task An_older_App_Service_is_asked_with_its_secret()
    {
        await using var server = StubServer.Replies(
            Reply.Json("""{"access_token":"t","expires_on":"11/25/2027 10:00:00 +00:00"}""")
        );
        using ManagedIdentity identity = Make(
            "id-1",
            ("MSI_ENDPOINT", Base(server) + "/MSI/token/"),
            ("MSI_SECRET", "s-1")
        );
        AccessToken token = await identity.GetTokenAsync(null, default);
        Assert.Equal(new DateTimeOffset(2027, 11, 25, 10, 0, 0, TimeSpan.Zero), token.ExpiresAt);
        StubRequest request = Assert.Single(server.Requests);
        Assert.Equal(
            "/MSI/token?api-version=2017-09-01&resource=https%3A%2F%2Fcognitiveservices.azure.com&clientid=id-1",
            request.Target
        );
        Assert.Equal("s-1", request["secret"]);
    }

    [Fact]
    public async Task A_pod_shows_its_own_token()
    {
        string file = System.IO.Path.GetTempFileName();
        try
        {
            await System.IO.File.WriteAllTextAsync(file, "assertion-1\n");
            await using var server = StubServer.Replies(Reply.Json(Answer));
            using ManagedIdentity identity = Make(
                null,
                ("AZURE_FEDERATED_TOKEN_FILE", file),
                ("AZURE_TENANT_ID", "tenant"),
                ("AZURE_CLIENT_ID", "client"),
                ("AZURE_AUTHORITY_HOST", Base(server) + "/")
            );
            await identity.GetTokenAsync(null, default);
            StubRequest request = Assert.Single(server.Requests);
            Assert.Equal("/tenant/oauth2/v2.0/token", request.Target);
            Assert.Contains("client_assertion=assertion-1", request.Text, StringComparison.Ordinal);
            Assert.Contains(
                "scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default",
                request.Text,
                StringComparison.Ordinal
            );
        }
        finally
        {
            System.IO.File.Delete(file);
        }
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("/var/opt/azcmagent/tokens/../../../../etc/shadow.key")]
    [InlineData("/var/opt/azcmagent/tokens/sub/x.key")]
    public async Task A_file_that_is_none_of_Arcs_is_not_sent(string path)
    {
        await using var server = StubServer.Replies(
            Reply.Json("{}", 401).With("WWW-Authenticate", $"Basic realm={path}")
        );
        using ManagedIdentity identity = Make(
            null,
            ("IDENTITY_ENDPOINT", Base(server)),
            ("IMDS_ENDPOINT", "http://127.0.0.1:1")
        );
        FineTuningApiException fault = await Testing.FailsAsync(() => identity.GetTokenAsync(null, default));
        Assert.Contains("none of Azure Arc's", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Count);
    }

    [Fact]
    public async Task A_machine_without_an_identity_says_so_and_is_not_asked_again()
    {
        await using var server = new StubServer(_ => Task.CompletedTask, start: false);
        using ManagedIdentity identity = Make(null, ("AZURE_POD_IDENTITY_AUTHORITY_HOST", Base(server)));
        FineTuningApiException fault = await Testing.FailsAsync(() => identity.GetTokenAsync(null, default));
        Assert.StartsWith("This machine seems to have no managed identity", fault.Message, StringComparison.Ordinal);
        Assert.Equal((ApiErrorKind.TokenUnavailable, false), (fault.Kind, fault.IsTransient));
    }

    [Fact]
    public async Task A_refusal_is_told_in_the_words_of_the_endpoint_and_without_its_secrets()
    {
        await using var server = StubServer.Replies(
            Reply.Json("""{"error":"invalid_request","error_description":"Bearer abcdef was not found."}""", 400)
        );
        using ManagedIdentity identity = Make("some-id", ("IDENTITY_ENDPOINT", Base(server)), ("IDENTITY_HEADER", "h"));
        FineTuningApiException fault = await Testing.FailsAsync(() => identity.GetTokenAsync(null, default));
        Assert.Equal(
            "The identity endpoint of this service gave no token of the identity with the client id some-id (400): "
                + "Bearer [redacted] was not found.",
            fault.Message
        );
        Assert.False(fault.IsTransient);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_busy_endpoint_passes(int status)
    {
        await using var server = StubServer.Replies(Reply.Json("{}", status));
        using ManagedIdentity identity = Make(null, ("IDENTITY_ENDPOINT", Base(server)), ("IDENTITY_HEADER", "h"));
        Assert.True((await Testing.FailsAsync(() => identity.GetTokenAsync(null, default))).IsTransient);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("<html>")]
    [InlineData("{\"access_token\":null}")]
    public async Task An_answer_without_a_token_is_an_error(string body)
    {
        await using var server = StubServer.Replies(Reply.Json(body));
        using ManagedIdentity identity = Make(null, ("IDENTITY_ENDPOINT", Base(server)), ("IDENTITY_HEADER", "h"));
        FineTuningApiException fault = await Testing.FailsAsync(() => identity.GetTokenAsync(null, default));
        Assert.Equal("The answer of the identity endpoint of this service has no token.", fault.Message);
    }

    [Fact]
    public async Task An_endpoint_that_is_no_address_is_named()
    {
        using ManagedIdentity identity = Make(null, ("IDENTITY_ENDPOINT", "not one"), ("IDENTITY_HEADER", "h"));
        FineTuningApiException fault = await Testing.FailsAsync(() => identity.GetTokenAsync(null, default));
        Assert.Contains("IDENTITY_ENDPOINT", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_ends_the_asking()
    {
        using var stop = new System.Threading.CancellationTokenSource();
        await using var server = new StubServer(async _ => await stop.CancelAsync());
        using ManagedIdentity identity = Make(null, ("IDENTITY_ENDPOINT", Base(server)), ("IDENTITY_HEADER", "h"));
        await Testing.IsCancelledAsync(() => identity.GetTokenAsync(null, stop.Token));
    }

    private static string Base(StubServer server) => $"http://127.0.0.1:{server.Port}";

    private static ManagedIdentity Make(string? clientId, params (string Name, string Value)[] environment)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in environment)
        {
            values[name] = value;
        }

        return new ManagedIdentity(
            s_service,
            clientId,
            null,
            name => values.TryGetValue(name, out string? value) ? value : null
        );
    }
}
