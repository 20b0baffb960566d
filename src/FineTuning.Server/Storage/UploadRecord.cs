using FineTuning.Core.Wire;

namespace FineTuning.Server.Storage;

/// <summary>A file that arrives in parts.</summary>
internal sealed record UploadRecord
{
    public const string Pending = "pending",
        Completed = "completed",
        Cancelled = "cancelled",
        Expired = "expired";

    public long Seq { get; init; }

    public required string Id { get; init; }

    public string Status { get; init; } = Pending;

    public required string FileName { get; init; }

    public required string Purpose { get; init; }

    /// <summary>What the parts must have together.</summary>
    public required long Bytes { get; init; }

    public required string MimeType { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>How long the file is to live; null for ever.</summary>
    public TimeSpan? FileLifetime { get; init; }

    /// <summary>The file that was made of the parts.</summary>
    public string? FileId { get; init; }

    public UploadResource ToResource(FileResource? file = null) =>
        new()
        {
            Id = Id,
            Bytes = Bytes,
            CreatedAt = CreatedAt,
            FileName = FileName,
            Purpose = Purpose,
            Status = Status,
            ExpiresAt = ExpiresAt,
            File = file,
        };
}
