using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// What does not depend on whether the line is JSON.
internal sealed class TextRules(LineContext line)
{
    internal static readonly ProblemCode InvalidUtf8 = ProblemCode.Error(
        "FT1009",
        "not UTF-8",
        "The line has bytes that are not UTF-8, usually because the file was written in a legacy code page or was "
            + "cut in the middle of a character.",
        "Save the file as UTF-8.",
        "a line with the byte E9 for é"
    );

    internal static readonly ProblemCode LineSeparator = ProblemCode
        .Warning(
            "FT1010",
            "U+2028, U+2029 or U+0085",
            "The line has a Unicode line or paragraph separator, or a next-line character. JSON allows it in a string, "
                + "but some readers take it for the end of the line.",
            "Write the character as an escape such as \\u2028, or replace it with \\n.",
            "a line with the bytes E2 80 A8"
        )
        .Mended();

    internal static readonly ProblemCode MarkWithin = ProblemCode
        .Error(
            "FT1015",
            "byte order mark within the file",
            "A line starts with a byte order mark, as where files were joined. JSON does not allow it, so the line "
                + "cannot be read.",
            "Remove the mark.",
            "a second line that starts with the bytes EF BB BF"
        )
        .Mended();

    private bool _isSearched;
    private bool _mayBeInvalid;
    private bool _mayHaveSeparators;

    public void BeginBlock() => _isSearched = false;

    // Once for the block, at the speed of memory: most blocks have none of these, so no line needs to be searched for
    // them.
    public void Search(ReadOnlySpan<byte> block)
    {
        if (_isSearched)
        {
            return;
        }

        _isSearched = true;
        _mayBeInvalid = !Utf8Check.IsValid(block);
        _mayHaveSeparators = LineSeparators.Contains(block);
        line.MayHaveSurrogates = block.IndexOf("\\ud"u8) >= 0 || block.IndexOf("\\uD"u8) >= 0;
    }

    public void ReportMark() => line.ReportLine(MarkWithin, 0, $"The line starts with a byte order mark.");

    public void Check()
    {
        ReadOnlySpan<byte> text = line.Line;
        if (_mayBeInvalid)
        {
            int invalid = Utf8Check.IndexOfInvalid(text);
            if (invalid >= 0)
            {
                line.Sample(invalid);
                line.ReportLine(InvalidUtf8, invalid, $"Byte {invalid + 1} of the line is not UTF-8.");
            }
        }

        if (_mayHaveSeparators)
        {
            int separator = text.IndexOf("\u2028"u8);
            int paragraph = text.IndexOf("\u2029"u8);
            if (separator >= 0)
            {
                line.ReportLine(LineSeparator, separator, $"The line has a line separator (U+2028).");
            }

            int nextLine = text.IndexOf("\u0085"u8);
            if (nextLine >= 0)
            {
                line.ReportLine(LineSeparator, nextLine, $"The line has a next-line character (U+0085).");
            }

            if (paragraph >= 0)
            {
                line.ReportLine(LineSeparator, paragraph, $"The line has a paragraph separator (U+2029).");
            }
        }

        line.Commit();
    }
}
