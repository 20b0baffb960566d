using FineTuning.Core.Errors;

namespace FineTuning.Errors;

/// <summary>
/// The next step after Azure's own refusals, which are told by their codes and words, whatever connection they came
/// over. docs/azure.md lists them with where they were seen.
/// </summary>
internal static class AzureAdvice
{
    /// <summary>The id of the record, where the usual one would mislead, and the next step; nulls where this is none of
    /// Azure's.</summary>
    public static (string? Id, string? Action) For(FineTuningApiException e, Uri? endpoint) =>
        e.StatusCode switch
        {
            400 when Says(e, "custom subdomain") => (
                null,
                "Tokens are taken at the address of the resource's own name alone: Connect-FineTuning -AzureResource "
                    + "NAME -Identity. A regional address takes keys only."
            ),
            400 when Says(e, "API version not supported", "UnsupportedApiVersion") || Has(e, "UnsupportedApiVersion") =>
                (
                    null,
                    "Below /openai/v1 leave -ApiVersion out. With a date, such as -ApiVersion 2024-10-21, connect "
                        + "with -AzureResource NAME, which then takes the older paths."
                ),
            400 when Says(e, "does not support fine-tuning") => (
                null,
                "Azure says so too when the region or the kind of training is the wrong one. Give -TrainingType "
                    + "GlobalStandard, name the model with its date, such as gpt-4o-mini-2024-07-18, or use a "
                    + "resource in a region that trains it."
            ),
            400 when Says(e, "not processed", "still being processed", "not in a terminal state", "not ready") => (
                null,
                "Get-FineTuningFile shows its status: create the job when it is 'processed'."
            ),
            400 when Has(e, "jsonlValidationFailed") => (
                null,
                "Test-FineTuningDataset finds the line; send the corrected file again."
            ),
            400 or 403 or 422 when Has(e, "fileImportFailed") || Has(e, "fileImportNotAllowed") => (
                null,
                "The service could not take the file over. Send it with Send-FineTuningFile -Force; if that fails "
                    + "too, the resource's network rules or its encryption with a key of your own stand in the way."
            ),
            400 when Has(e, "contentFilter") || Has(e, "content_filter") || Has(e, "ResponsibleAIPolicyViolation") => (
                null,
                "Azure's content filter refused what was sent. Take the examples out that it names, or ask for a "
                    + "changed filter at https://aka.ms/oai/modifiedaccess."
            ),
            401
            or 403
                when Has(e, "PermissionDenied")
                    || Says(e, "lacks the required data action", "does not have access to API/Operation") => (
                ApiErrors.PermissionDenied.Id,
                "The identity needs the role Cognitive Services OpenAI Contributor on the resource: it has none, or "
                    + "a lesser one such as Cognitive Services OpenAI User. A new role takes some minutes."
            ),
            401 when Says(e, "invalid subscription key or wrong API endpoint") => (
                null,
                $"The key is not one of the resource at {endpoint?.Host}, or the address is not its. Compare both "
                    + $"with 'Keys and Endpoint' of the resource: Connect-FineTuning -AzureResource NAME -ApiKey "
                    + $"(Read-Host -AsSecureString)."
            ),
            401 when Says(e, "audience is incorrect") => (
                null,
                "The token is missing, has ended, or is for something else: it must be for "
                    + "https://cognitiveservices.azure.com. -Identity asks for the right one; a key goes with -ApiKey."
            ),
            403 when Says(e, "Virtual Network/Firewall rules", "public access is disabled") => (
                null,
                "The resource does not take requests from this network. Run it where the resource's private endpoint "
                    + "is reached, or add this machine's address to its firewall ('Networking' of the resource)."
            ),
            403 when Says(e, "Key based authentication is disabled") => (
                null,
                "The resource takes no keys: Connect-FineTuning -AzureResource NAME -Identity, or with -AccessToken."
            ),
            404 when Has(e, "DeploymentNotFound") => (
                ApiErrors.DeploymentNotFound.Id,
                ApiErrors.DeploymentNotFound.Action
            ),
            404 when Has(e, "404") && Says(e, "Resource not found") => (
                NotFoundErrors.Endpoint.Id,
                "Azure knows no such path. Either the base is wrong: Connect-FineTuning -AzureResource NAME finds "
                    + "the right one. Or this version of its API lacks what was asked for: permissions everywhere, "
                    + "pausing and graders below a dated version."
            ),
            _ when Has(e, "quotaExceeded") || Has(e, "insufficientQuota") => (
                null,
                "The resource's quota is used up, such as the number of its jobs at once. Wait until jobs have "
                    + "ended, stop some with Stop-FineTuningJob, or ask for more at https://aka.ms/oai/quotaincrease."
            ),
            _ => (null, null),
        };

    private static bool Has(FineTuningApiException e, string code) =>
        string.Equals(e.Code, code, StringComparison.OrdinalIgnoreCase)
        || string.Equals(e.InnerCode, code, StringComparison.OrdinalIgnoreCase);

    private static bool Says(FineTuningApiException e, params string[] words) =>
        Array.Exists(words, word => e.Message.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0);
}
