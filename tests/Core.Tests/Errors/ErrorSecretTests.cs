using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Errors;
using FineTuning.Core.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Errors;

/// <summary>The key stays where it was meant for, and is in no text.</summary>
public sealed class ErrorSecretTests : ErrorAnswers
{
    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed_and_the_key_stays(int status)
    {
        await using var other = StubServer.Replies(Reply.Json(Testing.Job()));
        await using var server = StubServer.Replies(
            Reply.Json("", status).With("Location", other.Endpoint + "/fine_tuning/jobs/ftjob-1?token=abc")
        );
        using FineTuningClient client = Testing.Client(server);
        FineTuningApiException error = await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
        Assert.Equal(ApiErrorKind.Redirected, error.Kind);
        Assert.Equal(status, error.StatusCode);
        Assert.Contains(other.Endpoint + "/fine_tuning/jobs/ftjob-1,", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("abc", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, other.Count);
        Assert.Equal(1, server.Count);
    }

    [Theory]
    [InlineData(null, "somewhere else")]
    [InlineData("/login", "'/login'")]
    [InlineData("/login?key=" + Testing.Key, "'/login'")]
    public async Task A_redirect_within_the_host_is_not_followed_either(string? location, string where)
    {
        var reply = Reply.Json("", 302);
        await using var server = StubServer.Replies(location is null ? reply : reply.With("Location", location));
        using FineTuningClient client = Testing.Client(server);
        FineTuningApiException error = await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
        Assert.Contains($"redirects to {where},", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Count);
    }

    public static TheoryData<string, string> EchoedKeys =>
        new()
        {
            { "message", "sk-test-0123456789abcdefghij" },
            { "message", "not/a+known.form=of~key" },
            { "message", "sk-formal/with+other=signs" },
            { "message", "sk-" + new string('k', 5000) },
            { "param", "plain-0123456789" },
            { "code", "plain-0123456789" },
            { "type", "plain-0123456789" },
        };

    [Theory]
    [MemberData(nameof(EchoedKeys))]
    public async Task A_key_that_the_server_echoes_is_masked(string member, string key)
    {
        await using var server = StubServer.Replies(
            Reply.Json($$$"""{"error":{"message":"m","{{{member}}}":"Wrong key {{{key}}}."}}""", 401)
        );
        using ApiCredential credential = Testing.Credential(key);
        using var client = new FineTuningClient(Testing.Options(server), credential);
        FineTuningApiException error = await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
        string[] shown = [error.ToString(), error.Message, error.Param ?? "", error.Code ?? "", error.Type ?? ""];
        Assert.Contains("Wrong key [redacted].", shown.Select(s => s.Trim()));
        Assert.All(shown, s => Assert.DoesNotContain(key[^6..], s, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_in_the_reason_phrase_is_masked()
    {
        FineTuningApiException error = await AnswerAsync(
            new Reply { Status = 401, Reason = "Wrong key " + Testing.Key }
        );
        Assert.Contains("401 Wrong key [redacted] ", error.Message, StringComparison.Ordinal);
    }
}
