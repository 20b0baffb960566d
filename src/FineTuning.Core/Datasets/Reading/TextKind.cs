using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Reading;

// Tells text of another kind than JSON by how it begins.
internal static class TextKind
{
    private const int MaxHeaderBytes = 64;

    private static readonly byte[] s_separators = [(byte)',', (byte)'\t', (byte)';', (byte)'|'];

    // A page or another kind of markup: no JSON starts with an angle bracket.
    public static bool IsMarkup(ReadOnlySpan<byte> head) => Begin(head) is [(byte)'<', ..];

    // A table: names of columns, and a row behind them. What separates its columns; null if the text is no table.
    public static char? Separator(ReadOnlySpan<byte> head)
    {
        head = Begin(head);
        int end = head.IndexOf((byte)'\n');
        if (end <= 0)
        {
            return null;
        }

        ReadOnlySpan<byte> header = JsonText.TrimEnd(head.Slice(0, end));
        ReadOnlySpan<byte> rest = JsonText.TrimStart(head.Slice(end));
        if (rest.IsEmpty || rest[0] is (byte)'{' or (byte)'[')
        {
            return null;
        }

        foreach (byte separator in s_separators)
        {
            if (IsHeader(header, separator) && rest.IndexOf(separator) >= 0)
            {
                return (char)separator;
            }
        }

        return null;
    }

    private static ReadOnlySpan<byte> Begin(ReadOnlySpan<byte> head) =>
        JsonText.TrimStart(head.StartsWith("\uFEFF"u8) ? head.Slice(3) : head);

    private static bool IsHeader(ReadOnlySpan<byte> line, byte separator)
    {
        int cells = 0;
        while (true)
        {
            int end = line.IndexOf(separator);
            if (!IsName(end < 0 ? line : line.Slice(0, end)))
            {
                return false;
            }

            cells++;
            if (end < 0)
            {
                return cells > 1;
            }

            line = line.Slice(end + 1);
        }
    }

    // The name of a column: short, with a letter, and with nothing that belongs to JSON but quotes around it.
    private static bool IsName(ReadOnlySpan<byte> cell)
    {
        cell = JsonText.TrimEnd(JsonText.TrimStart(cell));
        if (cell.Length >= 2 && cell[0] == (byte)'"' && cell[cell.Length - 1] == (byte)'"')
        {
            cell = cell.Slice(1, cell.Length - 2);
        }

        bool hasLetter = false;
        foreach (byte value in cell)
        {
            if (value is (byte)'{' or (byte)'}' or (byte)'[' or (byte)']' or (byte)':' or (byte)'"' or (byte)'\\')
            {
                return false;
            }

            hasLetter |= (value | 0x20) is (>= 'a' and <= 'z') || value >= 0x80;
        }

        return hasLetter && cell.Length <= MaxHeaderBytes;
    }
}
