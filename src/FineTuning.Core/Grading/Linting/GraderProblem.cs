using System.Globalization;
using FineTuning.Core.Datasets;

namespace FineTuning.Core.Grading.Linting;

/// <summary>One problem of a grader's definition: what it is, where it is and what to do about it.</summary>
public sealed record GraderProblem
{
    /// <summary>The stable code of the problem, such as <c>FT2021</c>; <see cref="GraderProblemCodes"/> names
    /// it.</summary>
    public required string Code { get; init; }

    /// <summary>Whether the grader cannot work, or surely does not do what was meant.</summary>
    public required ProblemSeverity Severity { get; init; }

    /// <summary>Where in the definition: <c>$.graders.a.reference</c>, from the grader's own object.</summary>
    public required string JsonPath { get; init; }

    /// <summary>The line within the text there, from 1; null where the problem has no place in a text.</summary>
    public int? Line { get; init; }

    /// <summary>The character (UTF-16) within the line, from 1; null where there is no <see cref="Line"/>.</summary>
    public int? Column { get; init; }

    /// <summary>What is wrong, one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>What to do about it.</summary>
    public required string Fix { get; init; }

    /// <summary>Returns the problem as one line of text: <c>$.reference: message (FT2021)</c>.</summary>
    public override string ToString() =>
        string.Format(CultureInfo.InvariantCulture, "{0}: {1} ({2})", JsonPath, Message.TrimEnd('.'), Code);
}
