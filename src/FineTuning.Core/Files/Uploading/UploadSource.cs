namespace FineTuning.Core.Files.Uploading;

/// <summary>The file that is uploaded, as it was at the start: a later change is noticed before its bytes become a part
/// of anything.</summary>
internal sealed class UploadSource
{
    private UploadSource(string path, long length, DateTime lastWrite)
    {
        Path = path;
        Length = length;
        LastWrite = lastWrite;
    }

    /// <summary>The full path behind all links.</summary>
    public string Path { get; }

    public string Name { get; private init; } = string.Empty;

    public long Length { get; }

    /// <summary>When the file was last written, in UTC.</summary>
    public DateTime LastWrite { get; }

    /// <exception cref="IOException">There is no such file.</exception>
    /// <exception cref="UploadException">It is empty.</exception>
    public static UploadSource Read(string path)
    {
        string full = FilePaths.Resolve(path);
        (long length, DateTime lastWrite) = Look(full);
        return length > 0
            ? new UploadSource(full, length, lastWrite) { Name = System.IO.Path.GetFileName(path) }
            : throw WhyEmpty(path);
    }

    /// <summary>Opens a piece of it. The stream throws what <see cref="EnsureUnchanged"/> throws before it gives its
    /// last bytes.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="length">Its bytes, at least 1.</param>
    /// <param name="isHashed">Whether its SHA-256 is computed on the way.</param>
    public FileSliceStream Open(long offset, long length, bool isHashed) => new(this, offset, length, isHashed);

    /// <exception cref="UploadException">It is not what it was at the start.</exception>
    public void EnsureUnchanged()
    {
        (long length, DateTime lastWrite) = File.Exists(Path) ? Look(Path) : (-1, default);
        if (length != Length || lastWrite != LastWrite)
        {
            throw Changed(
                length < 0 ? "was removed"
                : length == Length ? "was changed"
                : $"had {Length} bytes and now has {length}"
            );
        }
    }

    public UploadException Changed(string what) =>
        new(UploadFault.ChangedWhileSent, FormattableString.Invariant($"The file '{Path}' {what} while it was sent."));

    // Devices and what the system makes up as it is read tell no size either.
    private static Exception WhyEmpty(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1);
        return file.ReadByte() < 0
            ? new UploadException(UploadFault.EmptyFile, $"The file '{path}' is empty.")
            : new IOException($"The file '{path}' does not tell its size. Copy it to an ordinary file first.");
    }

    private static (long Length, DateTime LastWrite) Look(string path)
    {
        var info = new FileInfo(path);
        return (info.Length, info.LastWriteTimeUtc);
    }
}
