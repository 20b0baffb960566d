using System.Globalization;
using FineTuning.Core.Datasets;

namespace FineTuning.Output;

/// <summary>A report as people read it: each kind of problem once, with where it is and what to do, the worst
/// first.</summary>
public static class DatasetReportView
{
    // "warning  FT1602  " stands before the text.
    private const int Indent = 17;
    private const int SeverityWidth = 9;
    private const int ShownLines = 6;

    /// <summary>Returns the lines of a report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="width">The columns of the window; 0 where that is not known.</param>
    public static string[] Lines(DatasetReport report, int width)
    {
        _ = report ?? throw new ArgumentNullException(nameof(report));
        List<string> lines = [.. One(report, width)];
        if (report.Validation is { } validation)
        {
            lines.Add(string.Empty);
            lines.AddRange(One(validation, width));
        }

        DatasetReport[] reports = report.Validation is null ? [report] : [report, report.Validation];
        long mended = reports.Sum(Mended);
        if (mended > 0)
        {
            lines.Add(string.Empty);
            lines.Add(
                Style.Faint(
                    Text($"Repair-FineTuningDataset mends {mended:N0} of ")
                        + Text($"{Count(reports.Sum(one => one.ErrorCount + one.WarningCount), "problem")}.")
                )
            );
        }

        string[] advice = [.. reports.SelectMany(DatasetAdvice.Of).Distinct()];
        if (advice.Length > 0)
        {
            lines.AddRange(mended > 0 ? [] : [string.Empty]);
            lines.AddRange(advice.Select(Style.Faint));
        }

        if (reports.Any(one => one.Problems.Count > one.CountsByCode.Count))
        {
            lines.AddRange(mended > 0 || advice.Length > 0 ? [] : [string.Empty]);
            lines.Add(Style.Faint("The report's .Problems lists each one with its place."));
        }

        return [.. lines];
    }

    private static IEnumerable<string> One(DatasetReport report, int width)
    {
        yield return Style.Bold(report.Name) + "  " + Summary(report);
        yield return Verdict(report);
        IEnumerable<IGrouping<string, DatasetProblem>> kinds = report
            .Problems.GroupBy(problem => problem.Code)
            .OrderByDescending(kind => kind.First().Severity)
            .ThenBy(kind => kind.Key, StringComparer.Ordinal);
        foreach (IGrouping<string, DatasetProblem> kind in kinds)
        {
            yield return string.Empty;
            DatasetProblem first = kind.First();
            yield return Heading(first)
                + (first.Line > 0 ? Places([.. kind], report.CountsByCode[kind.Key]) : string.Empty);
            // Of several problems of a code, the first one's text is shown.
            string line =
                first.Line > 0 && report.CountsByCode[kind.Key] > 1 ? Text($"Line {first.Line}, ") : string.Empty;
            string where = first.JsonPath is null
                ? (line.Length > 0 ? line.Replace(", ", ": ") : string.Empty)
                : line + first.JsonPath + ": ";
            foreach (
                string row in TextBlock
                    .Wrap(where + first.Message, Indent, width)
                    .Concat(TextBlock.Wrap(first.Fix, Indent, width))
            )
            {
                yield return row;
            }
        }
    }

    private static string Heading(DatasetProblem problem)
    {
        bool isError = problem.Severity == ProblemSeverity.Error;
        string severity = (isError ? "error" : "warning").PadRight(SeverityWidth);
        string title = ProblemCodes.Find(problem.Code)?.Title ?? problem.Code;
        return (isError ? Style.Red(severity) : Style.Yellow(severity)) + problem.Code + "  " + Style.Bold(title);
    }

    private static string Summary(DatasetReport report) =>
        string.Format(
            CultureInfo.InvariantCulture,
            "{0}{1:N0} example{2}, {3}, checked in {4:0.0#} s",
            report.Format == DatasetFormat.Unknown ? string.Empty : report.Format.ToString().ToLowerInvariant() + ", ",
            report.ExampleCount,
            report.ExampleCount == 1 ? string.Empty : "s",
            ByteSize.Text(report.Bytes),
            report.Duration.TotalSeconds
        );

    private static string Verdict(DatasetReport report)
    {
        string warnings = report.WarningCount == 0 ? string.Empty : Count(report.WarningCount, "warning");
        if (report.ErrorCount > 0)
        {
            return Style.Red("Not valid: ")
                + Count(report.ErrorCount, "error")
                + (warnings.Length > 0 ? ", " : string.Empty)
                + warnings;
        }

        return Style.Green("Valid") + (warnings.Length > 0 ? ", with " : string.Empty) + warnings;
    }

    // ": line 12", or ", 1,204 times: lines 3, 7, 12, ...".
    private static string Places(IReadOnlyList<DatasetProblem> problems, long count)
    {
        long[] lines = [.. problems.Select(problem => problem.Line).Distinct().Take(ShownLines + 1)];
        string list = string.Join(
            ", ",
            lines.Take(ShownLines).Select(line => line.ToString(CultureInfo.InvariantCulture))
        );
        bool more = lines.Length > ShownLines || count > problems.Count;
        string times = count == 1 ? string.Empty : string.Format(CultureInfo.InvariantCulture, ", {0:N0} times", count);
        string end = lines.Length == 1 && !more ? string.Empty : "s";
        return $"{times}: line{end} {list}{(more ? ", ..." : string.Empty)}";
    }

    private static long Mended(DatasetReport report) =>
        report
            .CountsByCode.Where(count => ProblemCodes.Find(count.Key) is { IsRepairable: true })
            .Sum(count => count.Value);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Count(long count, string what) =>
        string.Format(CultureInfo.InvariantCulture, "{0:N0} {1}{2}", count, what, count == 1 ? string.Empty : "s");
}
