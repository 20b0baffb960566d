using System.Management.Automation;

namespace FineTuning.Errors;

/// <summary>Errors of local files.</summary>
internal static class FileErrors
{
    private static readonly ErrorDefinition s_notRead = new(
        "FileNotRead",
        ErrorCategory.ReadError,
        "A file could not be read: {reason}.",
        "Check that it is there, that you may read it, and that no other program holds it."
    );

    private static readonly ErrorDefinition s_isFolder = new(
        "PathIsFolder",
        ErrorCategory.InvalidArgument,
        "'{path}' is a folder, not a file.",
        "Name its files: Get-ChildItem -File, or a pattern where the cmdlet takes one."
    );

    private static readonly ErrorDefinition s_notFound = new(
        "PathNotFound",
        ErrorCategory.ObjectNotFound,
        "There is no file '{path}'.",
        "Check the path and the current location."
    );

    private static readonly ErrorDefinition s_exists = new(
        "FileExists",
        ErrorCategory.ResourceExists,
        "The file '{path}' exists already.",
        "Use -Force to replace it, or -Path to choose another place."
    )
    {
        Cause = message => new IOException(message),
    };

    private static readonly ErrorDefinition s_notWritten = new(
        "FileNotWritten",
        ErrorCategory.WriteError,
        "'{path}' could not be written: {reason}",
        "Choose another place, or see that the disk has room and the folder may be written to."
    );

    private static readonly ErrorDefinition s_changed = new(
        "FileChanged",
        ErrorCategory.InvalidData,
        "The file was changed meanwhile.",
        "Repeat the command when nothing writes the file any more."
    );

    /// <summary>A local file that is there but could not be read.</summary>
    public static ErrorRecord NotRead(Exception e, object? target) =>
        s_notRead.Wrap(e, target, ("reason", e.Message.TrimEnd('.')));

    /// <summary>A folder where a file is wanted.</summary>
    /// <param name="path">What was given.</param>
    /// <param name="shown">The same as people write it.</param>
    public static ErrorRecord IsFolder(string path, string shown) =>
        s_isFolder.Wrap(new FileNotFoundException($"'{shown}' is a folder.", shown), path, ("path", shown));

    /// <summary>A file that is not there.</summary>
    /// <param name="path">What was given.</param>
    /// <param name="shown">The same as people write it.</param>
    public static ErrorRecord NotFound(string path, string shown) =>
        s_notFound.Wrap(new FileNotFoundException($"There is no file '{shown}'.", shown), path, ("path", shown));

    /// <summary>A place for a file in a folder that is not there.</summary>
    public static ErrorRecord NoFolderForPath(string folder) =>
        NoFolder(folder, "Make it with New-Item -ItemType Directory, or choose another place with -Path.");

    /// <summary>Says why a file cannot be made at a place, before any work is done for it; null if it can.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="mayExist">Whether an existing file is all right.</param>
    /// <param name="action">What to do about one that is not.</param>
    public static ErrorRecord? Refuse(string path, bool mayExist, string action)
    {
        if (Directory.Exists(path))
        {
            return (s_isFolder with { Message = "'{path}' is a folder.", Action = "Give the name of a file." }).Make(
                path,
                ("path", path)
            );
        }

        if (File.Exists(path))
        {
            return mayExist ? null : (s_exists with { Action = action }).Make(path, ("path", path));
        }

        string? folder = Path.GetDirectoryName(path);
        return folder is null || Directory.Exists(folder)
            ? null
            : NoFolder(folder, "Make it with New-Item -ItemType Directory, or choose another place.");
    }

    /// <summary>A file that is in the way of a new one.</summary>
    public static ErrorRecord Exists(Exception e, string path) => s_exists.Wrap(e, path, ("path", path));

    /// <summary>A file that could not be written.</summary>
    public static ErrorRecord NotWritten(Exception e, string path) =>
        s_notWritten.Wrap(e, path, ("path", path), ("reason", e.Message));

    /// <summary>A file at the place of -Path that could not be written.</summary>
    public static ErrorRecord NotWrittenToPath(Exception e, string path) =>
        (s_notWritten with { Action = "Choose another place with -Path." }).Wrap(
            e,
            path,
            ("path", path),
            ("reason", e.Message)
        );

    /// <summary>A dataset that another program changed while examples were added to it.</summary>
    public static ErrorRecord ChangedWhileAdding(Exception e, string path) =>
        (
            s_changed with
            {
                Category = ErrorCategory.ResourceBusy,
                Message = e.Message,
                Action = "Repeat the command: it adds to the file as it is then.",
            }
        ).Wrap(e, path);

    /// <summary>A file that was changed after its upload had begun in an earlier run.</summary>
    public static ErrorDefinition ChangedSinceBegun =>
        s_changed with
        {
            Action = "Send-FineTuningFile -Force gives up what was sent of the old file and sends all of the new one.",
        };

    /// <summary>A file that was changed while it was sent.</summary>
    public static ErrorDefinition ChangedWhileSent => s_changed;

    private static ErrorRecord NoFolder(string folder, string action) =>
        (
            s_notFound with
            {
                Message = "There is no folder '{path}'.",
                Action = action,
                Cause = message => new DirectoryNotFoundException(message),
            }
        ).Make(folder, ("path", folder));
}
