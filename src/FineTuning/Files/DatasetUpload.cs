using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Common;
using FineTuning.Core.Api;
using FineTuning.Core.Common;
using FineTuning.Core.Datasets;
using FineTuning.Core.Models;

namespace FineTuning.Files;

/// <summary>Takes a local file to the service: first the check, so that a bad line costs no upload and no wait, then the bytes.</summary>
internal static class DatasetUpload
{
    private const int ShownProblems = 5;

    /// <summary>Checks a dataset. Its warnings are written; its errors become one record.</summary>
    /// <returns>The error record, or null if the service can take the file.</returns>
    public static async Task<ErrorRecord?> CheckAsync(
        AsyncCmdlet cmdlet, string path, DatasetCheckOptions options, CancellationToken cancellationToken)
    {
        string name = Path.GetFileName(path);
        DatasetReport report;
        using (var line = new ProgressLine(cmdlet, $"Checking {name}"))
        {
            var progress = new DirectProgress<DatasetProgress>(p => line.Report(
                FormattableString.Invariant($"{p.Examples} examples"),
                p.TotalBytes is > 0 ? (double)p.BytesRead / p.TotalBytes.Value : null));
            report = await DatasetChecker.CheckFileAsync(path, options, progress, cancellationToken);
        }

        DatasetProblem[] warnings = [.. report.Problems.Where(p => p.Severity == ProblemSeverity.Warning)];
        foreach (DatasetProblem warning in warnings.Take(ShownProblems))
        {
            cmdlet.WriteWarning($"{name}, {warning}");
        }

        if (report.WarningCount > ShownProblems)
        {
            cmdlet.WriteWarning(FormattableString.Invariant($"{name}: {report.WarningCount - ShownProblems} more warnings."));
        }

        if (report.IsValid)
        {
            return null;
        }

        DatasetProblem[] errors = [.. report.Problems.Where(p => p.Severity == ProblemSeverity.Error)];
        string list = string.Join(" ", errors.Take(ShownProblems).Select(p => $"{Capitalised(p.ToString())} {p.Fix}"));
        string more = report.ErrorCount > ShownProblems ? FormattableString.Invariant($" And {report.ErrorCount - ShownProblems} more.") : string.Empty;
        string message = FormattableString.Invariant(
            $"{name} has {report.ErrorCount} error{(report.ErrorCount == 1 ? string.Empty : "s")} that the service would refuse, so nothing was sent. {list}{more}");
        return ErrorRecords.Make(
            new InvalidDataException(message), "InvalidDataset", ErrorCategory.InvalidData, path, message, "Mend the file and repeat the command.");
    }

    /// <summary>Uploads a file with progress.</summary>
    /// <exception cref="FineTuningApiException">The upload failed.</exception>
    public static async Task<FileResource> SendAsync(
        PSCmdlet cmdlet, FineTuningClient client, string path, string purpose, CancellationToken cancellationToken)
    {
        string name = Path.GetFileName(path);
        long size = new FileInfo(path).Length;
        using var line = new ProgressLine(cmdlet, $"Uploading {name}");
        var progress = new DirectProgress<long>(sent => line.Report($"{ByteSize.Text(sent)} of {ByteSize.Text(size)}", size == 0 ? 1 : (double)sent / size));
        return await client.CreateFileAsync(() => Open(path), name, purpose, progress, cancellationToken);
    }

    private static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024, FileOptions.Asynchronous | FileOptions.SequentialScan);

    private static string Capitalised(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text.Substring(1) + ".";
}
