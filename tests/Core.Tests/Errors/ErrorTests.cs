using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Errors;
using FineTuning.Core.Tests.Support;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Errors;

/// <summary>Whatever the answer is, it becomes one exception that says what it means.</summary>
public sealed class ErrorTests
{
    [Theory]
    [InlineData(400, null, ApiErrorKind.InvalidRequest)]
    [InlineData(401, "invalid_api_key", ApiErrorKind.AuthenticationFailed)]
    [InlineData(402, null, ApiErrorKind.InvalidRequest)]
    [InlineData(403, null, ApiErrorKind.PermissionDenied)]
    [InlineData(404, null, ApiErrorKind.NotFound)]
    [InlineData(408, null, ApiErrorKind.Timeout)]
    [InlineData(409, null, ApiErrorKind.Conflict)]
    [InlineData(413, null, ApiErrorKind.TooLarge)]
    [InlineData(422, null, ApiErrorKind.InvalidRequest)]
    [InlineData(429, "rate_limit_exceeded", ApiErrorKind.RateLimited)]
    [InlineData(429, "insufficient_quota", ApiErrorKind.QuotaExhausted)]
    [InlineData(429, "billing_hard_limit_reached", ApiErrorKind.QuotaExhausted)]
    [InlineData(400, "billing_not_active", ApiErrorKind.QuotaExhausted)]
    [InlineData(400, "model_not_available", ApiErrorKind.ModelNotAvailable)]
    [InlineData(404, "model_not_found", ApiErrorKind.ModelNotAvailable)]
    [InlineData(403, "model_not_found", ApiErrorKind.PermissionDenied)]
    [InlineData(500, null, ApiErrorKind.ServerError)]
    [InlineData(502, null, ApiErrorKind.ServerError)]
    [InlineData(503, null, ApiErrorKind.ServerError)]
    [InlineData(504, null, ApiErrorKind.ServerError)]
    public async Task A_status_and_code_have_their_meaning(int status, string? code, ApiErrorKind kind)
    {
        FineTuningApiException error = await AnswerAsync(Reply.Error(status, code, "Such is life."));
        Assert.Equal(kind, error.Kind);
        Assert.Equal(status, error.StatusCode);
        Assert.Equal(code, error.Code);
        Assert.Equal("Such is life.", error.Message);
    }

    [Theory]
    [InlineData(400, "Your organization is not eligible for fine-tuning.", ApiErrorKind.NotEligible)]
    [InlineData(403, "Ineligible organization", ApiErrorKind.NotEligible)]
    [InlineData(404, "Fine-tuning is no longer available to new customers.", ApiErrorKind.NotEligible)]
    [InlineData(500, "not eligible", ApiErrorKind.ServerError)]
    [InlineData(429, "not eligible", ApiErrorKind.RateLimited)]
    public async Task Not_eligible_is_told_by_its_words(int status, string message, ApiErrorKind kind) =>
        Assert.Equal(kind, (await AnswerAsync(Reply.Error(status, message: message))).Kind);

    [Fact]
    public async Task Everything_the_service_says_is_taken_over()
    {
        FineTuningApiException error = await AnswerAsync(
            Reply.Json(Testing.Recorded("error-invalid-training-file.json"), 400).With("x-request-id", "req_abc")
        );
        Assert.Equal("invalid training_file: Invalid File Name", error.Message);
        Assert.Equal("invalid_request_error", error.Type);
        Assert.Equal("training_file", error.Param);
        Assert.Null(error.Code);
        Assert.Equal("req_abc", error.RequestId);
        Assert.Equal(ApiErrorKind.InvalidRequest, error.Kind);
        Assert.Equal(1, error.Attempts);
        Assert.Null(error.RetryAfter);
    }

    [Fact]
    public async Task The_recorded_model_error_is_one()
    {
        FineTuningApiException error = await AnswerAsync(
            Reply.Json(Testing.Recorded("error-model-not-available.json"), 400)
        );
        Assert.Equal(ApiErrorKind.ModelNotAvailable, error.Kind);
        Assert.Equal("model_not_available", error.Code);
        Assert.Null(error.Param);
    }

    [Theory]
    [InlineData("x-request-id")]
    [InlineData("apim-request-id")]
    [InlineData("x-ms-request-id")]
    public async Task The_request_id_has_several_names(string header) =>
        Assert.Equal("r-1", (await AnswerAsync(Reply.Error(400).With(header, "r-1"))).RequestId);

    [Theory]
    [InlineData("""{"error":"text"}""", "text")]
    [InlineData("""{"error":{"message":"m"}}""", "m")]
    [InlineData("""{"error":{"message":" m\n"}}""", "m")]
    [InlineData("""{"error":{"detail":"d"}}""", "d")]
    [InlineData("""{"detail":"d"}""", "d")]
    [InlineData("""{"message":"m","code":7}""", "m")]
    [InlineData("""{"error":null,"message":"m"}""", "m")]
    [InlineData("""{"error":true,"message":"m"}""", "m")]
    [InlineData("""{"title":"t","detail":"d"}""", "d")]
    [InlineData(
        """{"detail":[{"loc":["body","metadata"],"msg":"Extra inputs are not permitted","type":"extra_forbidden"},{"msg":"b"},{"loc":["body",3]},7]}""",
        "body.metadata: Extra inputs are not permitted; b"
    )]
    [InlineData(
        """{"detail":[]}""",
        "The server answered 400 Whatever with a page of application/json instead of an explanation."
    )]
    [InlineData("\uFEFF{\"error\":{\"message\":\"m\"}}", "m")]
    public async Task The_words_stand_in_several_places(string body, string message) =>
        Assert.Equal(message, (await AnswerAsync(Reply.Json(body, 400))).Message);

    [Theory]
    [InlineData(
        "text/html",
        "<html>Bad gateway</html>",
        "The server answered 400 Whatever with a page of text/html instead of an explanation."
    )]
    [InlineData(
        "application/json",
        "<html>Bad gateway</html>",
        "The server answered 400 Whatever with a page of application/json instead of an explanation."
    )]
    [InlineData("application/json", "", "The server answered 400 Whatever without a word instead of an explanation.")]
    [InlineData(null, "", "The server answered 400 Whatever without a word instead of an explanation.")]
    [InlineData(
        "application/json",
        "null",
        "The server answered 400 Whatever with a page of application/json instead of an explanation."
    )]
    [InlineData(
        "application/json",
        "[]",
        "The server answered 400 Whatever with a page of application/json instead of an explanation."
    )]
    [InlineData(
        "application/json",
        "{}",
        "The server answered 400 Whatever with a page of application/json instead of an explanation."
    )]
    [InlineData(
        "application/json",
        "{\"error\":{}}",
        "The server answered 400 Whatever with a page of application/json instead of an explanation."
    )]
    [InlineData(
        "application/json",
        "{\"error\":\" \"}",
        "The server answered 400 Whatever with a page of application/json instead of an explanation."
    )]
    [InlineData(
        "application/json",
        "{\"error\":{\"message\":\"cut o",
        "The server answered 400 Whatever with a page of application/json instead of an explanation."
    )]
    public async Task Without_words_the_status_is_told(string? contentType, string body, string message)
    {
        FineTuningApiException error = await AnswerAsync(
            new Reply
            {
                Status = 400,
                ContentType = contentType,
                Body = Encoding.UTF8.GetBytes(body),
            }.With("x-request-id", "req_1")
        );
        Assert.Equal(message, error.Message);
        Assert.Equal(400, error.StatusCode);
        Assert.Equal("req_1", error.RequestId);
    }

    [Fact]
    public async Task A_json_error_is_read_whatever_it_calls_itself() =>
        Assert.Equal(
            "m",
            (
                await AnswerAsync(Reply.Json("""{"error":{"message":"m"}}""", 400) with { ContentType = "text/plain" })
            ).Message
        );

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/json")]
    public async Task An_error_page_of_10_MB_is_one_short_error(string contentType)
    {
        byte[] page = Encoding.UTF8.GetBytes("{\"error\":{\"message\":\"" + new string('x', 10 * 1024 * 1024) + "\"}}");
        FineTuningApiException error = await AnswerAsync(
            new Reply
            {
                Status = 502,
                Body = page,
                ContentType = contentType,
            }
        );
        Assert.Equal(ApiErrorKind.ServerError, error.Kind);
        Assert.Equal(
            $"The server answered 502 Whatever with a page of {contentType} instead of an explanation.",
            error.Message
        );
    }

    [Fact]
    public async Task A_packed_error_is_unpacked()
    {
        byte[] packed = Reply.Gzip("""{"error":{"message":"packed"}}""");
        FineTuningApiException error = await AnswerAsync(
            new Reply { Status = 400, Body = packed }.With("Content-Encoding", "gzip")
        );
        Assert.Equal("packed", error.Message);
    }

    [Fact]
    public async Task A_packed_answer_is_unpacked()
    {
        await using var server = StubServer.Replies(
            new Reply { Body = Reply.Gzip(Testing.Job()) }.With("Content-Encoding", "gzip")
        );
        using FineTuningClient client = Testing.Client(server);
        Assert.Equal("ftjob-1", (await client.GetJobAsync("ftjob-1")).Id);
    }

    [Theory]
    [InlineData(200, ApiErrorKind.InvalidResponse)]
    [InlineData(400, ApiErrorKind.InvalidRequest)]
    public async Task A_badly_packed_answer_is_an_error_of_the_one_type(int status, ApiErrorKind kind)
    {
        FineTuningApiException error = await AnswerAsync(
            new Reply { Status = status, Body = "this is not gzip"u8.ToArray() }.With("Content-Encoding", "gzip")
        );
        Assert.Equal(kind, error.Kind);
    }

    [Theory]
    [InlineData(400, ApiErrorKind.InvalidRequest)]
    [InlineData(429, ApiErrorKind.RateLimited)]
    [InlineData(500, ApiErrorKind.ServerError)]
    public async Task An_error_that_is_cut_off_keeps_its_meaning(int status, ApiErrorKind kind)
    {
        FineTuningApiException error = await AnswerAsync(
            Reply.Json("{\"error\":{\"message\":\"cu", status).With("x-request-id", "req_1") with
            {
                Length = 500,
                Ending = Ending.Reset,
            }
        );
        Assert.Equal((kind, status, "req_1"), (error.Kind, error.StatusCode, error.RequestId));
    }

    [Fact]
    public async Task A_packed_answer_that_is_cut_off_is_an_error_of_the_one_type()
    {
        byte[] packed = Reply.Gzip(Testing.Job(more: ",\"note\":\"" + string.Concat(Enumerable.Range(0, 4000)) + "\""));
        FineTuningApiException error = await AnswerAsync(
            new Reply { Body = packed[..(packed.Length / 2)] }.With("Content-Encoding", "gzip")
        );
        Assert.Equal(ApiErrorKind.InvalidResponse, error.Kind);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("null", "is the word null")]
    [InlineData("<html>Welcome</html>", "cannot be read (text/html; at $, line 1)")]
    [InlineData("[]", "cannot be read (text/html; at $, line 1)")]
    [InlineData("{\"id\":\"ftjob-1\",\n\"status\":\"runn", "cannot be read (text/html; at $.status, line 2)")]
    [InlineData("{\"id\":\"ftjob-1\",\n\"metadata\":{\"a\":[]}}", "cannot be read (text/html; at $.metadata")]
    [InlineData("{}", "has no id")]
    [InlineData("{\"message\":\"Welcome\"}", "has no id")]
    [InlineData("{\"id\":\"\"}", "has no id")]
    [InlineData("{\"id\":null}", "has no id")]
    public async Task A_success_of_nonsense_is_an_error_that_names_the_endpoint(string body, string fault)
    {
        await using var server = StubServer.Replies(
            new Reply
            {
                Status = 201,
                Body = Encoding.UTF8.GetBytes(body),
                ContentType = "text/html",
            }.With("x-request-id", "req_1")
        );
        using FineTuningClient client = Once(server);
        FineTuningApiException error = await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
        Assert.Equal(ApiErrorKind.InvalidResponse, error.Kind);
        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
        Assert.Contains(server.Endpoint.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Equal(201, error.StatusCode);
        Assert.Equal("req_1", error.RequestId);
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_nonsense()
    {
        await using var server = StubServer.Replies(Reply.Json("\uFEFF" + Testing.Job()));
        using FineTuningClient client = Once(server);
        Assert.Equal("ftjob-1", (await client.GetJobAsync("ftjob-1")).Id);
    }

    [Fact]
    public async Task An_answer_is_read_whatever_it_calls_itself()
    {
        await using var server = StubServer.Replies(Reply.Json(Testing.Job()) with { ContentType = "text/plain" });
        using FineTuningClient client = Once(server);
        Assert.Equal("ftjob-1", (await client.GetJobAsync("ftjob-1")).Id);
    }

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

    [Theory]
    [InlineData(ApiErrorKind.ConnectionFailed, null, true, false)]
    [InlineData(ApiErrorKind.ConnectionLost, null, true, true)]
    [InlineData(ApiErrorKind.Timeout, null, true, true)]
    [InlineData(ApiErrorKind.RateLimited, 429, true, false)]
    [InlineData(ApiErrorKind.ServerError, 500, true, true)]
    [InlineData(ApiErrorKind.InvalidRequest, 400, false, false)]
    [InlineData(ApiErrorKind.QuotaExhausted, 429, false, false)]
    [InlineData(ApiErrorKind.NotEligible, 403, false, false)]
    [InlineData(ApiErrorKind.AuthenticationFailed, 401, false, false)]
    [InlineData(ApiErrorKind.TlsFailed, null, false, false)]
    [InlineData(ApiErrorKind.Redirected, 302, false, false)]
    [InlineData(ApiErrorKind.NotFound, 404, false, false)]
    public void A_kind_says_whether_a_repeat_helps_and_whether_it_may_have_worked(
        ApiErrorKind kind,
        int? status,
        bool isTransient,
        bool mayHaveWorked
    )
    {
        var error = new FineTuningApiException(kind, "m") { StatusCode = status };
        Assert.Equal(isTransient, error.IsTransient);
        Assert.Equal(mayHaveWorked, error.MayHaveWorked);
        error.IsRead = true;
        Assert.False(error.MayHaveWorked);
    }

    [Fact]
    public async Task Https_to_a_server_that_speaks_http_is_a_failure_of_tls() =>
        await FailsTlsAsync(async stream =>
        {
            byte[] hello = new byte[16];
            await stream.ReadExactlyAsync(hello);
            await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        });

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_a_failure_of_tls()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(
            TestClock.Start.AddYears(-2),
            TestClock.Start.AddYears(-1)
        );
        await FailsTlsAsync(async stream =>
        {
            using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
            await tls.AuthenticateAsServerAsync(certificate);
        });
    }

    private static async Task FailsTlsAsync(Func<Stream, Task> serve)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using TcpClient peer = await listener.AcceptTcpClientAsync();
            try
            {
                await serve(peer.GetStream());
                byte[] rest = new byte[1024];
                while (await peer.GetStream().ReadAsync(rest) > 0) { }
            }
            catch (Exception e) when (e is IOException or AuthenticationException or ObjectDisposedException)
            {
                // The client went away, as it should.
            }
        });
        var clock = new TestClock();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using (
            var client = new FineTuningClient(
                new ClientOptions { Endpoint = new Uri($"https://127.0.0.1:{port}/v1"), Clock = clock },
                Testing.Credential()
            )
        )
        {
            FineTuningApiException error = await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
            Assert.Equal(ApiErrorKind.TlsFailed, error.Kind);
            Assert.StartsWith($"No secure connection to 127.0.0.1:{port}: ", error.Message, StringComparison.Ordinal);
            Assert.Empty(clock.Delays);
        }

        await serving.WaitAsync(Testing.Timeout);
    }

    private static FineTuningClient Once(StubServer server) =>
        new(Testing.Options(server) with { MaxRetryCount = 0 }, Testing.Credential());

    private static async Task<FineTuningApiException> AnswerAsync(Reply reply)
    {
        await using var server = StubServer.Replies(reply);
        using FineTuningClient client = Once(server);
        return await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
    }
}
