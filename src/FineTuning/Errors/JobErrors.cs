using System.Management.Automation;

namespace FineTuning.Errors;

/// <summary>Errors of jobs that were waited for.</summary>
internal static class JobErrors
{
    private static readonly ErrorDefinition s_waitTimedOut = new(
        "WaitTimedOut",
        ErrorCategory.OperationTimeout,
        "The job {job} had not ended after {seconds} seconds; it was {status} and goes on.{silence}",
        "'Wait-FineTuningJob {job}' waits again."
    )
    {
        Cause = message => new TimeoutException(message),
    };

    private static readonly ErrorDefinition s_failed = new(
        "JobFailed",
        ErrorCategory.InvalidResult,
        "The job {job} failed: {reason}",
        "'Get-FineTuningEvent {job}' shows what led to it."
    )
    {
        Cause = message => new InvalidOperationException(message),
    };

    private static readonly ErrorDefinition s_invalid = new(
        "InvalidJob",
        ErrorCategory.InvalidArgument,
        "The parameters make no job together.",
        "Correct the parameters and repeat the command."
    );

    /// <summary>Parameters that make no job together.</summary>
    /// <param name="e">What does not go together.</param>
    /// <param name="target">The training file as it was given.</param>
    public static ErrorRecord Invalid(PSArgumentException e, object? target) =>
        (s_invalid with { Message = e.Message }).Make(target);

    /// <summary>A job that had not ended in time.</summary>
    /// <param name="job">Its id.</param>
    /// <param name="seconds">How long it was waited for.</param>
    /// <param name="status">Its last status.</param>
    /// <param name="silence">What kept the service from answering, with a space before; empty if nothing did.</param>
    public static ErrorRecord WaitTimedOut(string job, double seconds, string status, string silence) =>
        s_waitTimedOut.Make(
            job,
            ("job", job),
            ("seconds", FormattableString.Invariant($"{seconds:0.###}")),
            ("status", status),
            ("silence", silence)
        );

    /// <summary>A job that failed.</summary>
    public static ErrorRecord Failed(string job, string reason) => s_failed.Make(job, ("job", job), ("reason", reason));
}
