namespace FineTuning.Core.Datasets.Repairing;

// U+2028 and U+2029 in the strings of an example, written as escapes.
internal static class LineSeparators
{
    public static bool Contains(ReadOnlySpan<byte> text) =>
        text.IndexOf("\u2028"u8) >= 0 || text.IndexOf("\u2029"u8) >= 0;

    // Writes the text into the target, which needs twice its length, and returns the length written. How many there
    // were is counted.
    public static int Escape(ReadOnlySpan<byte> text, Span<byte> target, out int count)
    {
        count = 0;
        int length = 0;
        while (true)
        {
            int found = text.IndexOf("\u2028"u8.Slice(0, 2));
            if (found < 0 || found + 2 >= text.Length)
            {
                text.CopyTo(target.Slice(length));
                return length + text.Length;
            }

            bool isSeparator = text[found + 2] is 0xA8 or 0xA9;
            int kept = isSeparator ? found : found + 2;
            text.Slice(0, kept).CopyTo(target.Slice(length));
            length += kept;
            if (isSeparator)
            {
                (text[found + 2] == 0xA8 ? "\\u2028"u8 : "\\u2029"u8).CopyTo(target.Slice(length));
                length += 6;
                count++;
                kept += 3;
            }

            text = text.Slice(kept);
        }
    }
}
