namespace FineTuning.Core.Datasets.Repairing;

// A JSON document as lines: the objects of one array, or objects one after the other, each over as many lines as it
// likes. Line breaks and indentation within an object are left out, the rest of it stays as it is. A document that is
// not whole, or has anything else in it, is an InvalidDataException.
internal sealed class DocumentStream(Stream inner, int maxExampleBytes) : FilterStream(inner)
{
    private readonly byte[] _buffer = new byte[PieceBytes];
    private byte[] _example = new byte[4096];
    private int _next;
    private int _end;
    private int _length;
    private int _depth;
    private bool _inString;
    private bool _isEscaped;

    // A line break came, and nothing since but white space.
    private bool _isBroken;

    // Where the last comma is in the example, if nothing came since but white space, and what stands before it.
    private int _comma = -1;
    private byte _beforeComma;
    private byte _last;
    private bool _hasCommaBetween;
    private bool _isOver;

    // Whether the objects stand in an array.
    public bool IsArray { get; private set; }

    // The commas before a closing bracket that were left out.
    public long TrailingCommas { get; private set; }

    public long Examples { get; private set; }

    protected override (byte[] Piece, int Start, int Length) Produce()
    {
        _length = 0;
        while (true)
        {
            if (_next == _end)
            {
                _next = 0;
                _end = Inner.Read(_buffer, 0, _buffer.Length);
                if (_end == 0)
                {
                    bool isWhole = _depth == 0 && Examples > 0 && _isOver == IsArray;
                    return isWhole ? (_example, 0, -1) : throw Broken();
                }
            }

            byte value = _buffer[_next++];
            if (_depth == 0)
            {
                Between(value);
            }
            else if (_inString)
            {
                Append(value);
                _inString = _isEscaped || value != (byte)'"';
                _isEscaped = value == (byte)'\\' && !_isEscaped;
            }
            else if (Within(value))
            {
                if (!LenientJson.IsObject(_example.AsSpan(0, _length)))
                {
                    throw Broken();
                }

                Examples++;
                Append((byte)'\n');
                return (_example, 0, _length);
            }
        }
    }

    private static InvalidDataException Broken() => new("The file is no whole document of JSON objects.");

    private static bool IsStructural(byte value) =>
        value is (byte)'{' or (byte)'}' or (byte)'[' or (byte)']' or (byte)',' or (byte)':';

    private void Between(byte value)
    {
        switch (value)
        {
            case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
            case 0xEF or 0xBB or 0xBF:
                // White space, or the bytes of a byte order mark.
                break;
            case (byte)'[' when !IsArray && Examples == 0:
                IsArray = true;
                break;
            case (byte)']' when IsArray && !_isOver:
                _isOver = true;
                TrailingCommas += _hasCommaBetween ? 1 : 0;
                break;
            case (byte)',' when Examples > 0 && !_hasCommaBetween && !_isOver:
                _hasCommaBetween = true;
                break;
            case (byte)'{' when !_isOver:
                _hasCommaBetween = false;
                _comma = -1;
                _isBroken = false;
                _depth = 1;
                Append(value);
                _last = value;
                break;
            default:
                throw Broken();
        }
    }

    // Takes a byte of an object outside of its strings; true if it closes the object.
    private bool Within(byte value)
    {
        if (value is (byte)'\n' or (byte)'\r')
        {
            _isBroken = true;
            return false;
        }

        if (value is (byte)' ' or (byte)'\t')
        {
            if (!_isBroken)
            {
                Append(value);
            }

            return false;
        }

        bool closes = value is (byte)'}' or (byte)']';
        if (_comma >= 0 && closes && _beforeComma is not ((byte)'{' or (byte)'[' or (byte)',' or (byte)':'))
        {
            Array.Copy(_example, _comma + 1, _example, _comma, --_length - _comma);
            TrailingCommas++;
        }
        else if (_isBroken && !IsStructural(_last) && !IsStructural(value))
        {
            // Two values without anything between them are wrong, and must not become a right one.
            Append((byte)' ');
        }

        _comma = value == (byte)',' ? _length : -1;
        _beforeComma = value == (byte)',' ? _last : _beforeComma;
        _isBroken = false;
        _inString = value == (byte)'"';
        _depth +=
            value is (byte)'{' or (byte)'[' ? 1
            : closes ? -1
            : 0;
        _last = value;
        Append(value);
        return _depth == 0;
    }

    private void Append(byte value)
    {
        if (_length == _example.Length)
        {
            Array.Resize(ref _example, _length * 2);
        }

        _example[_length++] = value;
        if (_length > (long)maxExampleBytes + 1)
        {
            throw Broken();
        }
    }
}
