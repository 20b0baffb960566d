using System.Text.Json.Serialization;

namespace FineTuning.Core.Wire;

/// <summary>A file that arrives in parts.</summary>
public sealed record UploadResource : Resource
{
    /// <summary>Always <c>upload</c>.</summary>
    [JsonPropertyName("object")]
    public string Kind
    {
        get;
        init => field = value ?? "upload";
    } = "upload";

    /// <summary>Such as <c>upload_abc123</c>.</summary>
    public string Id
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>The bytes that all parts together must have.</summary>
    public long Bytes { get; init; }

    /// <summary>When it was begun.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The name of the file. It comes from outside: never use it as a path.</summary>
    [JsonPropertyName("filename")]
    public string FileName
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>The purpose of the file, such as <c>fine-tune</c>.</summary>
    public string Purpose
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>pending, completed, cancelled or expired.</summary>
    public string Status
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>When it can no longer be completed.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The file that was made of the parts; null until then.</summary>
    public FileResource? File { get; init; }
}

/// <summary>A part of a file that arrives in parts.</summary>
public sealed record UploadPartResource : Resource
{
    /// <summary>Always <c>upload.part</c>.</summary>
    [JsonPropertyName("object")]
    public string Kind
    {
        get;
        init => field = value ?? "upload.part";
    } = "upload.part";

    /// <summary>Such as <c>part_abc123</c>.</summary>
    public string Id
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>When it was stored.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The upload it belongs to.</summary>
    public string UploadId
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;
}
