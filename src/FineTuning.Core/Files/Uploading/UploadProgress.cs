namespace FineTuning.Core.Files.Uploading;

/// <summary>What an upload is doing.</summary>
public enum UploadStage
{
    /// <summary>The file is read to see whether it is at the service already, or still is what was begun to be
    /// sent.</summary>
    Comparing,

    /// <summary>Bytes are sent.</summary>
    Sending,

    /// <summary>All bytes are at the service, which makes the file of them.</summary>
    Completing,
}

/// <summary>How far an upload has come.</summary>
/// <param name="Stage">What goes on.</param>
/// <param name="Bytes">Bytes that are done of this stage. What is sent again does not count twice, so it can go
/// back.</param>
/// <param name="TotalBytes">The size of the file.</param>
public readonly record struct UploadProgress(UploadStage Stage, long Bytes, long TotalBytes)
{
    /// <summary>How fast it goes at present; null in the first moments.</summary>
    public double? BytesPerSecond { get; init; }

    /// <summary>How long this stage takes yet, at the present rate; null if unknown.</summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>Parts that are at the service.</summary>
    public int Parts { get; init; }

    /// <summary>All parts; 0 for one request.</summary>
    public int PartCount { get; init; }
}
