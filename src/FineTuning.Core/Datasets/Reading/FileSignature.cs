namespace FineTuning.Core.Datasets.Reading;

// Tells by the first bytes what a file is when it is not UTF-8 text, so that it is named once and not as a million bad
// lines.
internal static class FileSignature
{
    internal static readonly ProblemCode Utf16 = ProblemCode
        .Error(
            "FT1002",
            "UTF-16",
            "The file is UTF-16, as some editors and Windows PowerShell's `>` write it. The service reads UTF-8 only.",
            "Save the file as UTF-8 without a byte order mark.",
            "a file that starts with the bytes FF FE or FE FF"
        )
        .Mended();

    internal static readonly ProblemCode Utf32 = ProblemCode
        .Error(
            "FT1003",
            "UTF-32",
            "The file is UTF-32. The service reads UTF-8 only.",
            "Save the file as UTF-8 without a byte order mark.",
            "a file that starts with the bytes FF FE 00 00 or 00 00 FE FF"
        )
        .Mended();

    internal static readonly ProblemCode Gzip = ProblemCode.Error(
        "FT1004",
        "gzip",
        "The file is compressed. The service does not unpack files.",
        "Unpack the file and use what is inside.",
        "a file that starts with the bytes 1F 8B"
    );

    internal static readonly ProblemCode Zip = ProblemCode.Error(
        "FT1005",
        "zip archive",
        "The file is a zip archive; Excel and Word files are archives too. The service reads plain text only.",
        "Unpack the archive, or export the table to JSONL.",
        "a file that starts with the bytes 50 4B 03 04"
    );

    // Returns what is wrong with the whole file, or null if it can be text.
    public static ProblemCode? Find(ReadOnlySpan<byte> head)
    {
        if (StartsWith(head, 0x1F, 0x8B))
        {
            return Gzip;
        }

        if (StartsWith(head, (byte)'P', (byte)'K', 3, 4) || StartsWith(head, (byte)'P', (byte)'K', 5, 6))
        {
            return Zip;
        }

        // UTF-32 before UTF-16: its mark starts with the one of UTF-16.
        if (
            StartsWith(head, 0xFF, 0xFE, 0, 0)
            || StartsWith(head, 0, 0, 0xFE, 0xFF)
            || HasPattern(head, "x000")
            || HasPattern(head, "000x")
        )
        {
            return Utf32;
        }

        if (
            StartsWith(head, 0xFF, 0xFE)
            || StartsWith(head, 0xFE, 0xFF)
            || HasPattern(head, "x0x0")
            || HasPattern(head, "0x0x")
        )
        {
            return Utf16;
        }

        return null;
    }

    private static bool StartsWith(ReadOnlySpan<byte> head, params byte[] bytes) => head.StartsWith(bytes);

    // Without a mark the zero bytes give it away: an example starts with ASCII, a brace and a quote.
    private static bool HasPattern(ReadOnlySpan<byte> head, string pattern)
    {
        if (head.Length < pattern.Length)
        {
            return false;
        }

        for (int i = 0; i < pattern.Length; i++)
        {
            if ((head[i] == 0) != (pattern[i] == '0'))
            {
                return false;
            }
        }

        return true;
    }
}
