using FineTuning.Core.Datasets.Duplicates;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets;

/// <summary>
/// Finds every problem of a dataset in one pass, in memory that does not depend on the size of the file. No content
/// makes it throw: what is wrong with the data is in the report. The search for duplicates writes 24 bytes per example
/// to a temporary file when there are more than about a million.
/// </summary>
public static class DatasetChecker
{
    /// <summary>Checks a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What to check; null for the defaults, which fit a training file.</param>
    /// <param name="progress">Told of the bytes and examples done; null for none.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read, or the temporary file cannot be
    /// written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="OperationCanceledException">The check was stopped.</exception>
    public static async Task<DatasetReport> CheckFileAsync(
        string path,
        DatasetCheckOptions? options = null,
        IProgress<DatasetProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        options = Validated(options);
        using FileStream stream = DatasetFile.Open(path);
        using DuplicateFinder? duplicates = Finder(options);
        return await Scan(stream, options, progress, duplicates)
            .RunAsync(stream, stream.Name, null, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Checks what is left of a stream.</summary>
    /// <param name="stream">The stream; it is not disposed of.</param>
    /// <param name="name">The name for the report.</param>
    /// <param name="options">What to check; null for the defaults, which fit a training file.</param>
    /// <param name="progress">Told of the bytes and examples done; null for none.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="IOException">The stream cannot be read, or the temporary file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The check was stopped.</exception>
    public static async Task<DatasetReport> CheckAsync(
        Stream stream,
        string name,
        DatasetCheckOptions? options = null,
        IProgress<DatasetProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        if (stream is null)
        {
            throw new ArgumentNullException(nameof(stream));
        }

        if (name is null)
        {
            throw new ArgumentNullException(nameof(name));
        }

        options = Validated(options);
        long? total = stream.CanSeek ? stream.Length - stream.Position : null;
        using DuplicateFinder? duplicates = Finder(options);
        DatasetScan scan = new(name, options, total, progress) { Duplicates = duplicates };
        return await scan.RunAsync(stream, null, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks a training and a validation file, and whether they share examples.</summary>
    /// <param name="trainingPath">The training file.</param>
    /// <param name="validationPath">The validation file; one example is enough there.</param>
    /// <param name="options">What to check; null for the defaults.</param>
    /// <param name="progress">Told of the bytes and examples done, of one file after the other; null for none.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <returns>The report of the training file, with that of the validation file in <see
    /// cref="DatasetReport.Validation"/>.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="IOException">A file is not there or cannot be read, or the temporary file cannot be
    /// written.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="OperationCanceledException">The check was stopped.</exception>
    public static async Task<DatasetReport> CheckPairAsync(
        string trainingPath,
        string validationPath,
        DatasetCheckOptions? options = null,
        IProgress<DatasetProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        options = Validated(options);
        using FileStream training = DatasetFile.Open(trainingPath);

        // Opened before anything is checked: a wrong path should not be told of after an hour.
        using FileStream validation = DatasetFile.Open(validationPath);
        using DuplicateFinder? duplicates = Finder(options);
        DatasetScan trainingScan = Scan(training, options, progress, duplicates);
        DatasetReport trainingReport = await trainingScan
            .RunAsync(training, training.Name, null, cancellationToken)
            .ConfigureAwait(false);

        DatasetCheckOptions validationOptions = options with { MinimumExamples = Math.Min(options.MinimumExamples, 1) };
        DatasetScan validationScan = Scan(validation, validationOptions, progress, duplicates, isValidation: true);
        DatasetReport validationReport = await validationScan
            .RunAsync(validation, validation.Name, trainingScan.Format, cancellationToken)
            .ConfigureAwait(false);
        return trainingReport with { Validation = validationReport };
    }

    private static DatasetCheckOptions Validated(DatasetCheckOptions? options)
    {
        options ??= new DatasetCheckOptions();
        ScanState.Validate(options);
        return options;
    }

    private static DuplicateFinder? Finder(DatasetCheckOptions options) =>
        options.CheckDuplicates ? new DuplicateFinder() : null;

    private static DatasetScan Scan(
        FileStream stream,
        DatasetCheckOptions options,
        IProgress<DatasetProgress>? progress,
        DuplicateFinder? duplicates,
        bool isValidation = false
    ) =>
        new(Path.GetFileName(stream.Name), options, stream.CanSeek ? stream.Length : null, progress)
        {
            Duplicates = duplicates,
            IsValidation = isValidation,
        };
}
