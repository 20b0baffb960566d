using System.Runtime.CompilerServices;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Scanning;

// U+2028, U+2029 and U+0085, which some programs take for the end of a line.
internal static class LineSeparators
{
    // One pass for all three, by the bytes that they begin with.
    [MethodImpl(Jit.Optimized)]
    public static bool Contains(ReadOnlySpan<byte> text)
    {
        int at;
        while ((at = text.IndexOfAny((byte)0xC2, (byte)0xE2)) >= 0)
        {
            text = text.Slice(at);
            if (LengthAt(text) > 0)
            {
                return true;
            }

            text = text.Slice(1);
        }

        return false;
    }

    // How many bytes the separator has that the text begins with; 0 if it begins with none.
    private static int LengthAt(ReadOnlySpan<byte> text) =>
        text is [0xC2, 0x85, ..] ? 2
        : text is [0xE2, 0x80, 0xA8 or 0xA9, ..] ? 3
        : 0;

    // Writes the text into the target, which needs three times its length, and returns the length written. How many
    // there were is counted.
    public static int Escape(ReadOnlySpan<byte> text, Span<byte> target, out int count)
    {
        count = 0;
        int length = 0,
            i = 0;
        while (i < text.Length)
        {
            ReadOnlySpan<byte> rest = text.Slice(i);
            int separator = LengthAt(rest);
            if (separator == 0)
            {
                target[length++] = text[i++];
                continue;
            }

            ReadOnlySpan<byte> escape =
                separator == 2 ? "\\u0085"u8
                : rest[2] == 0xA8 ? "\\u2028"u8
                : "\\u2029"u8;
            escape.CopyTo(target.Slice(length));
            length += escape.Length;
            i += separator;
            count++;
        }

        return length;
    }
}
