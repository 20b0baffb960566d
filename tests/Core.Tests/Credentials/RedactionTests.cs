using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FineTuning.Core.Credentials;
using FineTuning.Core.Errors;
using Xunit;

namespace FineTuning.Core.Tests.Credentials;

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
    [InlineData(
        """{"password":"p","client_secret":"s","access_token":"t"}""",
        """{"password":"[redacted]","client_secret":"[redacted]","access_token":"[redacted]"}"""
    )]
    [InlineData("?api_key=abc", "?api_key=[redacted]")]
    [InlineData("https://example.invalid/v1?code=a1b2&x=1", "https://example.invalid/v1?code=[redacted]&x=1")]
    [InlineData("GET /v1/models?x=1&key=a1b2", "GET /v1/models?x=1&key=[redacted]")]
    [InlineData(
        "The tunnel to 'http://user:pa@ss@proxy:8080/' failed",
        "The tunnel to 'http://[redacted]@proxy:8080/' failed"
    )]
    [InlineData("you sent Basic dXNlcjpwYXNzMQ==", "you sent Basic [redacted]")]
    public void A_key_is_taken_out(string text, string expected) => Assert.Equal(expected, Redaction.Scrub(text));

    [Theory]
    [InlineData("")]
    [InlineData("The model is not available.")]
    [InlineData("risk-assessment and task-force-one")]
    [InlineData("sk-abc")]
    [InlineData("file-abcdef123456 ftjob-abcdef123456")]
    [InlineData("You did not provide an API key.")]
    [InlineData("The keys of the secret garden")]
    [InlineData("https://example.invalid/a@b?after=x&limit=2")]
    [InlineData("a basic misunderstanding")]
    [InlineData("""{"training_file":"file-1","metadata":{"passwords":"none"}}""")]
    [InlineData("@{ 'X-Sub-Key-Secret' = (Read-Host -AsSecureString) }")]
    public void Other_text_stays(string text) => Assert.Equal(text, Redaction.Scrub(text));

    [Fact]
    public void No_text_is_no_text() => Assert.Equal(string.Empty, Redaction.Scrub((string)null!));

    [Theory]
    [InlineData(250)]
    [InlineData(3000)]
    public void A_long_key_leaves_no_tail(int length)
    {
        string key = "sk-" + string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26))));
        Assert.Equal("x [redacted] y", Redaction.Scrub($"x {key} y"));
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("key={0}.")]
    public void A_known_secret_is_taken_out_in_all_its_spellings(string around)
    {
        // Nothing in it looks like a key, and each spelling differs.
        const string Secret = "Zq7 canary<\"'&+/\\é";
        string[] spellings =
        [
            Secret,
            Uri.EscapeDataString(Secret),
            WebUtility.UrlEncode(Secret),
            WebUtility.HtmlEncode(Secret),
            JsonSerializer.Serialize(Secret).Trim('"'),
            JsonEncodedText.Encode(Secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
            Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)),
        ];
        using (Redaction.Know(new NetworkCredential(string.Empty, Secret).SecurePassword))
        {
            foreach (string spelling in spellings)
            {
                Assert.Equal(
                    string.Format(CultureInfo.InvariantCulture, around, "[redacted]"),
                    Redaction.Scrub(string.Format(CultureInfo.InvariantCulture, around, spelling))
                );
            }
        }

        Assert.Contains(Secret, Redaction.Scrub(Secret), StringComparison.Ordinal);
    }

    [Fact]
    public void An_exception_without_a_secret_stays_itself()
    {
        var exception = new InvalidOperationException("No file.", new IOException("Locked."));
        Assert.Same(exception, Redaction.Scrub(exception));
        Assert.Null(Redaction.Scrub((Exception?)null));
    }

    [Fact]
    public void An_exception_with_a_secret_anywhere_inside_is_replaced_by_one_that_says_the_same_without()
    {
        var inner = new HttpRequestException("The proxy http://me:Zq7canary@proxy:1/ refused.");
        inner.Data["address"] = "Zq7canary";
        var outer = new FineTuningApiException(
            ApiErrorKind.ProxyRefused,
            "It refused http://me:Zq7canary@proxy:1/.",
            new AggregateException("Some.", inner)
        )
        {
            RequestId = "sk-canary123",
            Code = "sk-canary123",
            Param = "sk-canary123",
            Type = "sk-canary123",
        };
        Assert.Equal("It refused http://[redacted]@proxy:1/.", outer.Message);
        Assert.Equal(
            ("[redacted]", "[redacted]", "[redacted]", "[redacted]"),
            (outer.RequestId, outer.Code, outer.Param, outer.Type)
        );
        RedactedException clean = Assert.IsType<RedactedException>(outer.InnerException);
        Assert.Equal(typeof(AggregateException).FullName, clean.TypeName);
        Assert.Equal("The proxy http://[redacted]@proxy:1/ refused.", clean.InnerException!.Message);
        Assert.Empty(clean.InnerException.Data);
        Assert.DoesNotContain("Zq7canary", outer.ToString(), StringComparison.Ordinal);
        Assert.Contains("System.Net.Http.HttpRequestException: The proxy", outer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Data_alone_makes_an_exception_unclean()
    {
        var exception = new IOException("Locked.");
        exception.Data["header"] = "Bearer abcdef";
        Assert.Equal(
            typeof(IOException).FullName,
            Assert.IsType<RedactedException>(Redaction.Scrub(exception)).TypeName
        );
    }

    [Fact]
    public void Twice_is_no_more_than_once()
    {
        string once = Redaction.Scrub("Authorization: Bearer abcdef, api_key=\"sk-123456789\"");
        Assert.Equal(once, Redaction.Scrub(once));
    }
}
