namespace FineTuning.Core.Files;

/// <summary>
/// A file that is written beside its place and moved there when it is whole, so that no half of a file is ever taken
/// for one. Without
/// <see cref="Commit"/> nothing is left of it.
/// </summary>
/// <remarks>Not safe for use by several threads at once.</remarks>
public sealed class AtomicFile : IDisposable
{
    private const int BufferBytes = 128 * 1024;

    private readonly string _part;
    private readonly bool _overwrite;
    private readonly FileStream _stream;
    private readonly bool _canKeep;
    private bool _isDone;

    /// <summary>Begins a file.</summary>
    /// <param name="path">The full path that the file will have; its folder must exist.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <exception cref="IOException">The file exists and may not be replaced, or its folder cannot be written
    /// to.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public AtomicFile(string path, bool overwrite)
        : this(path, overwrite, key: null) { }

    /// <summary>Begins a file, or goes on with what <see cref="Keep"/> left of it: the stream has that, and stands at
    /// its end.</summary>
    /// <param name="path">The full path that the file will have; its folder must exist.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <param name="key">What the content is known by, fit for a name. Null keeps nothing; nor is anything kept while
    /// another has the same.</param>
    /// <exception cref="IOException">The file exists and may not be replaced, or its folder cannot be written
    /// to.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    internal AtomicFile(string path, bool overwrite, string? key)
    {
        Path = path ?? throw new ArgumentNullException(nameof(path));
        _overwrite = overwrite;
        RefuseExisting();

        // Beside the file itself, not beside a link to it: a move works within one disk, and a link is to stay one.
        Target = FollowLink(path);
        if (key is not null && TryContinue(Target + "." + key + ".part") is FileStream begun)
        {
            (_part, _stream, _canKeep) = (begun.Name, begun, true);
            return;
        }

        _part = Target + "." + Guid.NewGuid().ToString("N").Substring(0, 8) + ".part";
        _stream = Create(_part, Target, FileMode.CreateNew);
    }

    /// <summary>The path that the file will have.</summary>
    public string Path { get; }

    /// <summary>Where to write.</summary>
    public Stream Stream => _stream;

    /// <summary>Whether what is written goes down to the disk before it has its name, so that a power cut leaves no
    /// empty file.</summary>
    internal bool ToDisk { get; init; } = true;

    private string Target { get; }

    /// <summary>Ends the writing and opens what was written, to look at it before it is moved to its place.</summary>
    /// <returns>A stream at the start of the file, which must be disposed of before <see cref="Commit"/>.</returns>
    /// <exception cref="IOException">The file could not be written.</exception>
    public FileStream OpenWritten()
    {
        Close();
        return new FileStream(
            _part,
            FileMode.Open,
            FileAccess.Read,
            FileShare.Read,
            bufferSize: 1,
            FileOptions.SequentialScan
        );
    }

    /// <summary>Moves the file to its place in one step, with the permissions of the file it replaces.</summary>
    /// <exception cref="IOException">The file could not be written or moved, or another one has come there and may not
    /// be replaced.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be replaced.</exception>
    public void Commit()
    {
        Close();
        RefuseExisting();
        if (File.Exists(Target))
        {
            Replace();
        }
        else
        {
            MoveToFreePlace();
        }

        _isDone = true;
    }

    /// <summary>Ends the writing and leaves what was written for the next one with the same path and key to go on
    /// with.</summary>
    /// <returns>The path of what was written; null if it cannot be gone on with and is removed.</returns>
    internal string? Keep()
    {
        if (!_canKeep || _isDone)
        {
            return null;
        }

        try
        {
            // Not down to the disk: with gigabytes that takes longer than the user waits after Ctrl+C.
            _stream.Dispose();
        }
        catch (IOException)
        {
            // The disk is full. What ended the writing matters more.
            return null;
        }

        _isDone = true;
        return _part;
    }

    /// <summary>Removes what was written unless it was moved to its place.</summary>
    public void Dispose()
    {
        try
        {
            _stream.Dispose();
        }
        catch (IOException) when (!_isDone)
        {
            // It is given up, and a full disk must not hide why.
        }
        finally
        {
            if (!_isDone)
            {
                _isDone = true;
                File.Delete(_part);
            }
        }
    }

    private FileStream? TryContinue(string part)
    {
        // A link would lead the writing to another file, whoever put it there.
        if (IsLink(part))
        {
            return null;
        }

        try
        {
            FileStream stream = Create(part, Target, FileMode.OpenOrCreate);
            stream.Position = stream.Length;
            return stream;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else writes it at this moment; if nothing can be written here, the other name says so.
            return null;
        }
    }

    private static bool IsLink(string path)
    {
        try
        {
            return (File.GetAttributes(path) & FileAttributes.ReparsePoint) != 0;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    // A file that others may not read is not to be readable while it is written.
    private static FileStream Create(string part, string target, FileMode mode)
    {
#if NET
        if (!OperatingSystem.IsWindows() && File.Exists(target))
        {
            return new FileStream(
                part,
                new FileStreamOptions
                {
                    Mode = mode,
                    Access = FileAccess.Write,
                    Share = FileShare.None,
                    BufferSize = BufferBytes,
                    UnixCreateMode = File.GetUnixFileMode(target),
                }
            );
        }
#endif
        return new FileStream(part, mode, FileAccess.Write, FileShare.None, BufferBytes);
    }

    private void Close()
    {
        if (_stream.CanWrite)
        {
            _stream.Flush(flushToDisk: ToDisk);
            _stream.Dispose();
        }
    }

    private static string FollowLink(string path)
    {
#if NET
        return File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;
#else
        return path;
#endif
    }

    private void MoveToFreePlace()
    {
        try
        {
            File.Move(_part, Target);
        }
        catch (IOException) when (_overwrite && File.Exists(Target))
        {
            // Another writer of the same file has come first, and is replaced as one that was there before.
            Replace();
        }
    }

    private void RefuseExisting()
    {
        if (!_overwrite && File.Exists(Path))
        {
            throw new IOException($"The file '{Path}' exists already.");
        }
    }

    private void Replace()
    {
#if NET
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_part, File.GetUnixFileMode(Target));
            File.Move(_part, Target, overwrite: true);
            return;
        }
#endif

        // Keeps who may read and write the file, which a move on Windows does not.
        File.Replace(_part, Target, destinationBackupFileName: null);
    }
}
