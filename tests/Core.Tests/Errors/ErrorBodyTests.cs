using System.Text;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Errors;

/// <summary>Bodies that are packed, cut off, huge, or not what they should be.</summary>
public sealed class ErrorBodyTests : ErrorAnswers
{
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
}
