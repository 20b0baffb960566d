using System.Management.Automation;
using FineTuning.Identities;

namespace FineTuning.Errors;

/// <summary>Errors of objects and texts that name nothing of the kind that is wanted.</summary>
internal static class IdentityErrors
{
    private static readonly ErrorDefinition s_job = Define("NotJobIdentity", "job");
    private static readonly ErrorDefinition s_file = Define("NotFileIdentity", "file");
    private static readonly ErrorDefinition s_model = Define("NotModelIdentity", "model");
    private static readonly ErrorDefinition s_checkpoint = Define("NotCheckpointIdentity", "checkpoint");
    private static readonly ErrorDefinition s_permission = Define("NotPermissionIdentity", "permission");

    private static readonly ErrorDefinition s_connection = new(
        "NotConnectionIdentity",
        ErrorCategory.InvalidArgument,
        "What was given names no connection.",
        "Give the name of a connection, or one of Get-FineTuningConnection."
    );

    /// <summary>An identity that was refused.</summary>
    /// <param name="noun">What is wanted, such as Job.</param>
    /// <param name="identity">The identity.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such thing.</exception>
    public static ErrorRecord Refused(string noun, ObjectIdentity identity)
    {
        ErrorDefinition error = noun switch
        {
            "Job" => s_job,
            "File" => s_file,
            "Model" => s_model,
            "Checkpoint" => s_checkpoint,
            "Permission" => s_permission,
            _ => throw new ArgumentOutOfRangeException(nameof(noun), noun, "There is no such thing."),
        };
        return (error with { Message = identity.Refusal!, Action = identity.Advice }).Make(identity);
    }

    /// <summary>A checkpoint where one of its permissions is wanted.</summary>
    public static ErrorRecord WhichPermission(ObjectIdentity checkpoint) =>
        (
            s_permission with
            {
                Category = ErrorCategory.InvalidArgument,
                Message = "'{checkpoint}' is a checkpoint; which of its permissions is meant?",
                Action =
                    "Add -ProjectId or -Id, or pipe permissions: Get-CheckpointPermission CHECKPOINT | "
                    + "Revoke-CheckpointPermission.",
            }
        ).Make(checkpoint, ("checkpoint", checkpoint.Id));

    /// <summary>What was given for a connection is neither one nor a name.</summary>
    public static ErrorRecord NotConnection(ConnectionIdentity given) =>
        (s_connection with { Message = given.Refusal! }).Make(given);

    /// <summary>The same where it ends the cmdlet.</summary>
    public static ErrorRecord NoConnection(ConnectionIdentity given) =>
        (
            s_connection with
            {
                Message = given.Refusal!,
                Cause = message => new PSInvalidOperationException(message),
            }
        ).Make(given);

    private static ErrorDefinition Define(string id, string what) =>
        new(
            id,
            ErrorCategory.InvalidType,
            $"What was given names no {what}.",
            "Give an id, or pipe an object that has one."
        );
}
