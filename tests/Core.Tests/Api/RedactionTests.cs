using System;
using System.Linq;
using FineTuning.Core.Api;
using Xunit;

namespace FineTuning.Core.Tests.Api;

public sealed class RedactionTests
{
    [Theory]
    [InlineData("Incorrect API key provided: sk-abcdef123456.", "Incorrect API key provided: [redacted].")]
    [InlineData("sk-proj-AbC_def-123", "[redacted]")]
    [InlineData("sk-admin-abcdef and sk-abcdef123", "[redacted] and [redacted]")]
    [InlineData("(SK-ABCDEF)", "([redacted])")]
    [InlineData("Authorization: Bearer abc.def-ghi", "Authorization: [redacted] [redacted]")]
    [InlineData("Authorization: Basic dXNlcjpwYXNz", "Authorization: [redacted] [redacted]")]
    [InlineData("bearer abc", "bearer [redacted]")]
    [InlineData("api-key: abc123", "api-key: [redacted]")]
    [InlineData("x-api-key: abc123", "x-api-key: [redacted]")]
    [InlineData("OPENAI_API_KEY=abc123", "OPENAI_API_KEY=[redacted]")]
    [InlineData("""{"api_key":"abc123","a":1}""", """{"api_key":"[redacted]","a":1}""")]
    [InlineData("""{"api_key" : "abc123"}""", """{"api_key" : "[redacted]"}""")]
    [InlineData("""{'api_key': 'abc123', 'a': 1}""", """{'api_key': '[redacted]', 'a': 1}""")]
    [InlineData("""{\"apikey\": \"abc123\"}""", """{\"apikey\": \"[redacted]\"}""")]
    [InlineData("""{"password":"p","client_secret":"s","access_token":"t"}""", """{"password":"[redacted]","client_secret":"[redacted]","access_token":"[redacted]"}""")]
    [InlineData("?api_key=abc", "?api_key=[redacted]")]
    public void A_key_is_taken_out(string text, string expected) => Assert.Equal(expected, Redaction.Scrub(text));

    [Theory]
    [InlineData("")]
    [InlineData("The model is not available.")]
    [InlineData("risk-assessment and task-force-one")]
    [InlineData("sk-abc")]
    [InlineData("file-abcdef123456 ftjob-abcdef123456")]
    [InlineData("You did not provide an API key.")]
    [InlineData("The keys of the secret garden")]
    [InlineData("""{"training_file":"file-1","metadata":{"passwords":"none"}}""")]
    public void Other_text_stays(string text) => Assert.Equal(text, Redaction.Scrub(text));

    [Fact]
    public void No_text_is_no_text() => Assert.Equal(string.Empty, Redaction.Scrub(null!));

    [Theory]
    [InlineData(250)]
    [InlineData(3000)]
    public void A_long_key_leaves_no_tail(int length)
    {
        string key = "sk-" + string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26))));
        Assert.Equal("x [redacted] y", Redaction.Scrub($"x {key} y"));
    }

    [Fact]
    public void Twice_is_no_more_than_once()
    {
        string once = Redaction.Scrub("Authorization: Bearer abcdef, api_key=\"sk-123456789\"");
        Assert.Equal(once, Redaction.Scrub(once));
    }
}
