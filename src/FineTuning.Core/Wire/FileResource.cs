using System.Text.Json.Serialization;

namespace FineTuning.Core.Wire;

/// <summary>A file that the service keeps.</summary>
public sealed record FileResource : Resource
{
    /// <summary>Always <c>file</c>.</summary>
    [JsonPropertyName("object")]
    public string Kind
    {
        get;
        init => field = value ?? "file";
    } = "file";

    /// <summary>Such as <c>file-abc123</c>.</summary>
    public string Id
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>Its size in bytes.</summary>
    public long? Bytes { get; init; }

    /// <summary>When it was uploaded.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the service will drop it; null for never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The name it was given. It comes from outside: never use it as a path.</summary>
    [JsonPropertyName("filename")]
    public string FileName
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>Such as <c>fine-tune</c> or <c>fine-tune-results</c>.</summary>
    public string Purpose
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>uploaded, processed or error; on Azure also pending and running.</summary>
    public string? Status { get; init; }

    /// <summary>Why its status is error.</summary>
    public string? StatusDetails { get; init; }
}
