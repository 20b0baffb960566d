namespace FineTuning.Core.Files.Uploading;

/// <summary>How files are uploaded.</summary>
public sealed record UploadOptions
{
    /// <summary>The largest part that the API takes, in bytes: 64 MB. Source: OpenAI's reference of /uploads.</summary>
    public const long LargestPart = 64L * 1024 * 1024;

    /// <summary>The size of parts unless another is asked for, in bytes: 32 MB.</summary>
    public const long DefaultPart = 32L * 1024 * 1024;

    /// <summary>What files are for.</summary>
    public string Purpose { get; init; } = "fine-tune";

    /// <summary>
    /// Bytes a part, 1 to <see cref="LargestPart"/>: the file goes in parts whatever its size. Null sends up to 512 MB
    /// in one request and larger files in parts of <see cref="DefaultPart"/>.
    /// </summary>
    public long? PartBytes { get; init; }

    /// <summary>
    /// Parts that are sent at a time, 1 to 16. Four by default; two on .NET Framework, which opens no more connections
    /// to a host by itself.
    /// </summary>
    public int ParallelParts { get; init; } =
#if NET
        4;
#else
        2;
#endif

    /// <summary>Uploads a file anew even if it is at the service already, and gives up what is there of an interrupted
    /// upload.</summary>
    public bool Force { get; init; }

    /// <summary>
    /// The folder that keeps what interrupted and finished uploads are found by; it is made when needed. Null keeps
    /// nothing: no upload goes on where another ended, and no file is known to be at the service.
    /// </summary>
    public string? StateFolder { get; init; }

    /// <summary>Is told in words what is decided on the way, from any thread. It must not throw.</summary>
    public Action<string>? Notice { get; init; }

    /// <summary>The most that goes in one request, in bytes.</summary>
    internal long LargestRequest { get; init; } = 512L * 1024 * 1024;

    /// <exception cref="ArgumentException">An option is wrong; the message says which.</exception>
    internal void Validate()
    {
        if (PartBytes is < 1 or > LargestPart)
        {
            throw new ArgumentException("A part must have from 1 byte to 64 MB.");
        }

        if (ParallelParts is < 1 or > 16)
        {
            throw new ArgumentException("The number of parts at a time must be from 1 to 16.");
        }

        if (string.IsNullOrWhiteSpace(Purpose))
        {
            throw new ArgumentException("A file needs a purpose, such as fine-tune.");
        }

        if (StateFolder is not null && !Path.IsPathRooted(StateFolder))
        {
            throw new ArgumentException("The folder for the state of uploads must be a full path.");
        }
    }
}
