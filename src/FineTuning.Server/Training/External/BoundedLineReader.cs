namespace FineTuning.Server.Training.External;

/// <summary>Reads lines of bounded length from a stream as they come.</summary>
internal sealed class BoundedLineReader(Stream stream, int maxBytes)
{
    private byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    /// <summary>
    /// The next whole line without its end, valid until the next call; false at the end. What comes after the last line
    /// end is dropped: a program that was killed leaves half a line.
    /// </summary>
    /// <exception cref="LineTooLongException">The line is too long.</exception>
    public bool TryRead(out ReadOnlyMemory<byte> line)
    {
        int scanned = _start;
        while (true)
        {
            int at = _buffer.AsSpan(scanned, _end - scanned).IndexOf((byte)'\n');
            if (at >= 0)
            {
                line = _buffer.AsMemory(_start, scanned + at - _start);
                _start = scanned + at + 1;
                return true;
            }

            if (_end - _start > maxBytes)
            {
                throw new LineTooLongException(_buffer.AsMemory(_start, _end - _start));
            }

            scanned = MakeRoom();
            int count = stream.Read(_buffer, _end, _buffer.Length - _end);
            if (count == 0)
            {
                line = default;
                return false;
            }

            _end += count;
        }
    }

    /// <summary>Moves what is left to the front; returns the place up to which there is no line end.</summary>
    private int MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        return _end;
    }
}

/// <summary>A line is longer than allowed.</summary>
internal sealed class LineTooLongException(ReadOnlyMemory<byte> beginning) : Exception("The line is too long.")
{
    /// <summary>What was read of it.</summary>
    public ReadOnlyMemory<byte> Beginning { get; } = beginning;
}
