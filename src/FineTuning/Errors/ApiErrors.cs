using System.Management.Automation;
using FineTuning.Core.Errors;

namespace FineTuning.Errors;

/// <summary>Errors of requests to the service: each kind of failure is one of these.</summary>
internal static class ApiErrors
{
    private const string Repeat = "{repeat}";

    /// <summary>The identity or key may not do it, whatever status the service used.</summary>
    public static readonly ErrorDefinition PermissionDenied = new(
        "PermissionDenied",
        ErrorCategory.PermissionDenied,
        "The key may not do this.",
        "Use a key that may do this; checkpoint permissions need an admin key."
    );

    /// <summary>Azure's way to say that a model was not deployed.</summary>
    public static readonly ErrorDefinition DeploymentNotFound = new(
        "DeploymentNotFound",
        ErrorCategory.ObjectNotFound,
        "Azure has no deployment of the name.",
        "On Azure a model answers after it was deployed: create a deployment of it, and use that one's name. A new "
            + "one takes some minutes."
    );

    /// <summary>A request that the service, or the local server, refused as wrong.</summary>
    public static readonly ErrorDefinition InvalidRequest = new(
        "InvalidRequest",
        ErrorCategory.InvalidArgument,
        "The service refused the request as wrong.",
        "Correct the request and repeat it."
    );

    private static readonly ErrorDefinition s_connectionFailed = new(
        "ConnectionFailed",
        ErrorCategory.ConnectionError,
        "No connection was made.",
        "Check the network and the endpoint that Get-FineTuningConnection shows."
    );

    private static readonly ErrorDefinition s_connectionLost = new(
        "ConnectionLost",
        ErrorCategory.ConnectionError,
        "The connection broke.",
        Repeat
    );

    private static readonly ErrorDefinition s_timeout = new(
        "RequestTimedOut",
        ErrorCategory.OperationTimeout,
        "No answer, or no more of it, came within the time-out.",
        Repeat + " Connect-FineTuning -TimeoutSec allows more time."
    );

    private static readonly ErrorDefinition s_tlsFailed = new(
        "TlsFailed",
        ErrorCategory.SecurityError,
        "The certificate or the TLS handshake was refused.",
        "Check the server's certificate and this machine's clock and trusted roots."
    );

    private static readonly ErrorDefinition s_proxyRefused = new(
        "ProxyRefused",
        ErrorCategory.AuthenticationError,
        "The proxy refused to pass the request on.",
        "Connect through the proxy with Connect-FineTuning -ProxyCredential (Get-Credential), or "
            + "-ProxyUseDefaultCredentials where it knows the account."
    );

    private static readonly ErrorDefinition s_tokenUnavailable = new(
        "TokenUnavailable",
        ErrorCategory.AuthenticationError,
        "No access token could be had.",
        "This request was not sent. Check the identity or the token provider that Connect-FineTuning was given."
    );

    private static readonly ErrorDefinition s_authenticationFailed = new(
        "AuthenticationFailed",
        ErrorCategory.AuthenticationError,
        "The service takes no request without a key, or not with this one.",
        "Give the key that belongs to {endpoint}: Connect-FineTuning -Endpoint {endpoint} -ApiKey (Read-Host "
            + "-AsSecureString)."
    );

    private static readonly ErrorDefinition s_notEligible = new(
        "NotEligible",
        ErrorCategory.PermissionDenied,
        "The organisation may not create jobs at this service.",
        "A repeat cannot help. Use another endpoint, such as Azure OpenAI, or Start-FineTuningServer."
    );

    private static readonly ErrorDefinition s_modelNotAvailable = new(
        "ModelNotAvailable",
        ErrorCategory.InvalidArgument,
        "The base model is unknown at the service or cannot be fine-tuned.",
        "Name a base model that this service fine-tunes; press Tab behind -Model for the usual ones."
    );

    private static readonly ErrorDefinition s_conflict = new(
        "Conflict",
        ErrorCategory.ResourceBusy,
        "Something else is going on with the same thing.",
        "Wait until the other change is done and repeat it."
    );

    private static readonly ErrorDefinition s_tooLarge = new(
        "TooLarge",
        ErrorCategory.LimitsExceeded,
        "The request is over the service's limit.",
        "Send less at once."
    );

    private static readonly ErrorDefinition s_rateLimited = new(
        "RateLimited",
        ErrorCategory.LimitsExceeded,
        "There were too many requests for now.",
        "Repeat it later."
    );

    private static readonly ErrorDefinition s_quotaExhausted = new(
        "QuotaExhausted",
        ErrorCategory.QuotaExceeded,
        "The budget is used up.",
        "Raise the budget at the service; a repeat cannot help before."
    );

    private static readonly ErrorDefinition s_serverError = new(
        "ServerError",
        ErrorCategory.ResourceUnavailable,
        "The service failed.",
        "The fault is the service's. " + Repeat + " Its support can find the request by its id."
    );

    private static readonly ErrorDefinition s_redirected = new(
        "Redirected",
        ErrorCategory.ConnectionError,
        "The server sends the caller elsewhere.",
        "Connect to the right address: Connect-FineTuning -Endpoint."
    );

    private static readonly ErrorDefinition s_invalidResponse = new(
        "InvalidResponse",
        ErrorCategory.InvalidData,
        "The answer is not what the API describes.",
        "Check that the endpoint is the exact base, such as https://api.openai.com/v1."
    );

    /// <summary>Makes a record of a request that failed. What it says is what the service or the network
    /// said.</summary>
    /// <param name="e">What failed.</param>
    /// <param name="noun">What was asked for, such as Job.</param>
    /// <param name="target">Its id.</param>
    /// <param name="endpoint">Where it was asked for.</param>
    /// <param name="explanation">The next step where the caller knows better; null is the usual one.</param>
    public static ErrorRecord Make(
        FineTuningApiException e,
        string noun,
        object? target,
        Uri? endpoint,
        string? explanation = null
    )
    {
        ErrorDefinition error = Describe(e, noun, endpoint)
            .Fill(("repeat", LookOrRepeat(e)), ("endpoint", endpoint?.ToString()));
        (string? azureId, string? azureAction) = AzureAdvice.For(e, endpoint);
        string request = e.RequestId is null ? string.Empty : $" (request {e.RequestId})";
        bool namesParam = e.Kind == ApiErrorKind.InvalidRequest && e.Param is not null && !e.Message.Contains(e.Param);
        string param = !namesParam ? string.Empty : $" The parameter at fault is {e.Param}.";
        error = error with
        {
            Id = azureId ?? error.Id,
            Message = $"{e.Message}{request}{param}",
            Action = explanation ?? e.Advice ?? azureAction ?? error.Action,
        };
        return error.Wrap(e, target);
    }

    private static ErrorDefinition Describe(FineTuningApiException e, string noun, Uri? endpoint) =>
        e.Kind switch
        {
            ApiErrorKind.ConnectionFailed when endpoint?.IsLoopback == true => s_connectionFailed with
            {
                Action =
                    "Nothing listens there: run Start-FineTuningServer, or Connect-FineTuning to another endpoint.",
            },
            ApiErrorKind.ConnectionFailed => s_connectionFailed,
            ApiErrorKind.ConnectionLost => s_connectionLost,
            ApiErrorKind.Timeout => s_timeout,
            ApiErrorKind.TlsFailed => s_tlsFailed,
            ApiErrorKind.ProxyRefused => s_proxyRefused,
            ApiErrorKind.TokenUnavailable => s_tokenUnavailable,
            ApiErrorKind.AuthenticationFailed => s_authenticationFailed,
            ApiErrorKind.PermissionDenied => PermissionDenied,
            ApiErrorKind.NotEligible => s_notEligible,
            ApiErrorKind.NotFound => NotFoundErrors.Of(noun),
            ApiErrorKind.ModelNotAvailable
                when e.StatusCode == 404 && noun is "Model" or "Checkpoint" or "Permission" => NotFoundErrors.Of(
                noun == "Model" ? noun : "Checkpoint"
            ),
            ApiErrorKind.ModelNotAvailable => s_modelNotAvailable,
            ApiErrorKind.InvalidRequest when noun == "Job" => InvalidRequest with
            {
                Action = "Get-FineTuningJob shows where the job stands.",
            },
            ApiErrorKind.InvalidRequest => InvalidRequest,
            ApiErrorKind.Conflict => s_conflict,
            ApiErrorKind.TooLarge => s_tooLarge,
            ApiErrorKind.RateLimited when e.RetryAfter is TimeSpan wait => s_rateLimited with
            {
                Action = FormattableString.Invariant($"Repeat it in {wait.TotalSeconds:0} seconds."),
            },
            ApiErrorKind.RateLimited => s_rateLimited,
            ApiErrorKind.QuotaExhausted => s_quotaExhausted,
            ApiErrorKind.ServerError => s_serverError,
            ApiErrorKind.Redirected => s_redirected,
            _ => s_invalidResponse,
        };

    private static string LookOrRepeat(FineTuningApiException e) =>
        e.MayHaveWorked ? "The request may have worked: look before you repeat it." : "Repeat it later.";
}
