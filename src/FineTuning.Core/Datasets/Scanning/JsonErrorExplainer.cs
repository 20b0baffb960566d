using System.Text.Json;

namespace FineTuning.Core.Datasets.Scanning;

// Says in plain words why a line is not JSON. The reader's own message speaks of tokens and depths.
internal static class JsonErrorExplainer
{
    internal static readonly ProblemCode NotJson = ProblemCode.Error(
        "FT1101",
        "not JSON",
        "The line is not valid JSON.",
        "Correct the JSON at the place that is named.",
        "{'messages': []}"
    );

    internal static readonly ProblemCode Incomplete = ProblemCode.Error(
        "FT1104",
        "the line ends too early",
        "The line ends before its JSON is complete: it was cut, or a line break stands inside a string where \\n "
            + "belongs.",
        "Complete the line, or join it with the next one.",
        """{"prompt":"a","comp"""
    );

    internal static readonly ProblemCode TrailingComma = ProblemCode
        .Error(
            "FT1105",
            "trailing comma",
            "A comma stands before a closing bracket, or after the object, which JSON does not allow.",
            "Remove the comma.",
            """{"prompt":"a","completion":"b",}"""
        )
        .Mended();

    internal static readonly ProblemCode CurlyQuotes = ProblemCode
        .Error(
            "FT1120",
            "curly quotes",
            "The JSON has curly quotes, as word processors write them, where straight ones belong.",
            "Write straight quotes.",
            "{“prompt”:“a”,“completion”:“b”}"
        )
        .Mended();

    internal static readonly ProblemCode TooDeep = ProblemCode.Error(
        "FT1110",
        "nested too deeply",
        "The JSON has more levels of brackets than a reader can be expected to take.",
        "Make the example flatter.",
        "a line with more than 128 opening brackets in a row"
    );

    // Bytes that no JSON value starts with settle the matter without an exception, which costs as much as a hundred
    // good lines.
    public static bool CannotBeJson(ReadOnlySpan<byte> line) => "{[\"-0123456789tfn"u8.IndexOf(line[0]) < 0;

    // Returns the code that was reported.
    public static ProblemCode Report(LineContext context, JsonException? error)
    {
        ReadOnlySpan<byte> line = context.Line;
        int position = (int)Math.Min(Math.Max(error?.BytePositionInLine ?? 0, 0), line.Length);
        ProblemCode code = Classify(line, position);
        if (IsCurly(line.Slice(position)) && !StateAt(line, position).InString)
        {
            code = CurlyQuotes;
            context.ReportLine(code, position, $"A curly quote stands at byte {position + 1} of the line.");
        }
        else if (code == Incomplete)
        {
            context.ReportLine(code, line.Length - 1, $"The line ends before its JSON is complete.");
        }
        else if (code == TrailingComma)
        {
            context.ReportLine(
                code,
                position,
                $"A comma stands before the closing {line.Slice(position, 1)} at byte {position + 1} of the line."
            );
        }
        else if (code == TooDeep)
        {
            context.ReportLine(code, position, $"The JSON is nested more than {JsonScanner.MaxDepth} levels deep.");
        }
        else
        {
            context.ReportLine(
                code,
                position,
                $"The line is not valid JSON: {Reason(line, position)} at byte {position + 1} of the line."
            );
        }

        return code;
    }

    public static bool IsCurly(ReadOnlySpan<byte> text) =>
        text.Length > 2 && text[0] == 0xE2 && text[1] == 0x80 && text[2] is (>= 0x98 and <= 0x9F);

    private static ProblemCode Classify(ReadOnlySpan<byte> line, int position)
    {
        (int depth, bool inString) = StateAt(line, line.Length);
        if (position >= line.Length)
        {
            return Incomplete;
        }

        // The reader tells of a string without an end at the place where the string starts.
        (int depthThere, bool inStringThere) = StateAt(line, position);
        if (
            inString
            && depth > 0
            && (line[position] == (byte)'"' || inStringThere)
            && IsOneString(line, position, inStringThere)
        )
        {
            return Incomplete;
        }

        // At a comma that is the last of the line, the reader blames the comma.
        if (
            line[position] == (byte)','
            && position == line.Length - 1
            && depth > 0
            && !inString
            && IsAfterValue(line, position)
        )
        {
            return Incomplete;
        }

        if (line[position] is (byte)'{' or (byte)'[' && depthThere >= JsonScanner.MaxDepth)
        {
            return TooDeep;
        }

        if (line[position] is (byte)'}' or (byte)']' && !inStringThere)
        {
            ReadOnlySpan<byte> before = JsonText.TrimEnd(line.Slice(0, position));
            if (!before.IsEmpty && before[before.Length - 1] == (byte)',' && IsAfterValue(line, before.Length - 1))
            {
                return TrailingComma;
            }
        }

        return NotJson;
    }

    // Whether a comma may stand there: not after another one, and not where a value is missing.
    private static bool IsAfterValue(ReadOnlySpan<byte> line, int position)
    {
        ReadOnlySpan<byte> before = JsonText.TrimEnd(line.Slice(0, position));
        return !before.IsEmpty && before[before.Length - 1] is not ((byte)',' or (byte)':' or (byte)'{' or (byte)'[');
    }

    // Whether the string that is open at the end of the line is the one at the position.
    private static bool IsOneString(ReadOnlySpan<byte> line, int position, bool startsInside)
    {
        bool escaped = false;
        for (int i = startsInside ? position : position + 1; i < line.Length; i++)
        {
            if (line[i] < 0x20 || (line[i] == (byte)'"' && !escaped))
            {
                return false;
            }

            escaped = line[i] == (byte)'\\' && !escaped;
        }

        return true;
    }

    private static (int Depth, bool InString) StateAt(ReadOnlySpan<byte> line, int position)
    {
        int depth = 0;
        bool inString = false;
        for (int i = 0; i < position; i++)
        {
            byte value = line[i];
            if (inString)
            {
                if (value == (byte)'\\')
                {
                    i++;
                }
                else if (value == (byte)'"')
                {
                    inString = false;
                }
            }
            else if (value == (byte)'"')
            {
                inString = true;
            }
            else if (value is (byte)'{' or (byte)'[')
            {
                depth++;
            }
            else if (value is (byte)'}' or (byte)']')
            {
                depth--;
            }
        }

        return (depth, inString);
    }

    private static string Reason(ReadOnlySpan<byte> line, int position)
    {
        byte value = line[position];
        ReadOnlySpan<byte> rest = line.Slice(position);
        bool inString = StateAt(line, position).InString;
        if (rest.StartsWith("\uFEFF"u8))
        {
            return "a byte order mark";
        }

        if (inString && value < 0x20)
        {
            return value switch
            {
                (byte)'\t' => "a tab in a string, which is written \\t,",
                (byte)'\r' => "a carriage return in a string, which is written \\r,",
                _ => "a control character in a string",
            };
        }

        if (inString)
        {
            return "a bad escape in a string";
        }

        if (value == (byte)'\'')
        {
            return "a single quote where JSON has double quotes";
        }

        if (value == (byte)'/' || value == (byte)'#')
        {
            return "a comment, which JSON does not have,";
        }

        if (rest.StartsWith("True"u8) || rest.StartsWith("False"u8) || rest.StartsWith("None"u8))
        {
            return "a Python value where JSON has true, false and null";
        }

        if (rest.StartsWith("NaN"u8) || rest.StartsWith("Infinity"u8) || rest.StartsWith("-Infinity"u8))
        {
            return "a number that JSON does not have (NaN or Infinity)";
        }

        return value switch
        {
            < 0x20 or 0x7F => "a control character",
            < 0x80 => "an unexpected " + (char)value,
            _ => "an unexpected character",
        };
    }
}
