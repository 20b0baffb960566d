using System.Management.Automation;
using FineTuning.Core.Datasets;
using FineTuning.Errors;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>Checks local files before they are uploaded, so that a bad line costs no upload and no wait.</summary>
internal static class DatasetUpload
{
    private const int ShownProblems = 5;

    /// <summary>
    /// Checks one dataset, or a training file with its validation file and what they have in common. Warnings are
    /// written; errors become one record.
    /// </summary>
    /// <returns>The error record, or null if the service can take the files.</returns>
    public static async Task<ErrorRecord?> CheckAsync(
        AsyncCmdlet cmdlet,
        string path,
        string? validationPath,
        DatasetCheckOptions options,
        CancellationToken cancellationToken
    )
    {
        DatasetReport report = await DatasetCheckRun.CheckAsync(
            cmdlet,
            path,
            validationPath,
            options,
            cancellationToken
        );
        return Judge(cmdlet, path, report)
            ?? (report.Validation is null ? null : Judge(cmdlet, validationPath!, report.Validation));
    }

    private static ErrorRecord? Judge(AsyncCmdlet cmdlet, string path, DatasetReport report)
    {
        string name = Path.GetFileName(path);
        foreach (
            DatasetProblem warning in report
                .Problems.Where(p => p.Severity == ProblemSeverity.Warning)
                .Take(ShownProblems)
        )
        {
            cmdlet.WriteWarning($"{name}, {warning}");
        }

        if (report.WarningCount > ShownProblems)
        {
            cmdlet.WriteWarning(
                FormattableString.Invariant($"{name}: {report.WarningCount - ShownProblems} more warnings.")
            );
        }

        if (report.ErrorCount == 0)
        {
            return null;
        }

        string list = string.Join(
            " ",
            report
                .Problems.Where(p => p.Severity == ProblemSeverity.Error)
                .Take(ShownProblems)
                .Select(p => p.ToSentence())
        );
        string more =
            report.ErrorCount > ShownProblems
                ? FormattableString.Invariant($" And {report.ErrorCount - ShownProblems} more.")
                : string.Empty;
        return DatasetErrors.Invalid(path, report.ErrorCount, list + more);
    }
}
