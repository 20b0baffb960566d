using System.Runtime.CompilerServices;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Scanning;

// Tells text that shows nothing.
internal static class InvisibleText
{
    // Whether a string, as it stands in the JSON, has nothing in it that can be seen. The first character that can be
    // settles it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsBlank(ReadOnlySpan<byte> raw) =>
        raw.IsEmpty || (raw[0] is <= 0x20 or >= 0x7F or (byte)'\\' && IsInvisible(raw));

    [MethodImpl(Jit.Optimized)]
    private static bool IsInvisible(ReadOnlySpan<byte> raw)
    {
        while (!raw.IsEmpty)
        {
            int length = InvisibleLength(raw);
            if (length == 0)
            {
                return false;
            }

            raw = raw.Slice(length);
        }

        return true;
    }

    // How many bytes the character takes that the string starts with, if it cannot be seen; 0 if it can.
    [MethodImpl(Jit.Optimized)]
    private static int InvisibleLength(ReadOnlySpan<byte> raw)
    {
        byte first = raw[0];
        if (first is > 0x20 and < 0x7F and not (byte)'\\')
        {
            return 0;
        }

        if (first == (byte)'\\' && raw.Length > 1)
        {
            return raw[1] is (byte)'n' or (byte)'r' or (byte)'t' or (byte)'f' or (byte)'b' ? 2
                : raw[1] == (byte)'u' && IsInvisible(JsonText.HexAt(raw, 2)) ? 6
                : 0;
        }

        if (first is <= 0x20 or 0x7F)
        {
            return 1;
        }

        int code =
            raw.Length >= 2 && (first & 0xE0) == 0xC0 ? ((first & 0x1F) << 6) | (raw[1] & 0x3F)
            : raw.Length >= 3 && (first & 0xF0) == 0xE0
                ? ((first & 0x0F) << 12) | ((raw[1] & 0x3F) << 6) | (raw[2] & 0x3F)
            : -1;
        return IsInvisible(code) ? (code < 0x800 ? 2 : 3) : 0;
    }

    // White space, and the characters of no width: after Unicode's White_Space and Default_Ignorable_Code_Point.
    private static bool IsInvisible(int code) =>
        code
            is (>= 0 and <= 0x20)
                or (>= 0x7F and <= 0xA0)
                or 0xAD
                or 0x34F
                or 0x61C
                or 0x115F
                or 0x1160
                or 0x1680
                or 0x180E
                or (>= 0x2000 and <= 0x200F)
                or (>= 0x2028 and <= 0x202F)
                or (>= 0x205F and <= 0x206F)
                or 0x3000
                or 0x3164
                or (>= 0xFE00 and <= 0xFE0F)
                or 0xFEFF
                or 0xFFA0;
}
