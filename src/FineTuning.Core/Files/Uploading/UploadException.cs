namespace FineTuning.Core.Files.Uploading;

/// <summary>Why an upload cannot go on, where it is not the service that refuses it.</summary>
public enum UploadFault
{
    /// <summary>The file has no bytes, which no service takes.</summary>
    EmptyFile,

    /// <summary>The file is not what an interrupted upload began to send. <see cref="UploadOptions.Force"/> begins
    /// anew.</summary>
    ChangedSinceBegun,

    /// <summary>The file changed while it was sent: no file was made of it.</summary>
    ChangedWhileSent,

    /// <summary>What arrived is not what was sent.</summary>
    Damaged,

    /// <summary>The upload took longer than the service keeps its parts.</summary>
    Expired,

    /// <summary>The service does not take files in parts, and parts were asked for.</summary>
    NoParts,

    /// <summary>The service completed the upload, and it cannot be told which of its files that made.</summary>
    OutcomeUnknown,

    /// <summary>The parts that were asked for are so small that the file has more than 10,000 of them.</summary>
    TooManyParts,
}

/// <summary>An upload that cannot go on for a reason of its own. What the service or the disk refuses comes as their
/// own exceptions.</summary>
/// <param name="fault">The reason.</param>
/// <param name="message">The reason in words, with the file's name.</param>
/// <param name="innerException">What it was seen by.</param>
public sealed class UploadException(UploadFault fault, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Why the upload cannot go on.</summary>
    public UploadFault Fault { get; } = fault;
}
