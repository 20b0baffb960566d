using FineTuning.Core.Datasets;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>Core's check with a line of progress: what Test-, Send- and New- all do.</summary>
internal static class DatasetCheckRun
{
    /// <summary>Checks one dataset, or a training file with its validation file and what they have in common.</summary>
    /// <exception cref="IOException">A file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static async Task<DatasetReport> CheckAsync(
        AsyncCmdlet cmdlet,
        string path,
        string? validationPath,
        DatasetCheckOptions options,
        CancellationToken cancellationToken
    )
    {
        using var line = new ProgressLine(cmdlet, $"Checking {Path.GetFileName(path)}");
        IProgress<DatasetProgress> progress = DatasetProgressLine.For(line, isOnePass: true);
        return validationPath is null
            ? await DatasetChecker.CheckFileAsync(path, options, progress, cancellationToken)
            : await DatasetChecker.CheckPairAsync(path, validationPath, options, progress, cancellationToken);
    }
}
