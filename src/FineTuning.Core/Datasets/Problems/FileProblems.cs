namespace FineTuning.Core.Datasets.Problems;

// FT10xx: the file, its encoding and its lines.
internal static class FileProblems
{
    private static readonly ProblemGroup s_group = new();

    public static IReadOnlyList<ProblemCode> All => s_group.All;

    public static readonly ProblemCode Empty = s_group.Error(
        "FT1001",
        "no examples",
        "The file has no line with anything in it, so there is nothing to learn from.",
        "Write one example per line and check again.",
        "an empty file, or a file of blank lines"
    );

    public static readonly ProblemCode Utf16 = s_group
        .Error(
            "FT1002",
            "UTF-16",
            "The file is UTF-16, as some editors and Windows PowerShell's `>` write it. The service reads UTF-8 only.",
            "Save the file as UTF-8 without a byte order mark.",
            "a file that starts with the bytes FF FE or FE FF"
        )
        .Mended();

    public static readonly ProblemCode Utf32 = s_group
        .Error(
            "FT1003",
            "UTF-32",
            "The file is UTF-32. The service reads UTF-8 only.",
            "Save the file as UTF-8 without a byte order mark.",
            "a file that starts with the bytes FF FE 00 00 or 00 00 FE FF"
        )
        .Mended();

    public static readonly ProblemCode Gzip = s_group.Error(
        "FT1004",
        "gzip",
        "The file is compressed. The service does not unpack files.",
        "Unpack the file and use what is inside.",
        "a file that starts with the bytes 1F 8B"
    );

    public static readonly ProblemCode Zip = s_group.Error(
        "FT1005",
        "zip archive",
        "The file is a zip archive; Excel and Word files are archives too. The service reads plain text only.",
        "Unpack the archive, or export the table to JSONL.",
        "a file that starts with the bytes 50 4B 03 04"
    );

    public static readonly ProblemCode ByteOrderMark = s_group
        .Warning(
            "FT1006",
            "byte order mark",
            "The file starts with the UTF-8 byte order mark, which JSON does not allow and some readers refuse.",
            "Save the file as UTF-8 without a byte order mark.",
            "a file that starts with the bytes EF BB BF"
        )
        .Mended();

    public static readonly ProblemCode CarriageReturns = s_group
        .Warning(
            "FT1007",
            "CRLF line ends",
            "The lines end in CR LF, as Windows programs write them. The service takes them, other tools may not.",
            "Save the file with LF line ends.",
            "a file with CR LF at the end of its lines"
        )
        .Mended();

    public static readonly ProblemCode BlankLine = s_group
        .Warning(
            "FT1008",
            "blank line",
            "A blank line is not an example; some services count it as a broken one.",
            "Remove the line.",
            ""
        )
        .Mended();

    public static readonly ProblemCode InvalidUtf8 = s_group.Error(
        "FT1009",
        "not UTF-8",
        "The line has bytes that are not UTF-8, usually because the file was written in a legacy code page or was "
            + "cut in the middle of a character.",
        "Save the file as UTF-8.",
        "a line with the byte E9 for é"
    );

    public static readonly ProblemCode LineSeparator = s_group
        .Warning(
            "FT1010",
            "U+2028 or U+2029",
            "The line has a Unicode line or paragraph separator. JSON allows it in a string, but some readers take "
                + "it for the end of the line.",
            "Write the character as \\u2028 or \\u2029, or replace it with \\n.",
            "a line with the bytes E2 80 A8"
        )
        .Mended();

    public static readonly ProblemCode LineTooLong = s_group.Error(
        "FT1011",
        "line too long",
        "The line is longer than the limit (64 MB unless another was asked for), so it was not read.",
        "Shorten the example, or check that lines end in LF.",
        "a line of more than 64 MB"
    );

    public static readonly ProblemCode ArrayDocument = s_group
        .Error(
            "FT1012",
            "a JSON array, not lines",
            "The file is one JSON array over several lines. A dataset has one JSON object per line, without brackets "
                + "around them and commas between them.",
            "Write each element of the array on a line of its own.",
            "["
        )
        .Mended();

    public static readonly ProblemCode PrettyPrinted = s_group
        .Error(
            "FT1013",
            "an example over several lines",
            "The first example is spread over several lines. A dataset has one JSON object per line.",
            "Write each example on one line, without indentation.",
            "{"
        )
        .Mended();

    public static readonly ProblemCode LoneCarriageReturn = s_group
        .Error(
            "FT1014",
            "CR alone as line end",
            "A carriage return without a line feed stands between two examples. It does not end a line, so the two "
                + "are one broken line.",
            "Save the file with LF line ends.",
            "two examples with a CR between them"
        )
        .Mended();
}
