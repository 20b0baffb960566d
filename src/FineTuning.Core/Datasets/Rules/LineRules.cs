using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// What a line must be, whatever its example is: one object of the kind that the others are, and nothing beside it.
internal sealed class LineRules(LineContext line)
{
    internal static readonly ProblemCode BlankLine = ProblemCode
        .Warning(
            "FT1008",
            "blank line",
            "A blank line is not an example; some services count it as a broken one.",
            "Remove the line.",
            ""
        )
        .Mended();

    internal static readonly ProblemCode LineTooLong = ProblemCode.Error(
        "FT1011",
        "line too long",
        "The line is longer than the limit (64 MB unless another was asked for), so it was not read.",
        "Shorten the example, or check that lines end in LF.",
        "a line of more than 64 MB"
    );

    internal static readonly ProblemCode ArrayDocument = ProblemCode
        .Error(
            "FT1012",
            "a JSON array, not lines",
            "The file, or a line of it, is a JSON array. A dataset has one JSON object per line, without brackets "
                + "around them and commas between them.",
            "Write each element of the array on a line of its own.",
            "["
        )
        .Mended();

    internal static readonly ProblemCode PrettyPrinted = ProblemCode
        .Error(
            "FT1013",
            "an example over several lines",
            "The first example is spread over several lines. A dataset has one JSON object per line.",
            "Write each example on one line, without indentation.",
            "{"
        )
        .Mended();

    internal static readonly ProblemCode LoneCarriageReturn = ProblemCode
        .Error(
            "FT1014",
            "CR alone as line end",
            "A carriage return without a line feed stands between two examples. It does not end a line, so the two "
                + "are one broken line.",
            "Save the file with LF line ends.",
            "two examples with a CR between them"
        )
        .Mended();

    internal static readonly ProblemCode NotObject = ProblemCode.Error(
        "FT1102",
        "not an object",
        "The line is valid JSON but not an object in braces.",
        "Make the line one JSON object.",
        """["a","b"]"""
    );

    internal static readonly ProblemCode TrailingData = ProblemCode
        .Error(
            "FT1103",
            "more after the object",
            "Something follows the object on the same line. A line holds one example.",
            "Put each example on a line of its own.",
            """{"prompt":"a","completion":"b"} {"prompt":"c","completion":"d"}"""
        )
        .Mended();

    internal static readonly ProblemCode OtherFormat = ProblemCode.Error(
        "FT1107",
        "another kind of example",
        "The line is an example of another kind than the dataset, or than the training method needs.",
        "Keep one kind of example per file, the one the method needs.",
        """{"prompt":"a","completion":"b"} in a file of chat examples"""
    );

    public void ReportTooLong(long bytes, int limit) =>
        line.ReportLine(LineTooLong, -1, $"The line has {bytes} bytes; at most {limit} are read.");

    public void ReportBlank() => line.ReportLine(BlankLine, -1, $"The line is blank.");

    public void ReportOtherFormat(DatasetFormat format, string expectation) =>
        line.ReportLine(OtherFormat, -1, $"The line is {ScanState.Describe(format)}, not {expectation}.");

    public void ReportNotObject(ref JsonScanner json)
    {
        // A whole array on one line, or one among lines.
        ReadOnlySpan<byte> text = line.Line;
        ReadOnlySpan<byte> inside = text[0] == (byte)'[' ? JsonText.TrimStart(text.Slice(1)) : default;
        if (!inside.IsEmpty && inside[0] == (byte)'{')
        {
            line.ReportLine(ArrayDocument, json.Start, $"The line is a list of examples, not one object.");
        }
        else
        {
            line.ReportLine(NotObject, json.Start, $"The line is {json.Kind}, not an object.");
        }
    }

    // Something stands behind the first value of the line, which ends there.
    public void ReportRest(int end, bool isObject)
    {
        if (!isObject)
        {
            line.Discard();
            line.ReportLine(
                JsonErrorExplainer.NotJson,
                end,
                $"The line is not valid JSON: something follows its first value at byte {end + 1} of the line."
            );
        }
        else if (line.Line[end] == (byte)'\r')
        {
            line.ReportLine(
                LoneCarriageReturn,
                end,
                $"A carriage return without a line feed stands between two examples."
            );
        }
        else if (line.Line[end] == (byte)',' && end == line.Line.Length - 1)
        {
            // The lines of a JSON array whose brackets were removed.
            line.ReportLine(JsonErrorExplainer.TrailingComma, end, $"A comma stands after the object.");
        }
        else
        {
            line.ReportLine(TrailingData, end, $"Something follows the object at byte {end + 1} of the line.");
        }
    }

    // The first example goes over several lines: then so do all, and each line would be reported for the same mistake.
    // Returns whether the file is such a document, so that the rest of it need not be read.
    public bool ReportDocument()
    {
        ReadOnlySpan<byte> text = line.Line;
        bool isArray = text[0] == (byte)'[';
        if (!isArray && text[text.Length - 1] is not ((byte)'{' or (byte)'['))
        {
            return false;
        }

        line.Discard();
        if (isArray)
        {
            line.ReportLine(
                ArrayDocument,
                -1,
                $"The file is one JSON array over several lines, not one object per line."
            );
        }
        else
        {
            line.ReportLine(PrettyPrinted, -1, $"The first example is spread over several lines.");
        }

        return true;
    }
}
