using System.Text.Json;
using System.Text.Json.Serialization;

namespace FineTuning.Core.Files.Uploading;

/// <summary>An upload in parts that is not completed, as it is kept on disk for the same command to go on
/// from.</summary>
internal sealed record UploadState
{
    public const int CurrentFormat = 1;

    /// <summary>The most parts of one upload: all of them are written again with each.</summary>
    public const int MaxParts = 10_000;

    /// <summary>What another version writes otherwise is not read.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Where it goes: a hash of endpoint, organisation and project, since an endpoint can hold
    /// secrets.</summary>
    public required string Service { get; init; }

    public required string Purpose { get; init; }

    /// <summary>The file's full path.</summary>
    public required string Path { get; init; }

    /// <summary>The file's name at the service.</summary>
    public required string Name { get; init; }

    /// <summary>The file's size when it was begun.</summary>
    public required long Bytes { get; init; }

    /// <summary>The file's last-write time, UTC.</summary>
    public required DateTime LastWrite { get; init; }

    public required long PartBytes { get; init; }

    public required string UploadId { get; init; }

    /// <summary>When it was begun, by the service's clock.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Until when the service keeps its parts.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whether the service was told to make the file, so that it may have done so.</summary>
    public bool IsCompleting { get; init; }

    /// <summary>What is at the service.</summary>
    public IReadOnlyList<UploadStatePart> Parts { get; init; } = [];

    [JsonIgnore]
    public int PartCount => (int)CountParts(Bytes, PartBytes);

    /// <summary>How many parts a file has.</summary>
    public static long CountParts(long bytes, long partBytes) => ((bytes - 1) / partBytes) + 1;

    /// <summary>Reads one; null if it is not one of this version.</summary>
    public static UploadState? Parse(byte[] text)
    {
        try
        {
            UploadState? state = JsonSerializer.Deserialize(text, UploadStateContext.Default.UploadState);
            return
                state is { Format: CurrentFormat, Bytes: > 0, PartBytes: > 0 and <= UploadOptions.LargestPart }
                && state.IsWhole()
                ? state
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, UploadStateContext.Default.UploadState);

    public long LengthOf(int number) => Math.Min(PartBytes, Bytes - (number * PartBytes));

    public UploadState With(UploadStatePart part) => this with { Parts = [.. Parts, part] };

    // What a text of JSON says can be null where no null is meant.
    private bool IsWhole() =>
        Service is not null
        && Purpose is not null
        && Path is not null
        && Name is not null
        && StateFile.IsId(UploadId)
        && CountParts(Bytes, PartBytes) <= MaxParts
        && Parts is not null
        && Parts.All(part =>
            part is { Offset: >= 0, Id.Length: > 0, Sha256.Length: > 0 }
            && part.Offset < Bytes
            && part.Offset % PartBytes == 0
        )
        && Parts.Select(part => part.Offset).Distinct().Count() == Parts.Count;
}

/// <summary>A part that is at the service.</summary>
/// <param name="Offset">Where in the file it begins.</param>
/// <param name="Id">Its id at the service.</param>
/// <param name="Sha256">The SHA-256 of what was sent, as hexadecimal digits.</param>
internal sealed record UploadStatePart(long Offset, string Id, string Sha256);

/// <summary>How state on disk is written.</summary>
[JsonSerializable(typeof(UploadState))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class UploadStateContext : JsonSerializerContext;
