using System.Management.Automation;
using FineTuning.LocalServer;

namespace FineTuning.Errors;

/// <summary>Errors of finding and controlling local servers.</summary>
internal static class LocalServerErrors
{
    private static readonly ErrorDefinition s_notFound = new(
        "ServerNotFound",
        ErrorCategory.ObjectNotFound,
        "No server that this session started runs.",
        "Start one with Start-FineTuningServer, or pipe one of Get-FineTuningServer to {command}."
    )
    {
        Cause = message => new ItemNotFoundException(message),
    };

    private static readonly ErrorDefinition s_notReached = new(
        "ServerNotReached",
        ErrorCategory.ConnectionError,
        "The server at {endpoint} does not answer.",
        "Get-FineTuningServer lists the servers that run."
    );

    private static readonly ErrorDefinition s_faultNotFound = new(
        "ServerFaultNotFound",
        ErrorCategory.ObjectNotFound,
        "The server has no rule of the id.",
        "Get-FineTuningServerFault lists the rules in force."
    );

    /// <summary>The session started no server that runs.</summary>
    /// <param name="command">The cmdlet that wants one.</param>
    public static ErrorRecord NoneOfSession(string command) => s_notFound.Make(null, ("command", command));

    /// <summary>The session started no server that could be stopped.</summary>
    public static ErrorRecord NoneToStop() => NotStopped(s_notFound.Message, null);

    /// <summary>No server runs in a process.</summary>
    public static ErrorRecord NotInProcess(int id) =>
        NotStopped(FormattableString.Invariant($"No local server runs in process {id}."), id);

    /// <summary>There is no server to connect to.</summary>
    public static ErrorRecord NoneOfUser() =>
        (
            s_notFound with
            {
                Message = "No local server of this user runs.",
                Action = "Start one: Start-FineTuningServer.",
            }
        ).Make("Local");

    /// <summary>A server that does not answer, or refuses.</summary>
    /// <param name="e">What it said.</param>
    /// <param name="server">The server.</param>
    /// <param name="advice">What to do about a refusal.</param>
    public static ErrorRecord NotControlled(ServerControlException e, object server, string advice) =>
        (
            e.Status switch
            {
                0 => s_notReached,
                404 => s_faultNotFound,
                _ => ApiErrors.InvalidRequest with { Action = advice },
            } with
            {
                Message = e.Message,
            }
        ).Wrap(e, server);

    private static ErrorRecord NotStopped(string message, object? target) =>
        (
            s_notFound with
            {
                Message = message,
                Action = "Get-FineTuningServer lists the servers; pipe them to Stop-FineTuningServer.",
            }
        ).Make(target);
}
