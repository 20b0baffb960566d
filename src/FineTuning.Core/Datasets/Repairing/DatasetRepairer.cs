namespace FineTuning.Core.Datasets.Repairing;

/// <summary>
/// Mends what can be mended in a dataset without knowing what was meant: encoding, byte order marks, line ends, blank
/// lines, trailing commas, several examples on a line, documents instead of lines, separators that are no line ends,
/// and exact duplicates. What is right stays as it is, byte for byte, and so does what is wrong in another way.
/// </summary>
public static class DatasetRepairer
{
    /// <summary>Repairs a file into a new one, or in place, in memory that does not grow with it.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="destination">The full path of the new file; the same as the file's to repair it in place.</param>
    /// <param name="options">How to repair; null for the defaults.</param>
    /// <param name="progress">Told of the bytes of all passes and of the examples of this one; null for none.</param>
    /// <param name="cancellationToken">Stops the work; nothing is left of it.</param>
    /// <returns>What was changed, and what is left to mend by hand.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="DatasetRepairException">The file cannot be repaired at all.</exception>
    /// <exception cref="IOException">A file cannot be read or written, exists already, or was changed
    /// meanwhile.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read or written.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static Task<RepairResult> RepairAsync(
        string path,
        string destination,
        DatasetRepairOptions? options = null,
        IProgress<DatasetProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        _ = path ?? throw new ArgumentNullException(nameof(path));
        _ = destination ?? throw new ArgumentNullException(nameof(destination));
        options ??= new DatasetRepairOptions();
        if (options.MaxChangesPerCode < 0 || options.MaxLineBytes < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options),
                "MaxChangesPerCode must not be negative, and MaxLineBytes at least 1."
            );
        }

        // The reading itself changes what is read, so it is work as well and none for the caller's thread.
        return Task.Run(
            () => new RepairRun(path, destination, options, progress, cancellationToken).RepairAsync(),
            cancellationToken
        );
    }
}
