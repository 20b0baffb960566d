using System.Management.Automation;
using FineTuning.Core.Files.Uploading;

namespace FineTuning.Errors;

/// <summary>Errors of an upload that cannot go on.</summary>
internal static class UploadErrors
{
    private static readonly ErrorDefinition s_emptyFile = new(
        "EmptyFile",
        ErrorCategory.InvalidData,
        "The file is empty.",
        "Give a file that has content."
    );

    private static readonly ErrorDefinition s_damaged = new(
        "UploadDamaged",
        ErrorCategory.InvalidResult,
        "What the service has is not what was sent.",
        "Repeat the command: all of the file is sent again."
    );

    private static readonly ErrorDefinition s_expired = new(
        "UploadExpired",
        ErrorCategory.OperationTimeout,
        "The service gave the upload up before all of it had come.",
        "Repeat the command over a faster line, or divide the file: a service keeps parts for about an hour."
    );

    private static readonly ErrorDefinition s_noParts = new(
        "PartsNotSupported",
        ErrorCategory.NotImplemented,
        "The service takes no files in parts.",
        "Leave out -PartSizeMB: the file goes in one request then."
    );

    private static readonly ErrorDefinition s_tooManyParts = new(
        "TooManyParts",
        ErrorCategory.InvalidArgument,
        "The file has more parts of the size than a service takes.",
        "Give -PartSizeMB a larger number, or leave it out."
    );

    private static readonly ErrorDefinition s_outcomeUnknown = new(
        "UploadOutcomeUnknown",
        ErrorCategory.InvalidResult,
        "It is not known whether the service has the file.",
        "Get-FineTuningFile shows what is there; Send-FineTuningFile -Force sends the file again."
    );

    /// <summary>Makes the record, with its next step. What it says is the upload's own message.</summary>
    public static ErrorRecord Make(UploadException e, object? target) =>
        (Describe(e.Fault) with { Message = e.Message }).Wrap(e, target);

    private static ErrorDefinition Describe(UploadFault fault) =>
        fault switch
        {
            UploadFault.EmptyFile => s_emptyFile,
            UploadFault.ChangedSinceBegun => FileErrors.ChangedSinceBegun,
            UploadFault.ChangedWhileSent => FileErrors.ChangedWhileSent,
            UploadFault.Damaged => s_damaged,
            UploadFault.Expired => s_expired,
            UploadFault.NoParts => s_noParts,
            UploadFault.TooManyParts => s_tooManyParts,
            _ => s_outcomeUnknown,
        };
}
