namespace FineTuning.Core.Datasets.Repairing;

// U+2028, U+2029 and U+0085 in the strings of an example, written as escapes.
internal static class LineSeparators
{
    public static bool Contains(ReadOnlySpan<byte> text) =>
        text.IndexOf("\u2028"u8) >= 0 || text.IndexOf("\u2029"u8) >= 0 || text.IndexOf("\u0085"u8) >= 0;

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
            ReadOnlySpan<byte> escape =
                rest.StartsWith("\u2028"u8) ? "\\u2028"u8
                : rest.StartsWith("\u2029"u8) ? "\\u2029"u8
                : rest.StartsWith("\u0085"u8) ? "\\u0085"u8
                : default;
            if (escape.IsEmpty)
            {
                target[length++] = text[i++];
                continue;
            }

            escape.CopyTo(target.Slice(length));
            length += escape.Length;
            i += text[i] == 0xC2 ? 2 : 3;
            count++;
        }

        return length;
    }
}
