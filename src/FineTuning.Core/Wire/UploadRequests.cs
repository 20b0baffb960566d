using System.Text.Json.Serialization;

namespace FineTuning.Core.Wire;

/// <summary>Begins a file that arrives in parts.</summary>
public sealed record UploadCreateRequest
{
    /// <summary>The name that the service shows.</summary>
    [JsonPropertyName("filename")]
    public required string FileName { get; init; }

    /// <summary>Such as <c>fine-tune</c>.</summary>
    public required string Purpose { get; init; }

    /// <summary>The size of the whole file in bytes, up to 8 GB at OpenAI.</summary>
    public required long Bytes { get; init; }

    /// <summary>The type of the content; it must go with the purpose.</summary>
    public required string MimeType { get; init; }
}

/// <summary>Makes a file of its parts.</summary>
public sealed record UploadCompleteRequest
{
    /// <summary>All parts in the order of the file.</summary>
    public required IReadOnlyList<string> PartIds { get; init; }

    /// <summary>The MD5 of the whole file as hexadecimal digits; null leaves the comparison out.</summary>
    public string? Md5 { get; init; }
}
