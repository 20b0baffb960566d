using System.Management.Automation;

namespace FineTuning.Errors;

/// <summary>What is said of files that cannot be made.</summary>
internal static class NewFile
{
    /// <summary>Says why a file cannot be made at a place, before any work is done for it; null if it can.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="mayExist">Whether an existing file is all right.</param>
    /// <param name="action">What to do about one that is not.</param>
    public static ErrorRecord? Refuse(string path, bool mayExist, string action)
    {
        if (Directory.Exists(path))
        {
            return ErrorRecords.Invalid("PathIsFolder", $"'{path}' is a folder.", "Give the name of a file.", path);
        }

        if (File.Exists(path))
        {
            return mayExist
                ? null
                : ErrorRecords.Make(
                    new IOException($"The file '{path}' exists already."),
                    "FileExists",
                    ErrorCategory.ResourceExists,
                    path,
                    $"The file '{path}' exists already.",
                    action
                );
        }

        string? folder = Path.GetDirectoryName(path);
        return folder is null || Directory.Exists(folder)
            ? null
            : ErrorRecords.Make(
                new DirectoryNotFoundException($"There is no folder '{folder}'."),
                "PathNotFound",
                ErrorCategory.ObjectNotFound,
                folder,
                $"There is no folder '{folder}'.",
                "Make it with New-Item -ItemType Directory, or choose another place."
            );
    }

    public static ErrorRecord NotWritten(Exception e, string path) =>
        ErrorRecords.Make(
            e,
            "FileNotWritten",
            ErrorCategory.WriteError,
            path,
            $"'{path}' could not be written: {e.Message}",
            "Choose another place, or see that the disk has room and the folder may be written to."
        );
}
