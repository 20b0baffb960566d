using System.Management.Automation;
using FineTuning.Core.Credentials;
using FineTuning.Core.Errors;

namespace FineTuning.Errors;

/// <summary>The one place where error records are made, so that ids, categories and next steps are the same
/// everywhere.</summary>
internal static class ErrorRecords
{
    // Since 7.5 the console shows the recommended action by itself; before, it has to stand in the message.
    private static readonly bool s_showsAction = typeof(PSObject).Assembly.GetName().Version >= new Version(7, 5);

    /// <summary>Makes a record of a request that failed.</summary>
    /// <param name="e">What failed.</param>
    /// <param name="noun">What was asked for, such as Job.</param>
    /// <param name="target">Its id.</param>
    /// <param name="endpoint">Where it was asked for.</param>
    /// <param name="explanation">The next step where the caller knows better; null is the usual one.</param>
    public static ErrorRecord FromApi(
        FineTuningApiException e,
        string noun,
        object? target,
        Uri? endpoint,
        string? explanation = null
    )
    {
        (string id, ErrorCategory category, string action) = Describe(e, noun, endpoint);
        (string? azureId, string? azureAction) = AzureAdvice.For(e, endpoint);
        id = azureId ?? id;
        action = explanation ?? e.Advice ?? azureAction ?? action;
        string request = e.RequestId is null ? string.Empty : $" (request {e.RequestId})";
        bool namesParam = e.Kind == ApiErrorKind.InvalidRequest && e.Param is not null && !e.Message.Contains(e.Param);
        string param = !namesParam ? string.Empty : $" The parameter at fault is {e.Param}.";
        return Make(e, id, category, target, $"{e.Message}{request}{param}", action);
    }

    /// <summary>Makes a record with its next step, which every PowerShell shows. Secrets are taken out of all of
    /// it.</summary>
    public static ErrorRecord Make(
        Exception e,
        string id,
        ErrorCategory category,
        object? target,
        string message,
        string action
    )
    {
        (message, action) = (Redaction.Scrub(message), Redaction.Scrub(action));
        return new ErrorRecord(Redaction.Scrub(e), id, category, Clean(target))
        {
            ErrorDetails = new ErrorDetails(s_showsAction ? message : $"{message} {action}")
            {
                RecommendedAction = action,
            },
        };
    }

    /// <summary>Makes a record of something the user gave.</summary>
    public static ErrorRecord Invalid(
        string id,
        string message,
        string action,
        object? target,
        ErrorCategory category = ErrorCategory.InvalidArgument
    ) => Make(new PSArgumentException(Redaction.Scrub(message)), id, category, target, message, action);

    /// <summary>The message without the name of our own parameter, which .NET puts behind it in one of two
    /// ways.</summary>
    public static string WithoutParameter(ArgumentException e) =>
        e.Message.Split('\n')[0].Split([" (Parameter '"], StringSplitOptions.None)[0].Trim();

    /// <summary>Makes a record of a local file that is there but could not be read.</summary>
    public static ErrorRecord FileNotRead(Exception e, object? target) =>
        Make(
            e,
            "FileNotRead",
            ErrorCategory.ReadError,
            target,
            $"A file could not be read: {e.Message.TrimEnd('.')}.",
            "Check that it is there, that you may read it, and that no other program holds it."
        );

    /// <summary>What the user named can be a secret in the wrong place; then it is told as text without.</summary>
    private static object? Clean(object? target)
    {
        // PowerShell's own text of a collection enumerates it, which uses up a reader, or fails.
        object? plain = target is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : target;
        string text = plain?.ToString() ?? string.Empty;
        string clean = Redaction.Scrub(text);
        return clean == text ? target : clean;
    }

    private static (string Id, ErrorCategory Category, string Action) Describe(
        FineTuningApiException e,
        string noun,
        Uri? endpoint
    ) =>
        e.Kind switch
        {
            ApiErrorKind.ConnectionFailed => (
                "ConnectionFailed",
                ErrorCategory.ConnectionError,
                endpoint?.IsLoopback == true
                    ? "Nothing listens there: run Start-FineTuningServer, or Connect-FineTuning to another endpoint."
                    : "Check the network and the endpoint that Get-FineTuningConnection shows."
            ),
            ApiErrorKind.ConnectionLost => ("ConnectionLost", ErrorCategory.ConnectionError, LookOrRepeat(e)),
            ApiErrorKind.Timeout => (
                "RequestTimedOut",
                ErrorCategory.OperationTimeout,
                $"{LookOrRepeat(e)} Connect-FineTuning -TimeoutSec allows more time."
            ),
            ApiErrorKind.TlsFailed => (
                "TlsFailed",
                ErrorCategory.SecurityError,
                "Check the server's certificate and this machine's clock and trusted roots."
            ),
            ApiErrorKind.ProxyRefused => (
                "ProxyRefused",
                ErrorCategory.AuthenticationError,
                "Connect through the proxy with Connect-FineTuning -ProxyCredential (Get-Credential), or -ProxyUseDefaultCredentials where it knows the account."
            ),
            ApiErrorKind.TokenUnavailable => (
                "TokenUnavailable",
                ErrorCategory.AuthenticationError,
                "This request was not sent. Check the identity or the token provider that Connect-FineTuning was given."
            ),
            ApiErrorKind.AuthenticationFailed => (
                "AuthenticationFailed",
                ErrorCategory.AuthenticationError,
                $"Give the key that belongs to {endpoint}: Connect-FineTuning -Endpoint {endpoint} -ApiKey (Read-Host -AsSecureString)."
            ),
            ApiErrorKind.PermissionDenied => (
                "PermissionDenied",
                ErrorCategory.PermissionDenied,
                "Use a key that may do this; checkpoint permissions need an admin key."
            ),
            ApiErrorKind.NotEligible => (
                "NotEligible",
                ErrorCategory.PermissionDenied,
                "A repeat cannot help. Use another endpoint, such as Azure OpenAI, or Start-FineTuningServer."
            ),
            ApiErrorKind.NotFound => ($"{noun}NotFound", ErrorCategory.ObjectNotFound, HowToList(noun)),
            ApiErrorKind.ModelNotAvailable
                when e.StatusCode == 404 && noun is "Model" or "Checkpoint" or "Permission" => (
                noun == "Model" ? "ModelNotFound" : "CheckpointNotFound",
                ErrorCategory.ObjectNotFound,
                HowToList(noun == "Model" ? noun : "Checkpoint")
            ),
            ApiErrorKind.ModelNotAvailable => (
                "ModelNotAvailable",
                ErrorCategory.InvalidArgument,
                "Name a base model that this service fine-tunes; press Tab behind -Model for the usual ones."
            ),
            ApiErrorKind.InvalidRequest => (
                "InvalidRequest",
                ErrorCategory.InvalidArgument,
                noun == "Job" ? "Get-FineTuningJob shows where the job stands." : "Correct the request and repeat it."
            ),
            ApiErrorKind.Conflict => (
                "Conflict",
                ErrorCategory.ResourceBusy,
                "Wait until the other change is done and repeat it."
            ),
            ApiErrorKind.TooLarge => ("TooLarge", ErrorCategory.LimitsExceeded, "Send less at once."),
            ApiErrorKind.RateLimited => (
                "RateLimited",
                ErrorCategory.LimitsExceeded,
                e.RetryAfter is TimeSpan wait
                    ? FormattableString.Invariant($"Repeat it in {wait.TotalSeconds:0} seconds.")
                    : "Repeat it later."
            ),
            ApiErrorKind.QuotaExhausted => (
                "QuotaExhausted",
                ErrorCategory.QuotaExceeded,
                "Raise the budget at the service; a repeat cannot help before."
            ),
            ApiErrorKind.ServerError => (
                "ServerError",
                ErrorCategory.ResourceUnavailable,
                $"The fault is the service's. {LookOrRepeat(e)} Its support can find the request by its id."
            ),
            ApiErrorKind.Redirected => (
                "Redirected",
                ErrorCategory.ConnectionError,
                "Connect to the right address: Connect-FineTuning -Endpoint."
            ),
            _ => (
                "InvalidResponse",
                ErrorCategory.InvalidData,
                "Check that the endpoint is the exact base, such as https://api.openai.com/v1."
            ),
        };

    private static string LookOrRepeat(FineTuningApiException e) =>
        e.MayHaveWorked ? "The request may have worked: look before you repeat it." : "Repeat it later.";

    private static string HowToList(string noun) =>
        noun switch
        {
            "Job" => "Get-FineTuningJob lists the jobs.",
            "File" => "Get-FineTuningFile lists the files.",
            "Model" => "Get-FineTunedModel lists the models that jobs made, and with -All the others, too.",
            "Checkpoint" =>
                "Get-FineTuningCheckpoint lists the checkpoints of a job, Get-FineTunedModel the models of all jobs.",
            "Permission" => "Get-CheckpointPermission lists the permissions of a checkpoint.",
            "Event" => "Get-FineTuningEvent lists a job's events with their ids.",
            "Endpoint" =>
                "Check that the endpoint is the exact base of an OpenAI-style API, such as https://api.openai.com/v1.",
            _ => "Check the id and the endpoint.",
        };
}
