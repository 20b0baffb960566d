using System.Globalization;

namespace FineTuning.Core.Datasets;

/// <summary>One problem of a dataset; <see cref="ProblemCodes"/> explains its code.</summary>
public sealed record DatasetProblem : Problem
{
    /// <summary>The line, counted from 1; 0 is the file as a whole.</summary>
    public long Line { get; init; }

    /// <summary>Where the problem is in the file, in bytes from its start; where that cannot be told, the start of the
    /// line.</summary>
    public long ByteOffset { get; init; }

    /// <summary>Where the problem is in the line, such as <c>$.messages[1].role</c>, or null.</summary>
    public string? JsonPath { get; init; }

    /// <summary>The name of the dataset, so that the problems of two files can stand in one list.</summary>
    public string? File { get; init; }

    /// <summary>Returns the problem as one line of text: <c>line 12: message (FT1012)</c>.</summary>
    public override string ToString() =>
        Line > 0
            ? string.Format(CultureInfo.InvariantCulture, "line {0}: {1}", Line, base.ToString())
            : base.ToString();

    /// <summary>Returns the problem as sentences for a running text: <c>Line 12: message (FT1012). What to
    /// do.</c></summary>
    /// <param name="withFix">Whether to say what to do.</param>
    public string ToSentence(bool withFix = true)
    {
        string text = ToString();
        text = char.ToUpperInvariant(text[0]) + text.Substring(1) + ".";
        return withFix ? text + " " + Fix : text;
    }
}
