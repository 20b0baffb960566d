namespace FineTuning.Core.Datasets.Reading;

/// <summary>
/// Goes over the lines of a block: <c>while (cursor.Next())</c>. A block that stands for a line that is too long has
/// none to go over.
/// </summary>
/// <param name="block">The block.</param>
internal struct LineCursor(LineBlock block)
{
    private int _next = block.Start;

    /// <summary>Where the line starts in the buffer of the block.</summary>
    public int Start { get; private set; }

    /// <summary>The length of the line in bytes, without its line end.</summary>
    public int Length { get; private set; }

    /// <summary>How the line ends.</summary>
    public LineEnding Ending { get; private set; }

    /// <summary>Where the line starts in the stream, in bytes.</summary>
    public readonly long ByteOffset => block.Offset + Start - block.Start;

    /// <summary>The line without its line end.</summary>
    public readonly ReadOnlySpan<byte> Line => block.Buffer.AsSpan(Start, Length);

    /// <summary>Goes to the next line; false after the last.</summary>
    public bool Next()
    {
        Start = _next;
        if (_next >= block.End)
        {
            Length = 0;
            return false;
        }

        ReadOnlySpan<byte> rest = block.Buffer.AsSpan(_next, block.End - _next);
        int length = rest.IndexOf((byte)'\n');
        if (length < 0)
        {
            Ending = LineEnding.None;
            Length = rest.Length;
            _next = block.End;
            return true;
        }

        bool hasReturn = length > 0 && rest[length - 1] == (byte)'\r';
        Ending = hasReturn ? LineEnding.CarriageReturnLineFeed : LineEnding.LineFeed;
        Length = hasReturn ? length - 1 : length;
        _next += length + 1;
        return true;
    }
}
