#if NET
using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Scanning;

// Takes the tokens of a line one by one, as programs write them: with a space at most between two of them, and in a
// string neither control characters nor escapes that mean no character.
internal ref struct ValidTokenReader(ReadOnlySpan<byte> data)
{
    private static readonly SearchValues<byte> s_ends = SearchValues.Create(
        "\"\\\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000A\u000B\u000C\u000D\u000E\u000F"u8
            + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F"u8
    );

    private readonly ReadOnlySpan<byte> _data = data;
    private Vector256<byte> _seen = default;
    private bool _mayBeOther = false;

    // How far the line is taken.
    public int At { get; private set; }

    // False if there may be a byte above 0x7F in the strings, or soon after one.
    public readonly bool IsAscii => !_mayBeOther && _seen.ExtractMostSignificantBits() == 0;

    // The text without its quotes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryString(out int start, out int end)
    {
        start = At + 1;
        if (!Take((byte)'"'))
        {
            end = 0;
            return false;
        }

        end = FindEnd(start);
        At = end + 1;
        return end >= 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TakeComma()
    {
        if (!Take((byte)','))
        {
            return false;
        }

        SkipSpace();
        return true;
    }

    // One space at most: that is how programs write it. More is left to the rules.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SkipSpace() => Take((byte)' ');

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Take(byte value)
    {
        if ((uint)At < (uint)_data.Length && _data[At] == value)
        {
            At++;
            return true;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Take(ReadOnlySpan<byte> literal)
    {
        if (_data.Slice(At).StartsWith(literal))
        {
            At += literal.Length;
            return true;
        }

        return false;
    }

    // A whole number without a sign. What follows it is for the caller: of other numbers, a dot or an e.
    [MethodImpl(Jit.Optimized)]
    public bool TakeInteger()
    {
        int end = At;
        while ((uint)end < (uint)_data.Length && _data[end] is >= (byte)'0' and <= (byte)'9')
        {
            end++;
        }

        bool isOne = end > At && (_data[At] != (byte)'0' || end == At + 1);
        At = isOne ? end : At;
        return isOne;
    }

    // Where the string ends that starts at the place, or -2 if it is for the rules.
    [MethodImpl(Jit.Optimized)]
    private int FindEnd(int at)
    {
        while (true)
        {
            at = FindSpecial(at);
            if ((uint)at >= (uint)_data.Length)
            {
                return -2;
            }

            if (_data[at] == (byte)'"')
            {
                return at;
            }

            at = _data[at] == (byte)'\\' ? AfterEscape(at) : -2;
            if (at < 0)
            {
                return at;
            }
        }
    }

    // The next quote, backslash or control character.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FindSpecial(int at)
    {
        if (Vector256.IsHardwareAccelerated)
        {
            ref byte start = ref MemoryMarshal.GetReference(_data);
            Vector256<byte> seen = default;
            Vector256<byte> quote = Vector256.Create((byte)'"'),
                slash = Vector256.Create((byte)'\\'),
                control = Vector256.Create((byte)0x1F);

            // Two at a time: most texts end in the first two, and a loop that is left at a place that can be foreseen
            // is a faster one.
            while (at <= _data.Length - (2 * Vector256<byte>.Count))
            {
                var bytes = Vector256.LoadUnsafe(ref start, (nuint)at);
                var more = Vector256.LoadUnsafe(ref start, (nuint)(at + Vector256<byte>.Count));
                seen |= bytes | more;
                uint low = (
                    Vector256.Equals(bytes, quote)
                    | Vector256.Equals(bytes, slash)
                    | Vector256.Equals(Vector256.Min(bytes, control), bytes)
                ).ExtractMostSignificantBits();
                uint high = (
                    Vector256.Equals(more, quote)
                    | Vector256.Equals(more, slash)
                    | Vector256.Equals(Vector256.Min(more, control), more)
                ).ExtractMostSignificantBits();
                ulong found = low | ((ulong)high << 32);
                if (found != 0)
                {
                    _seen |= seen;
                    return at + BitOperations.TrailingZeroCount(found);
                }

                at += 2 * Vector256<byte>.Count;
            }

            _seen |= seen;
            return FindSpecialAtEnd(at);
        }

        ReadOnlySpan<byte> rest = _data.Slice(at);
        int length = rest.IndexOfAny(s_ends);
        _mayBeOther |= !Ascii.IsValid(rest.Slice(0, Math.Max(length, 0)));
        return length < 0 ? _data.Length : at + length;
    }

    // Where less than two vectors are left.
    [MethodImpl(Jit.Optimized)]
    private int FindSpecialAtEnd(int at)
    {
        while (at < _data.Length && _data[at] is not ((byte)'"' or (byte)'\\' or < 0x20))
        {
            _mayBeOther |= _data[at] >= 0x80;
            at++;
        }

        return at;
    }

    [MethodImpl(Jit.Optimized)]
    private readonly int AfterEscape(int at)
    {
        if (at + 1 >= _data.Length)
        {
            return -2;
        }

        switch (_data[at + 1])
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                return at + 2;
            case (byte)'u':
                return AfterCode(at);
            default:
                return -2;
        }
    }

    [MethodImpl(Jit.Optimized)]
    private readonly int AfterCode(int at)
    {
        int code = JsonText.HexAt(_data, at + 2);
        if (code is >= 0xD800 and < 0xE000)
        {
            return code < 0xDC00 && JsonText.LowSurrogateAt(_data, at + 6) is not null ? at + 12 : -2;
        }

        return code < 0 ? -2 : at + 6;
    }
}
#endif
