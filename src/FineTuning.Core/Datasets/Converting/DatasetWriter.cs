using System.Runtime.InteropServices;
using System.Text;
using FineTuning.Core.Datasets.Reading;
using FineTuning.Core.Datasets.Scanning;
using FineTuning.Core.Files;

namespace FineTuning.Core.Datasets.Converting;

/// <summary>
/// Writes examples to a file in UTF-8 without a byte order mark, each on a line that ends in LF. The file is at its
/// place only when it is whole; without <see cref="Commit"/> nothing has changed.
/// </summary>
/// <remarks>Not safe for use by several threads at once.</remarks>
public sealed class DatasetWriter : IDisposable
{
    private static readonly Encoding s_utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    private readonly AtomicFile _file;

    // The file that was copied, as it was then.
    private readonly (long Length, DateTime Written)? _copied;
    private byte[] _buffer = new byte[4096];

    private DatasetWriter(AtomicFile file, (long Length, DateTime Written)? copied = null)
    {
        _file = file;
        _copied = copied;
    }

    /// <summary>How many examples were written, those that stood in the file before not counted.</summary>
    public long Examples { get; private set; }

    /// <summary>Begins a new file.</summary>
    /// <param name="path">Its full path; its folder must exist.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <exception cref="IOException">The file exists and may not be replaced, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static DatasetWriter Create(string path, bool overwrite) => new(new AtomicFile(path, overwrite));

    /// <summary>Begins a file with the content of the one that is there.</summary>
    /// <param name="path">The full path; a file that is not there is begun.</param>
    /// <param name="format">The kind of the examples to come.</param>
    /// <param name="cancellationToken">Ends the copying; nothing is left behind.</param>
    /// <exception cref="InvalidDataException">The file is not UTF-8 text, or starts with another kind of
    /// example.</exception>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read or written.</exception>
    public static async Task<DatasetWriter> AppendAsync(
        string path,
        DatasetFormat format,
        CancellationToken cancellationToken = default
    )
    {
        if (!File.Exists(path))
        {
            return Create(path, overwrite: false);
        }

        using FileStream source = OpenRead(path);
        var file = new AtomicFile(path, overwrite: true);
        try
        {
            // Before the copying, so that a change during it is noticed too.
            DateTime written = LastWrite(source);
            long length = await CopyAsync(source, file.Stream, format, cancellationToken).ConfigureAwait(false);
            return new DatasetWriter(file, (length, written));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Adds an example.</summary>
    /// <param name="example">One line of JSON without a line end.</param>
    /// <exception cref="IOException">The file cannot be written, for example because the disk is full.</exception>
    public void Write(string example)
    {
        _ = example ?? throw new ArgumentNullException(nameof(example));
        int needed = s_utf8.GetMaxByteCount(example.Length) + 1;
        if (_buffer.Length < needed)
        {
            // An estimate of three bytes a character is much too high for a long text in most languages.
            needed = s_utf8.GetByteCount(example) + 1;
            _buffer =
                _buffer.Length < needed ? new byte[Math.Max(needed, Math.Min(_buffer.Length * 2L, 1 << 20))] : _buffer;
        }

        int length = s_utf8.GetBytes(example, 0, example.Length, _buffer, 0);
        _buffer[length] = (byte)'\n';
        _file.Stream.Write(_buffer, 0, length + 1);
        Examples++;
    }

    /// <summary>Adds examples.</summary>
    /// <param name="lines">Lines of JSON in UTF-8, each of which ends in LF.</param>
    /// <param name="count">How many there are.</param>
    /// <exception cref="IOException">The file cannot be written, for example because the disk is full.</exception>
    public void Write(ReadOnlyMemory<byte> lines, long count)
    {
        if (!MemoryMarshal.TryGetArray(lines, out ArraySegment<byte> bytes))
        {
            bytes = new ArraySegment<byte>(lines.ToArray());
        }

        _file.Stream.Write(bytes.Array!, bytes.Offset, bytes.Count);
        Examples += count;
    }

    /// <summary>Puts the file at its place.</summary>
    /// <exception cref="DatasetChangedException">The file that was added to has been changed meanwhile; it is left as
    /// it is.</exception>
    /// <exception cref="IOException">The file cannot be written or moved.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be replaced.</exception>
    public void Commit()
    {
        if (_copied is (long, DateTime) copied && copied != Look())
        {
            throw new DatasetChangedException(_file.Path);
        }

        _file.Commit();
    }

    /// <summary>Gives the file up unless it is at its place.</summary>
    public void Dispose() => _file.Dispose();

    private static FileStream OpenRead(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);

    // The time of the file itself, also where its path is a link.
    private static DateTime LastWrite(FileStream file) =>
#if NET
        File.GetLastWriteTimeUtc(file.SafeFileHandle);
#else
        File.GetLastWriteTimeUtc(file.Name);
#endif

    private (long Length, DateTime Written)? Look()
    {
        if (!File.Exists(_file.Path))
        {
            return null;
        }

        using FileStream now = OpenRead(_file.Path);
        return (now.Length, LastWrite(now));
    }

    // Returns how much was copied.
    private static async Task<long> CopyAsync(
        FileStream source,
        Stream target,
        DatasetFormat format,
        CancellationToken cancellationToken
    )
    {
        long length = 0;
        byte[] buffer = new byte[LineBlockReader.BlockBytes];
        byte last = (byte)'\n';
        bool isFirst = true;
        int count;
        while ((count = await source.ReadAsync(buffer, 0, buffer.Length, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (isFirst)
            {
                isFirst = false;
                Check(buffer.AsSpan(0, count), format);
            }

            target.Write(buffer, 0, count);
            length += count;
            last = buffer[count - 1];
        }

        if (last != (byte)'\n')
        {
            target.WriteByte((byte)'\n');
        }

        return length;
    }

    private static void Check(ReadOnlySpan<byte> head, DatasetFormat format)
    {
        if (FileSignature.Find(head) is ProblemCode code)
        {
            throw new InvalidDataException($"The file is {code.Title}, and lines in UTF-8 cannot be added to that.");
        }

        head = JsonText.TrimStart(head.StartsWith("\uFEFF"u8) ? head.Slice(3) : head);
        int end = head.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? head : head.Slice(0, end);
        DatasetFormat found = line.IsEmpty ? DatasetFormat.Unknown : FormatProbe.Guess(line);
        if (found != DatasetFormat.Unknown && found != format)
        {
            throw new InvalidDataException(
                $"Its first line is {ScanState.Describe(found)}, and {ScanState.Describe(format)} does not belong "
                    + $"into the same file."
            );
        }
    }
}
