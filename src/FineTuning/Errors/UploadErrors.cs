using System.Management.Automation;
using FineTuning.Core.Files.Uploading;

namespace FineTuning.Errors;

/// <summary>What an upload that cannot go on looks like to the user.</summary>
internal static class UploadErrors
{
    /// <summary>Makes the record, with its next step.</summary>
    public static ErrorRecord Make(UploadException e, object? target)
    {
        (string id, ErrorCategory category, string action) = Describe(e.Fault);
        return ErrorRecords.Make(e, id, category, target, e.Message, action);
    }

    private static (string Id, ErrorCategory Category, string Action) Describe(UploadFault fault) =>
        fault switch
        {
            UploadFault.EmptyFile => ("EmptyFile", ErrorCategory.InvalidData, "Give a file that has content."),
            UploadFault.ChangedSinceBegun => (
                "FileChanged",
                ErrorCategory.InvalidData,
                "Send-FineTuningFile -Force gives up what was sent of the old file and sends all of the new one."
            ),
            UploadFault.ChangedWhileSent => (
                "FileChanged",
                ErrorCategory.InvalidData,
                "Repeat the command when nothing writes the file any more."
            ),
            UploadFault.Damaged => (
                "UploadDamaged",
                ErrorCategory.InvalidResult,
                "Repeat the command: all of the file is sent again."
            ),
            UploadFault.Expired => (
                "UploadExpired",
                ErrorCategory.OperationTimeout,
                "Repeat the command over a faster line, or divide the file: a service keeps parts for about an hour."
            ),
            UploadFault.NoParts => (
                "PartsNotSupported",
                ErrorCategory.NotImplemented,
                "Leave out -PartSizeMB: the file goes in one request then."
            ),
            UploadFault.TooManyParts => (
                "TooManyParts",
                ErrorCategory.InvalidArgument,
                "Give -PartSizeMB a larger number, or leave it out."
            ),
            _ => (
                "UploadOutcomeUnknown",
                ErrorCategory.InvalidResult,
                "Get-FineTuningFile shows what is there; Send-FineTuningFile -Force sends the file again."
            ),
        };
}
