using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Errors;

/// <summary>Refusals as Azure writes them; docs/azure.md says where each was seen.</summary>
public sealed class AzureErrorTests
{
    [Theory]
    [InlineData(
        401,
        """{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key."}}""",
        ApiErrorKind.AuthenticationFailed,
        "401"
    )]
    [InlineData(
        401,
        """{"statusCode":401,"message":"Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or has expired."}""",
        ApiErrorKind.AuthenticationFailed,
        null
    )]
    [InlineData(
        401,
        """{"error":{"code":"PermissionDenied","message":"Principal does not have access to API/Operation."}}""",
        ApiErrorKind.PermissionDenied,
        "PermissionDenied"
    )]
    [InlineData(
        401,
        """{"error":{"code":"401","message":"The principal `x` lacks the required data action `Microsoft.CognitiveServices/accounts/OpenAI/fine-tunes/write`"}}""",
        ApiErrorKind.PermissionDenied,
        "401"
    )]
    [InlineData(
        403,
        """{"error":{"code":"403","message":"Access denied due to Virtual Network/Firewall rules."}}""",
        ApiErrorKind.PermissionDenied,
        "403"
    )]
    [InlineData(404, """{"error":{"code":"404","message":"Resource not found"}}""", ApiErrorKind.NotFound, "404")]
    [InlineData(
        404,
        """{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}""",
        ApiErrorKind.NotFound,
        "DeploymentNotFound"
    )]
    [InlineData(
        400,
        """{"error":{"code":"BadRequest","message":"API version not supported"}}""",
        ApiErrorKind.InvalidRequest,
        "BadRequest"
    )]
    [InlineData(
        400,
        """{"error":{"code":"BadRequest","message":"Please provide a custom subdomain for token authentication, otherwise API key is required."}}""",
        ApiErrorKind.InvalidRequest,
        "BadRequest"
    )]
    [InlineData(
        400,
        """{"error":{"code":"invalidPayload","message":"The specified base model does not support fine-tuning."}}""",
        ApiErrorKind.ModelNotAvailable,
        "invalidPayload"
    )]
    [InlineData(
        400,
        """{"error":{"code":"jsonlValidationFailed","message":"Validation of jsonl data failed."}}""",
        ApiErrorKind.InvalidRequest,
        "jsonlValidationFailed"
    )]
    [InlineData(
        429,
        """{"error":{"code":"quotaExceeded","message":"Quota exceeded."}}""",
        ApiErrorKind.QuotaExhausted,
        "quotaExceeded"
    )]
    [InlineData(
        403,
        """{"error":{"code":"insufficientQuota","message":"There is not enough quota."}}""",
        ApiErrorKind.QuotaExhausted,
        "insufficientQuota"
    )]
    [InlineData(
        429,
        """{"error":{"code":"tooManyRequests","message":"Too many requests. Please retry later."}}""",
        ApiErrorKind.RateLimited,
        "tooManyRequests"
    )]
    [InlineData(
        409,
        """{"error":{"code":"conflict","message":"The requested operation conflicts."}}""",
        ApiErrorKind.Conflict,
        "conflict"
    )]
    [InlineData(
        500,
        """{"error":{"code":"internalFailure","message":"Internal error. Please retry."}}""",
        ApiErrorKind.ServerError,
        "internalFailure"
    )]
    public async Task A_body_has_its_meaning(int status, string body, ApiErrorKind kind, string? code)
    {
        FineTuningApiException error = await AnswerAsync(Reply.Json(body, status));
        Assert.Equal((kind, status, code), (error.Kind, error.StatusCode, error.Code));
        Assert.DoesNotContain("instead of an explanation", error.Message);
    }

    [Theory]
    [InlineData(
        """{"error":{"code":"content_filter","message":"m","innererror":{"code":"Outer","innererror":{"code":"ResponsibleAIPolicyViolation"}}}}""",
        "ResponsibleAIPolicyViolation"
    )]
    [InlineData(
        """{"error":{"code":"x","message":"m","inner_error":{"code":"ResponsibleAIPolicyViolation","content_filter_results":{}}}}""",
        "ResponsibleAIPolicyViolation"
    )]
    [InlineData("""{"error":{"code":"x","message":"m","innererror":{"code":"Outer","innererror":{}}}}""", "Outer")]
    [InlineData("""{"error":{"code":"x","message":"m","innererror":null}}""", null)]
    [InlineData("""{"error":{"code":"x","message":"m"}}""", null)]
    public async Task The_innermost_code_is_kept(string body, string? inner) =>
        Assert.Equal(inner, (await AnswerAsync(Reply.Json(body, 400))).InnerCode);

    [Fact]
    public async Task A_target_is_the_parameter_at_fault() =>
        Assert.Equal(
            "training_file",
            (
                await AnswerAsync(Reply.Json("""{"error":{"code":"x","message":"m","target":"training_file"}}""", 400))
            ).Param
        );

    [Theory]
    [InlineData(
        "Requests to the ChatCompletions_Create Operation have exceeded token rate limit of your current OpenAI S0 "
            + "pricing tier. Please retry after 22 seconds.",
        22.0
    )]
    [InlineData("Rate limit is exceeded. Try again in 59 seconds.", 59.0)]
    [InlineData("Please retry after 86401 seconds.", null)]
    [InlineData("Please retry later.", null)]
    public async Task The_wait_is_read_out_of_the_words_where_no_header_tells_it(string message, double? seconds)
    {
        FineTuningApiException error = await AnswerAsync(Reply.Error(429, "429", message));
        Assert.Equal(seconds, error.RetryAfter?.TotalSeconds);
    }

    [Fact]
    public async Task A_header_is_believed_before_the_words() =>
        Assert.Equal(
            7.0,
            (await AnswerAsync(Reply.Error(429, "429", "Please retry after 22 seconds.").With("Retry-After", "7")))
                .RetryAfter
                ?.TotalSeconds
        );

    [Theory]
    [InlineData("pending", false)]
    [InlineData("notRunning", false)]
    [InlineData("running", false)]
    [InlineData("pausing", false)]
    [InlineData("canceled", true)]
    [InlineData("cancelled", true)]
    [InlineData("Succeeded", true)]
    [InlineData("failed", true)]
    public void A_status_is_as_it_came_and_known_for_final_or_not(string word, bool isFinished)
    {
        JobStatus status = new(word);
        Assert.Equal((word, isFinished), (status.Value, status.IsFinished));
    }

    private static async Task<FineTuningApiException> AnswerAsync(Reply reply)
    {
        await using var server = StubServer.Replies(reply);
        using FineTuningClient client = new(Testing.Options(server) with { MaxRetryCount = 0 }, Testing.Credential());
        return await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
    }
}
