using System.Text.Json.Nodes;
using FineTuning.Core.Wire;
using FineTuning.Server.Http;

namespace FineTuning.Server.Dialects;

/// <summary>Refusals in Azure's words. What Azure has no known words for keeps this server's, under Azure's
/// code.</summary>
internal static class AzureErrors
{
    private const string NotFoundCode = "404",
        VersionCode = "BadRequest";

    public static ApiException ResourceNotFound() => new(404, "Resource not found", code: NotFoundCode);

    public static ApiException VersionNotSupported() => new(400, "API version not supported", code: VersionCode);

    /// <summary>An error as Azure writes it.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="error">What this server says of it.</param>
    /// <param name="status">The status of the answer.</param>
    /// <param name="isDated">Whether the older surface was asked.</param>
    public static JsonObject Body(HttpRequest request, ErrorDetail error, int status, bool isDated)
    {
        if (status == StatusCodes.Status401Unauthorized && !request.Headers.ContainsKey("api-key"))
        {
            // The gateway in front of Azure answers this, in a form of its own.
            return new JsonObject
            {
                ["statusCode"] = 401,
                ["message"] =
                    "Unauthorized. Access token is missing, invalid, audience is incorrect "
                    + "(https://cognitiveservices.azure.com), or has expired.",
            };
        }

        (string code, string message) = Words(error, status, Operations.Of(request) == "CreateChatCompletion");
        JsonObject detail = new() { ["code"] = code, ["message"] = message };
        if (error.Param is { } param)
        {
            detail[isDated ? "target" : "param"] = param;
        }

        if (isDated && code == "invalidPayload")
        {
            detail["innererror"] = new JsonObject { ["code"] = code };
        }

        return new JsonObject { ["error"] = detail };
    }

    private static (string Code, string Message) Words(ErrorDetail error, int status, bool isChat) =>
        (status, error.Code) switch
        {
            (401, _) => (
                "401",
                "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid "
                    + "key for an active subscription "
                    + "and use a correct regional API endpoint for your resource."
            ),
            (404, null) when error.Param is null => (NotFoundCode, "Resource not found"),
            (404, "model_not_found") when isChat => (
                "DeploymentNotFound",
                "The API deployment for this resource does not exist. If you created the deployment within the last "
                    + "5 minutes, please wait a moment and try again."
            ),
            (_, NotFoundCode or VersionCode) => (error.Code, error.Message!),
            (_, "model_not_available") => ("invalidPayload", "The specified base model does not support fine-tuning."),
            (_, "invalid_job_state") => ("unexpectedEntityState", error.Message!),
            (_, "too_many_unfinished_jobs") => ("quotaExceeded", error.Message!),
            (400, _) => ("invalidPayload", error.Message!),
            (403, _) => ("forbidden", error.Message!),
            (404, _) => ("notFound", error.Message!),
            (405, _) => ("405", error.Message!),
            (409, _) => ("conflict", error.Message!),
            (429, _) => ("429", error.Message!),
            (503, _) => ("serviceUnavailable", error.Message!),
            (>= 500, _) => ("internalFailure", error.Message!),
            _ => ("invalidPayload", error.Message!),
        };
}
