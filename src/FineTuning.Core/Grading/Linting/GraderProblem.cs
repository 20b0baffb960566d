using System.Globalization;
using FineTuning.Core.Datasets;

namespace FineTuning.Core.Grading.Linting;

/// <summary>One problem of a grader's definition; <see cref="GraderProblemCodes"/> names its code.</summary>
public sealed record GraderProblem : Problem
{
    /// <summary>Where in the definition: <c>$.graders.a.reference</c>, from the grader's own object.</summary>
    public required string JsonPath { get; init; }

    /// <summary>The line within the text there, from 1; null where the problem has no place in a text.</summary>
    public int? Line { get; init; }

    /// <summary>The character (UTF-16) within the line, from 1; null where there is no <see cref="Line"/>.</summary>
    public int? Column { get; init; }

    /// <summary>Returns the problem as one line of text: <c>$.reference: message (FT2021)</c>.</summary>
    public override string ToString() =>
        string.Format(CultureInfo.InvariantCulture, "{0}: {1}", JsonPath, base.ToString());
}
