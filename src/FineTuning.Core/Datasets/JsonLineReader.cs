using FineTuning.Core.Datasets.Reading;

namespace FineTuning.Core.Datasets;

/// <summary>How a line ends.</summary>
public enum LineEnding
{
    /// <summary>Without a line end: it is the last line.</summary>
    None,

    /// <summary>With a line feed.</summary>
    LineFeed,

    /// <summary>With a carriage return and a line feed.</summary>
    CarriageReturnLineFeed,
}

/// <summary>
/// Reads a stream of UTF-8 line by line in constant memory. A byte order mark is left out, a lone carriage return stays
/// in its line, and a line above the limit is skipped and told of, however long it is.
/// </summary>
/// <remarks>Not safe for use by several threads at once. The stream stays open.</remarks>
public sealed class JsonLineReader
{
    private readonly LineBlockReader _reader;
    private readonly LineBlock _block = new();
    private readonly int _maxLineBytes;
    private LineCursor _lines;

    /// <summary>Reads the lines of a stream from where it stands.</summary>
    /// <param name="stream">The stream; it is read in large pieces and not disposed of.</param>
    /// <param name="maxLineBytes">The longest line in bytes, without its line end; at least 1, 64 MB by
    /// default.</param>
    /// <exception cref="ArgumentNullException">The stream is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is less than 1.</exception>
    public JsonLineReader(Stream stream, int maxLineBytes = 64 * 1024 * 1024)
    {
        if (maxLineBytes < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(maxLineBytes), "The longest line must be at least 1 byte.");
        }

        _reader = new LineBlockReader(stream ?? throw new ArgumentNullException(nameof(stream)), maxLineBytes);
        _maxLineBytes = maxLineBytes;
        _lines = new LineCursor(_block);
    }

    /// <summary>The line without its line end. Valid until the next read; empty when the line is too long.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>The number of the line, counted from 1; 0 before the first read.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Where the line starts, in bytes from where the stream stood at first.</summary>
    public long ByteOffset { get; private set; }

    /// <summary>The length of the line in bytes without its line end, also when it is too long to be held.</summary>
    public long ByteLength { get; private set; }

    /// <summary>Whether the line is above the limit, so that <see cref="Line"/> is empty.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>How the line ends. Of a line that is too long, a carriage return is not told.</summary>
    public LineEnding Ending { get; private set; }

    /// <summary>Whether the stream starts with the UTF-8 byte order mark; known after the first read.</summary>
    public bool HasByteOrderMark => _reader.HasByteOrderMark;

    /// <summary>Reads the next line.</summary>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>False at the end of the stream.</returns>
    /// <exception cref="IOException">The stream could not be read.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (!_lines.Next())
        {
            if (!await _reader.ReadAsync(_block, cancellationToken).ConfigureAwait(false))
            {
                Line = default;
                return false;
            }

            _lines = new LineCursor(_block);
            if (_block.IsTooLong)
            {
                LineNumber++;
                ByteOffset = _block.Offset;
                Set(default, _block.LineBytes, _block.EndsWithLineFeed ? LineEnding.LineFeed : LineEnding.None);
                return true;
            }

            _lines.Next();
        }

        LineNumber++;
        ByteOffset = _lines.ByteOffset;
        Set(_block.Buffer.AsMemory(_lines.Start, _lines.Length), _lines.Length, _lines.Ending);
        return true;
    }

    private void Set(ReadOnlyMemory<byte> line, long length, LineEnding ending)
    {
        IsTooLong = length > _maxLineBytes;
        Line = IsTooLong ? default : line;
        ByteLength = length;
        Ending = ending;
    }
}
