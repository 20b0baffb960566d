using System.Management.Automation;
using FineTuning.Output;

namespace FineTuning.Errors;

/// <summary>Errors of connections: of making, finding and using them.</summary>
internal static class ConnectionErrors
{
    private static readonly ErrorDefinition s_invalid = new(
        "InvalidConnection",
        ErrorCategory.InvalidArgument,
        "The parameters of the connection do not go together, or one has a value that it cannot have.",
        "Correct it with Connect-FineTuning."
    );

    private static readonly ErrorDefinition s_invalidEndpoint = new(
        "InvalidEndpoint",
        ErrorCategory.InvalidArgument,
        "What was given is no address of an API.",
        "Give the exact base of the API."
    );

    private static readonly ErrorDefinition s_invalidHeader = new(
        "InvalidHeader",
        ErrorCategory.InvalidArgument,
        "{reason}",
        "Correct -Header; keys and tokens go with -ApiKey and -AccessToken."
    );

    private static readonly ErrorDefinition s_noKey = Stopping(
        "NoKey",
        ErrorCategory.AuthenticationError,
        "There is no key for {endpoint}.",
        "{advice}{run} Connect-FineTuning -Endpoint {endpoint} -ApiKey (Read-Host -AsSecureString), or {vault}, or "
            + "set the environment variables {variables}; Start-FineTuningServer needs none.{identity}"
    );

    private static readonly ErrorDefinition s_secretNotSaved = Stopping(
        "SecretNotSaved",
        ErrorCategory.AuthenticationError,
        "The connection '{name}' wants {secrets}, which was given by hand and is not saved.",
        "Give it again: Connect-FineTuning -Name '{name}' {parameters}. What is to open by itself must need no "
            + "secret by hand."
    );

    private static readonly ErrorDefinition s_notFound = Stopping(
        "ConnectionNotFound",
        ErrorCategory.ObjectNotFound,
        "There is no connection with the name '{name}'. {known}",
        "Make it: Connect-FineTuning -Name '{name}' -Endpoint … -SecretName … -Save."
    );

    private static readonly ErrorDefinition s_savedNotFound = new(
        "SavedConnectionNotFound",
        ErrorCategory.ObjectNotFound,
        "No saved connection has the name '{name}'.",
        "Connect-FineTuning with -Name and -Save makes one."
    )
    {
        Cause = message => new ItemNotFoundException(message),
    };

    private static readonly ErrorDefinition s_savedUnusable = Stopping(
        "SavedConnectionUnusable",
        ErrorCategory.ReadError,
        "The saved connections could not be read or written.",
        "Disconnect-FineTuning -Name with -Forget deletes a saved connection; Connect-FineTuning with -Save makes it "
            + "anew."
    );

    private static readonly ErrorDefinition s_noName = new(
        "NoConnectionName",
        ErrorCategory.InvalidArgument,
        "-Forget does not say which saved connection.",
        "Add -Name."
    );

    private static readonly ErrorDefinition s_closed = new(
        "ConnectionClosed",
        ErrorCategory.ConnectionError,
        "The connection to {endpoint} was closed by Disconnect-FineTuning.",
        "Connect again with Connect-FineTuning."
    );

    private static readonly ErrorDefinition s_otherService = new(
        "OtherService",
        ErrorCategory.InvalidArgument,
        "'{id}' is of {endpoint}, and what came before it is of {first}.",
        "Run the command once for each connection."
    );

    /// <summary>Parameters that make no connection.</summary>
    /// <param name="message">What is wrong with them.</param>
    /// <param name="action">What to do.</param>
    /// <param name="name">The connection's name.</param>
    public static ErrorRecord Invalid(string message, string action, string? name) =>
        (s_invalid with { Message = message, Action = action }).Make(name);

    /// <summary>A token for no service.</summary>
    public static ErrorRecord NoService() =>
        Invalid(
            "Neither a parameter nor the environment names the service that the token is for.",
            "Name it with -AzureResource or -Endpoint.",
            null
        );

    /// <summary>A connection that Core refuses.</summary>
    public static ErrorRecord Refused(ArgumentException e, Uri endpoint) =>
        (
            s_invalid with
            {
                Message = ErrorRecords.WithoutParameter(e),
                Action =
                    endpoint.Scheme == "http"
                        ? "Use https, or -AllowInsecureHttp where everybody on the way may read the key."
                        : s_invalid.Action,
                Cause = message => new PSInvalidOperationException(message),
            }
        ).Make(endpoint);

    /// <summary>An address that is none.</summary>
    /// <param name="message">What is wrong with it.</param>
    /// <param name="action">What to do.</param>
    /// <param name="target">The address; null where it may have a secret.</param>
    public static ErrorRecord InvalidEndpoint(string message, string action, object? target) =>
        (s_invalidEndpoint with { Message = message, Action = action }).Make(target);

    /// <summary>A header that no request can have.</summary>
    public static ErrorRecord InvalidHeader(ArgumentException e) =>
        s_invalidHeader.Make(null, ("reason", ErrorRecords.WithoutParameter(e)));

    /// <summary>No key was given, and none found.</summary>
    /// <param name="endpoint">Where it would go.</param>
    /// <param name="places">The fields of the next step: advice, run, vault, variables and identity.</param>
    public static ErrorRecord NoKey(Uri endpoint, params (string Name, string? Value)[] places) =>
        s_noKey.Make(endpoint, [("endpoint", endpoint.ToString()), .. places]);

    /// <summary>A saved connection that needs secrets by hand.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="secrets">What they are.</param>
    /// <param name="parameters">The parameters that take them.</param>
    public static ErrorRecord SecretNotSaved(string? name, string secrets, string parameters) =>
        s_secretNotSaved.Make(name, ("name", name), ("secrets", secrets), ("parameters", parameters));

    /// <summary>No connection has the name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="known">A sentence that tells the names that there are.</param>
    public static ErrorRecord NotFound(string name, string known) =>
        s_notFound.Make(name, ("name", name), ("known", known));

    /// <summary>No open connection of the session has the name.</summary>
    public static ErrorRecord NotOpen(string name) =>
        Missing(name, "No connection of this session has the name '{name}'.", "-ListAvailable shows the saved ones.");

    /// <summary>No connection could be closed, or none forgotten.</summary>
    /// <param name="name">The name.</param>
    /// <param name="forgets">Whether saved ones were looked for, too.</param>
    public static ErrorRecord NotClosed(string name, bool forgets) =>
        Missing(
            name,
            forgets
                ? "There is neither an open nor a saved connection with the name '{name}'."
                : "No open connection has the name '{name}'.",
            "Get-FineTuningConnection -Name * lists the open ones, and -ListAvailable the saved ones."
        );

    /// <summary>No saved connection has the name.</summary>
    public static ErrorRecord SavedNotFound(string name) => s_savedNotFound.Make(name, ("name", name));

    /// <summary>Saved connections that could not be read or written where a cmdlet needs them.</summary>
    public static ErrorRecord SavedUnusable(string reason, string? name) =>
        (s_savedUnusable with { Message = reason }).Make(name);

    /// <summary>One of several saved connections is damaged.</summary>
    public static ErrorRecord SavedDamaged(Exception e, string name) =>
        (
            s_savedUnusable with
            {
                Message = e.Message,
                Action = $"Disconnect-FineTuning -Name '{name}' -Forget deletes it.",
            }
        ).Wrap(e, name);

    /// <summary>-Forget without a name.</summary>
    public static ErrorRecord NoName() => s_noName.Make(null);

    /// <summary>A connection that was closed before or during the work.</summary>
    public static ErrorRecord Closed(FineTuningConnection connection) =>
        s_closed.Make(connection, ("endpoint", connection.Endpoint.ToString()));

    /// <summary>An object of another service than those before it.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="endpoint">Where it is of.</param>
    /// <param name="first">Where the others are of.</param>
    /// <param name="target">The object.</param>
    public static ErrorRecord OtherService(string id, Uri endpoint, string first, object target) =>
        s_otherService.Make(target, ("id", id), ("endpoint", endpoint.ToString()), ("first", first));

    private static ErrorRecord Missing(string name, string message, string action) =>
        (s_notFound with { Message = message, Action = action, Cause = text => new ItemNotFoundException(text) }).Make(
            name,
            ("name", name)
        );

    // Those that end a cmdlet before it has begun its work.
    private static ErrorDefinition Stopping(string id, ErrorCategory category, string message, string action) =>
        new(id, category, message, action) { Cause = text => new PSInvalidOperationException(text) };
}
