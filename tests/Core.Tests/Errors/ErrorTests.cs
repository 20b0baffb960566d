using System.Text;
using FineTuning.Core.Errors;
using FineTuning.Core.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Errors;

/// <summary>Whatever the answer is, it becomes one exception that says what it means.</summary>
public sealed class ErrorTests : ErrorAnswers
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
}
