using FineTuning.Core.Wire;

namespace FineTuning.Output;

/// <summary>A file at the service.</summary>
public sealed class FineTuningFile : ServiceObject
{
    internal FineTuningFile(FileResource source)
    {
        Id = source.Id;
        FileName = source.FileName;
        Bytes = source.Bytes;
        Purpose = source.Purpose;
        Status = source.Status;
        StatusDetails = source.StatusDetails;
        CreatedAt = Display.LocalTime(source.CreatedAt);
        ExpiresAt = source.ExpiresAt?.LocalDateTime;
        AdditionalProperties = JsonValues.ToDictionary(source.AdditionalFields);
    }

    /// <summary>Such as <c>file-abc123</c>.</summary>
    public string Id { get; }

    /// <summary>The name it was given.</summary>
    public string FileName { get; }

    /// <summary>The size in bytes.</summary>
    public long? Bytes { get; }

    /// <summary>Such as <c>fine-tune</c>.</summary>
    public string Purpose { get; }

    /// <summary>Such as <c>processed</c>.</summary>
    public string? Status { get; }

    /// <summary>Why its status is error.</summary>
    public string? StatusDetails { get; }

    /// <summary>When it was uploaded, in local time.</summary>
    public DateTime? CreatedAt { get; }

    /// <summary>When it will be dropped, in local time.</summary>
    public DateTime? ExpiresAt { get; }

    /// <summary>What the service sent beyond these.</summary>
    public IDictionary<string, object?>? AdditionalProperties { get; }

    /// <inheritdoc/>
    public override string ToString() => Id;
}
