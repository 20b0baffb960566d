namespace FineTuning.Core.Datasets.Repairing;

// Makes line feeds of the carriage returns that alone stand between two examples: after a closing brace and before an
// opening one. Nothing that is JSON has them there, so nothing that is right is changed. Done before lines are cut,
// since a file with no other line ends would be one line.
internal sealed class CarriageReturnStream(Stream inner) : FilterStream(inner)
{
    private readonly byte[] _buffer = new byte[2 * PieceBytes];
    private int _emitted;
    private int _end;
    private byte _last;
    private bool _isAtEnd;

    // How many became line feeds.
    public long Count { get; private set; }

    protected override (byte[] Piece, int Start, int Length) Produce()
    {
        // What was held back goes to the front.
        Array.Copy(_buffer, _emitted, _buffer, 0, _end - _emitted);
        _end -= _emitted;
        _emitted = 0;
        if (!_isAtEnd)
        {
            int count = Inner.Read(_buffer, _end, Math.Min(PieceBytes, _buffer.Length - _end));
            _isAtEnd = count == 0;
            _end += count;
        }

        if (_end == 0 && _isAtEnd)
        {
            return (_buffer, 0, -1);
        }

        _emitted = Change();
        for (int i = _emitted - 1; i >= 0; i--)
        {
            if (!IsSpace(_buffer[i]))
            {
                _last = _buffer[i];
                break;
            }
        }

        return (_buffer, 0, _emitted);
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    // Returns how much is settled: what a carriage return is can depend on what is still to come.
    private int Change()
    {
        int position = 0;
        while (true)
        {
            int found = _buffer.AsSpan(position, _end - position).IndexOf((byte)'\r');
            if (found < 0)
            {
                return _end;
            }

            position += found;
            int next = position + 1;
            while (next < _end && IsSpace(_buffer[next]))
            {
                next++;
            }

            // So much white space is no line end, and holding it back would need unbounded memory.
            if (next == _end && !_isAtEnd && next - position < PieceBytes)
            {
                return position;
            }

            bool isBeforeBrace = next < _end && _buffer[next] == (byte)'{' && Before(position) == (byte)'}';
            for (; position < next; position++)
            {
                bool isAlone =
                    _buffer[position] == (byte)'\r' && (position + 1 == _end || _buffer[position + 1] != (byte)'\n');
                if (isAlone && isBeforeBrace)
                {
                    _buffer[position] = (byte)'\n';
                    Count++;
                }
            }
        }
    }

    private byte Before(int position)
    {
        while (position > 0 && IsSpace(_buffer[position - 1]))
        {
            position--;
        }

        return position > 0 ? _buffer[position - 1] : _last;
    }
}
