using FineTuning.Core.Wire;

namespace FineTuning.Core.Files.Uploading;

/// <summary>What became of an upload.</summary>
/// <param name="File">The file as the service knows it.</param>
/// <param name="Sha256">The SHA-256 of its content as hexadecimal digits.</param>
public sealed record UploadResult(FileResource File, string Sha256)
{
    /// <summary>Whether the content was at the service already, so that nothing was sent.</summary>
    public bool Reused { get; init; }

    /// <summary>The ids of the parts it was made of, in order; empty if it went in one request or was found.</summary>
    public IReadOnlyList<string> PartIds { get; init; } = [];

    /// <summary>How many of the parts an earlier, interrupted upload had sent.</summary>
    public int ResumedParts { get; init; }
}
