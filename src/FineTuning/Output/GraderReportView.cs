using System.Globalization;
using FineTuning.Core.Datasets;
using FineTuning.Core.Grading.Linting;

namespace FineTuning.Output;

/// <summary>A grader's report as people read it: each problem with its place and what to do, the errors
/// first.</summary>
public static class GraderReportView
{
    // "warning  FT2051  " stands before the text.
    private const int Indent = 17;
    private const int SeverityWidth = 9;

    /// <summary>Returns the lines of a report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="width">The columns of the window; 0 where that is not known.</param>
    public static string[] Lines(GraderReport report, int width)
    {
        _ = report ?? throw new ArgumentNullException(nameof(report));
        string file = report.Path is null ? string.Empty : "  " + Style.Faint(report.Path);
        List<string> lines =
        [
            $"{Style.Bold(report.Name ?? "(no name)")}  {report.Type ?? "(no type)"}{file}",
            Verdict(report),
        ];
        foreach (GraderProblem problem in report.Problems.OrderByDescending(problem => problem.Severity))
        {
            bool isError = problem.Severity == ProblemSeverity.Error;
            string severity = (isError ? "error" : "warning").PadRight(SeverityWidth);
            string title = GraderProblemCodes.Find(problem.Code)?.Title ?? problem.Code;
            lines.Add(string.Empty);
            lines.Add(
                $"{(isError ? Style.Red(severity) : Style.Yellow(severity))}{problem.Code}  {Style.Bold(title)}: "
                    + $"{problem.JsonPath}"
            );
            lines.AddRange(
                TextBlock.Wrap(problem.Message, Indent, width).Concat(TextBlock.Wrap(problem.Fix, Indent, width))
            );
        }

        return [.. lines];
    }

    private static string Verdict(GraderReport report)
    {
        string warnings = report.WarningCount == 0 ? string.Empty : Count(report.WarningCount, "warning");
        if (!report.IsValid)
        {
            return Style.Red("Not valid: ")
                + Count(report.ErrorCount, "error")
                + (warnings.Length > 0 ? ", " : string.Empty)
                + warnings;
        }

        string asked = report.IsServiceValidated ? ", and the service takes it" : "; the service was not asked";
        return Style.Green("Valid") + (warnings.Length > 0 ? ", with " : string.Empty) + warnings + asked;
    }

    private static string Count(int count, string what) =>
        string.Format(CultureInfo.InvariantCulture, "{0} {1}{2}", count, what, count == 1 ? string.Empty : "s");
}
