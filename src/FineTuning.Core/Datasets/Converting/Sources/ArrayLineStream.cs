using System.Runtime.CompilerServices;
using FineTuning.Core.Datasets.Repairing;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Converting.Sources;

// The values of one JSON array as lines. Line breaks between the parts of a value become spaces; one within a text,
// which JSON does not have, is written as an escape. Whether each value is good JSON is for whoever reads the line.
internal sealed class ArrayLineStream(Stream inner) : FilterStream(inner)
{
    private readonly byte[] _buffer = new byte[PieceBytes];
    private byte[] _lines = new byte[PieceBytes * 2];
    private int _length;

    // 0 before the array, 1 in it; -1 behind it.
    private int _depth;
    private bool _inString;
    private bool _isEscaped;

    [MethodImpl(Jit.Optimized)]
    protected override (byte[] Piece, int Start, int Length) Produce()
    {
        int read = Inner.Read(_buffer, 0, _buffer.Length);
        if (read == 0)
        {
            return _depth == -1
                ? (_lines, 0, -1)
                : throw new InvalidDataException("The file is a JSON array that does not end.");
        }

        _length = 0;
        ReadOnlySpan<byte> rest = _buffer.AsSpan(0, read);
        while (!rest.IsEmpty)
        {
            rest = rest.Slice(_inString ? TakeText(rest) : TakeOther(rest[0]));
        }

        return (_lines, 0, _length);
    }

    // Takes what is text up to its end, as much of it as is here.
    [MethodImpl(Jit.Optimized)]
    private int TakeText(ReadOnlySpan<byte> rest)
    {
        if (_isEscaped)
        {
            _isEscaped = false;
            Append(rest.Slice(0, 1));
            return 1;
        }

        int end = rest.IndexOfAny((byte)'"', (byte)'\\', (byte)'\n');
        if (end < 0)
        {
            Append(rest);
            return rest.Length;
        }

        _isEscaped = rest[end] == (byte)'\\';
        _inString = rest[end] != (byte)'"';
        Append(rest.Slice(0, end));
        Append(rest[end] == (byte)'\n' ? "\\n"u8 : rest.Slice(end, 1));
        return end + 1;
    }

    [MethodImpl(Jit.Optimized)]
    private int TakeOther(byte value)
    {
        bool isOutside = _depth <= 0;
        switch (value)
        {
            case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                return 1;
            case 0xEF or 0xBB or 0xBF when isOutside:
                return 1;
            case (byte)'[' when _depth == 0:
                _depth = 1;
                return 1;
            case var _ when isOutside:
                throw new InvalidDataException("The file has more than one JSON array.");
            case (byte)']' when _depth == 1:
                _depth = -1;
                Append("\n"u8);
                return 1;
            case (byte)',' when _depth == 1:
                Append("\n"u8);
                return 1;
            case (byte)'{' or (byte)'[':
                _depth++;
                break;
            case (byte)'}' or (byte)']':
                _depth = Math.Max(1, _depth - 1);
                break;
            case (byte)'"':
                _inString = true;
                break;
            default:
                break;
        }

        Append([value]);
        return 1;
    }

    [MethodImpl(Jit.Optimized)]
    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_lines.Length - _length < bytes.Length)
        {
            Array.Resize(ref _lines, _lines.Length * 2);
        }

        bytes.CopyTo(_lines.AsSpan(_length));
        _length += bytes.Length;
    }
}
