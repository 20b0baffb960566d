using System.Runtime.InteropServices;

namespace FineTuning.Core.Datasets.Scanning;

// The JSON reader takes any byte above 0x7F inside a string, so whether the text is UTF-8 is checked apart, a block at
// a time.
internal static class Utf8Check
{
    public static bool IsValid(ReadOnlySpan<byte> data)
    {
#if NET
        return System.Text.Unicode.Utf8.IsValid(data);
#else
        return IndexOfInvalid(data) < 0;
#endif
    }

    // Where the first byte is that is not UTF-8, or -1.
    public static int IndexOfInvalid(ReadOnlySpan<byte> data)
    {
        int i = 0;
        while (i < data.Length)
        {
            if (data[i] < 0x80)
            {
                i += AsciiLength(data.Slice(i));
                continue;
            }

            int length = SequenceLength(data.Slice(i));
            if (length == 0)
            {
                return i;
            }

            i += length;
        }

        return -1;
    }

    // The length of the well-formed sequence at the start (Unicode, table 3-7), or 0.
    private static int SequenceLength(ReadOnlySpan<byte> data)
    {
        byte lead = data[0];
        int length = lead switch
        {
            >= 0xC2 and <= 0xDF => 2,
            >= 0xE0 and <= 0xEF => 3,
            >= 0xF0 and <= 0xF4 => 4,
            _ => 0,
        };
        if (length == 0 || data.Length < length)
        {
            return 0;
        }

        (byte low, byte high) = lead switch
        {
            0xE0 => ((byte)0xA0, (byte)0xBF),
            0xED => ((byte)0x80, (byte)0x9F),
            0xF0 => ((byte)0x90, (byte)0xBF),
            0xF4 => ((byte)0x80, (byte)0x8F),
            _ => ((byte)0x80, (byte)0xBF),
        };
        if (data[1] < low || data[1] > high)
        {
            return 0;
        }

        for (int i = 2; i < length; i++)
        {
            if ((data[i] & 0xC0) != 0x80)
            {
                return 0;
            }
        }

        return length;
    }

    private static int AsciiLength(ReadOnlySpan<byte> data)
    {
        int i = 0;
        foreach (ulong eight in MemoryMarshal.Cast<byte, ulong>(data))
        {
            if ((eight & 0x8080808080808080) != 0)
            {
                break;
            }

            i += 8;
        }

        while (i < data.Length && data[i] < 0x80)
        {
            i++;
        }

        return i;
    }
}
