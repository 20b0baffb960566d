using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Scanning;

// Strings as they stand in the JSON, escapes and all. Nothing here throws: half a surrogate pair becomes U+FFFD.
internal static class JsonText
{
    private const int ShownChars = 60;

    // Resolves the escapes of a string into the target, which must be at least as long as the string; returns the
    // length.
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> target)
    {
        int length = 0;
        int i = 0;
        while (i < raw.Length)
        {
            if (raw[i] != (byte)'\\' || i + 1 >= raw.Length)
            {
                target[length++] = raw[i++];
                continue;
            }

            byte kind = raw[i + 1];
            if (kind != (byte)'u')
            {
                target[length++] = kind switch
                {
                    (byte)'b' => 8,
                    (byte)'f' => 12,
                    (byte)'n' => 10,
                    (byte)'r' => 13,
                    (byte)'t' => 9,
                    _ => kind,
                };
                i += 2;
                continue;
            }

            int code = HexAt(raw, i + 2);
            i += 6;
            if (code is >= 0xD800 and < 0xDC00 && LowSurrogateAt(raw, i) is int low)
            {
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                i += 6;
            }

            length += WriteUtf8(code is < 0 or (>= 0xD800 and < 0xE000) ? 0xFFFD : code, target.Slice(length));
        }

        return length;
    }

    // Where the first half of a surrogate pair without its other half is, or -1.
    public static int IndexOfLoneSurrogate(ReadOnlySpan<byte> raw)
    {
        int i = 0;
        while (true)
        {
            int found = raw.Slice(i).IndexOf((byte)'\\');
            if (found < 0 || i + found + 1 >= raw.Length)
            {
                return -1;
            }

            i += found;
            if (raw[i + 1] != (byte)'u')
            {
                i += 2;
                continue;
            }

            int code = HexAt(raw, i + 2);
            if (code is >= 0xD800 and < 0xE000)
            {
                bool paired = code < 0xDC00 && LowSurrogateAt(raw, i + 6) is not null;
                if (!paired)
                {
                    return i;
                }

                i += 6;
            }

            i += 6;
        }
    }

    // How many bytes the white space character takes that a string, as it stands in the JSON, ends in; 0 if in another
    // character.
    [MethodImpl(Jit.Optimized)]
    public static int TrailingSpaceLength(ReadOnlySpan<byte> raw, bool lineFeedsToo)
    {
        if (raw.IsEmpty)
        {
            return 0;
        }

        byte last = raw[raw.Length - 1];
        if (last == (byte)' ')
        {
            return 1;
        }

        // \n ends in an n; so does \\n, which is a backslash and an n: an odd number of backslashes makes the
        // difference.
        if (last is not ((byte)'t' or (byte)'n' or (byte)'r') || (last != (byte)'t' && !lineFeedsToo))
        {
            return 0;
        }

        int slashes = 0;
        while (slashes < raw.Length - 1 && raw[raw.Length - 2 - slashes] == (byte)'\\')
        {
            slashes++;
        }

        return slashes % 2 == 1 ? 2 : 0;
    }

    public static ReadOnlySpan<byte> TrimStart(ReadOnlySpan<byte> json)
    {
        int start = 0;
        while (start < json.Length && IsSpace(json[start]))
        {
            start++;
        }

        return json.Slice(start);
    }

    public static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> json)
    {
        int end = json.Length;
        while (end > 0 && IsSpace(json[end - 1]))
        {
            end--;
        }

        return json.Slice(0, end);
    }

    // A piece of the user's data for a message: one line, no control characters, not too long.
    public static string Show(ReadOnlySpan<byte> utf8)
    {
        // Four bytes are the longest character, so this is enough and a huge string is not decoded.
        string text = Decode(utf8.Slice(0, Math.Min(utf8.Length, (ShownChars + 1) * 4)));
        StringBuilder shown = new(ShownChars + 2);
        foreach (char c in text)
        {
            if (shown.Length >= ShownChars)
            {
                // Not between the halves of a character.
                if (char.IsHighSurrogate(shown[shown.Length - 1]))
                {
                    shown.Length--;
                }

                return shown.Append('…').ToString();
            }

            if (char.IsControl(c) || c is '\u2028' or '\u2029')
            {
                shown.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                shown.Append(c);
            }
        }

        return shown.ToString();
    }

    public static string Decode(ReadOnlySpan<byte> utf8)
    {
#if NET
        return Encoding.UTF8.GetString(utf8);
#else
        return Encoding.UTF8.GetString(utf8.ToArray());
#endif
    }

    // White space between JSON tokens.
    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    [MethodImpl(Jit.Optimized)]
    public static int? LowSurrogateAt(ReadOnlySpan<byte> raw, int index)
    {
        if (index + 6 > raw.Length || raw[index] != (byte)'\\' || raw[index + 1] != (byte)'u')
        {
            return null;
        }

        int code = HexAt(raw, index + 2);
        return code is >= 0xDC00 and < 0xE000 ? code : null;
    }

    [MethodImpl(Jit.Optimized)]
    public static int HexAt(ReadOnlySpan<byte> raw, int index)
    {
        if (index + 4 > raw.Length)
        {
            return -1;
        }

        int value = 0;
        for (int i = index; i < index + 4; i++)
        {
            int digit = raw[i] switch
            {
                >= (byte)'0' and <= (byte)'9' => raw[i] - '0',
                >= (byte)'a' and <= (byte)'f' => raw[i] - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => raw[i] - 'A' + 10,
                _ => -1,
            };
            if (digit < 0)
            {
                return -1;
            }

            value = (value << 4) | digit;
        }

        return value;
    }

    private static int WriteUtf8(int code, Span<byte> target)
    {
        if (code < 0x80)
        {
            target[0] = (byte)code;
            return 1;
        }

        if (code < 0x800)
        {
            target[0] = (byte)(0xC0 | (code >> 6));
            target[1] = (byte)(0x80 | (code & 0x3F));
            return 2;
        }

        if (code < 0x10000)
        {
            target[0] = (byte)(0xE0 | (code >> 12));
            target[1] = (byte)(0x80 | ((code >> 6) & 0x3F));
            target[2] = (byte)(0x80 | (code & 0x3F));
            return 3;
        }

        target[0] = (byte)(0xF0 | (code >> 18));
        target[1] = (byte)(0x80 | ((code >> 12) & 0x3F));
        target[2] = (byte)(0x80 | ((code >> 6) & 0x3F));
        target[3] = (byte)(0x80 | (code & 0x3F));
        return 4;
    }
}
