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

    internal static readonly ProblemCode Pdf = ProblemCode.Error(
        "FT1016",
        "PDF",
        "The file is a PDF document. The service reads JSON lines only.",
        "Take the texts out of the document and write them as examples, one JSON object a line.",
        "a file that starts with %PDF"
    );

    internal static readonly ProblemCode Columns = ProblemCode.Error(
        "FT1017",
        "Parquet, Arrow or Avro",
        "The file is a table in a binary format, as data are published in. The service reads JSON lines only.",
        "Export the table as JSON lines with the program that reads it.",
        "a file that starts with PAR1"
    );

    internal static readonly ProblemCode Table = ProblemCode.Error(
        "FT1018",
        "table of text (CSV)",
        "The file is a table with names of columns and separators, such as CSV. The service reads JSON lines only.",
        "Convert the rows of the table to examples.",
        "a file that starts with prompt,completion"
    );

    internal static readonly ProblemCode Markup = ProblemCode.Error(
        "FT1019",
        "HTML or XML",
        "The file is a page or another kind of markup, often the sign-in or error page of a download. The service "
            + "reads JSON lines only.",
        "Download the data themselves, or write them as JSON lines.",
        "a file that starts with <!DOCTYPE html>"
    );

    internal static readonly ProblemCode Binary = ProblemCode.Error(
        "FT1020",
        "not text",
        "The file is an archive, a database, a picture or an old Office file. The service reads JSON lines only.",
        "Unpack or export what is inside as JSON lines.",
        "a file that starts with SQLite format 3"
    );

    private static readonly (byte[] Start, string What)[] s_binary =
    [
        ([0x42, 0x5A, 0x68], "compressed with bzip2"),
        ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd"),
        ([0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z'], "compressed with xz"),
        ([(byte)'7', (byte)'z', 0xBC, 0xAF], "a 7z archive"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel or Word file"),
        ([.. "SQLite format 3"u8], "an SQLite database"),
        ([0x89, (byte)'P', (byte)'N', (byte)'G'], "a PNG picture"),
        ([0xFF, 0xD8, 0xFF], "a JPEG picture"),
        ([0x89, (byte)'H', (byte)'D', (byte)'F'], "an HDF5 file"),
        ([0x93, .. "NUMPY"u8], "a NumPy array"),
    ];

    // "a zip archive", for messages.
    public static string Describe(ProblemCode code, ReadOnlySpan<byte> head)
    {
        if (code == Binary)
        {
            foreach ((byte[] start, string what) in s_binary)
            {
                if (head.StartsWith(start))
                {
                    return what;
                }
            }
        }

        return code == Gzip ? "compressed with gzip"
            : code == Zip ? (IsOffice(head) ? "an Excel or Word file" : "a zip archive")
            : code == Utf16 ? "UTF-16 text"
            : code == Utf32 ? "UTF-32 text"
            : code == Pdf ? "a PDF document"
            : code == Columns ? (head.StartsWith("PAR1"u8) ? "a Parquet file" : "an Arrow or Avro file")
            : code == Table ? "a table of text (CSV)"
            : code == Markup ? "HTML or XML"
            : code.Title;
    }

    private static bool IsOffice(ReadOnlySpan<byte> head) =>
        head.IndexOf("[Content_Types].xml"u8) >= 0 || head.IndexOf("_rels/"u8) >= 0;

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

        if (head.StartsWith("%PDF"u8))
        {
            return Pdf;
        }

        if (head.StartsWith("PAR1"u8) || head.StartsWith("ARROW1"u8) || head.StartsWith("Obj\u0001"u8))
        {
            return Columns;
        }

        foreach ((byte[] start, _) in s_binary)
        {
            if (head.StartsWith(start))
            {
                return Binary;
            }
        }

        return TextKind.IsMarkup(head) ? Markup
            : TextKind.Separator(head) is not null ? Table
            : null;
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
