using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Tokenization;

// Makes well-formed UTF-8 of any bytes as a decoder does it (Unicode, section 3.9; the WHATWG's too): each longest
// start of a character that does not go on becomes one U+FFFD. .NET Framework's own decoder makes other numbers of
// them.
internal static class Utf8Sanitizer
{
    private static readonly byte[] s_replacement = [0xEF, 0xBF, 0xBD];

    public static ArraySegment<byte> Mend(ReadOnlySpan<byte> data)
    {
        byte[] mended = new byte[data.Length + 16];
        int length = 0;
        while (true)
        {
            int invalid = Utf8Check.IndexOfInvalid(data);
            int valid = invalid < 0 ? data.Length : invalid;
            if (mended.Length - length < valid + s_replacement.Length)
            {
                Array.Resize(ref mended, (mended.Length * 2) + valid);
            }

            data.Slice(0, valid).CopyTo(mended.AsSpan(length));
            length += valid;
            if (invalid < 0)
            {
                return new ArraySegment<byte>(mended, 0, length);
            }

            s_replacement.CopyTo(mended, length);
            length += s_replacement.Length;
            data = data.Slice(invalid + LengthOfBroken(data.Slice(invalid)));
        }
    }

    // How much of an ill-formed sequence is the start of a well-formed one; at least 1.
    private static int LengthOfBroken(ReadOnlySpan<byte> data)
    {
        byte lead = data[0];
        int expected = lead switch
        {
            >= 0xE0 and <= 0xEF => 3,
            >= 0xF0 and <= 0xF4 => 4,
            _ => 1,
        };
        (byte low, byte high) = lead switch
        {
            0xE0 => ((byte)0xA0, (byte)0xBF),
            0xED => ((byte)0x80, (byte)0x9F),
            0xF0 => ((byte)0x90, (byte)0xBF),
            0xF4 => ((byte)0x80, (byte)0x8F),
            _ => ((byte)0x80, (byte)0xBF),
        };
        int length = 1;
        while (length < expected && length < data.Length && data[length] >= low && data[length] <= high)
        {
            (low, high) = (0x80, 0xBF);
            length++;
        }

        return length;
    }
}
