using FineTuning.Core.Datasets.Reading;
using FineTuning.Core.Files;
using FineTuning.Core.Threading;

namespace FineTuning.Core.Datasets.Splitting;

/// <summary>
/// Splits a dataset into a training and a validation file. Which example goes where is decided by a hash of its text
/// and the seed, so exact duplicates are never separated, and neither the order of the lines, nor line ends, nor the
/// machine matter.
/// </summary>
public static class DatasetSplitter
{
    // Keys looked at in one round, of all labels together: some 4 MB.
    private const long KeysPerRound = 64 * 1024;

    /// <summary>
    /// Splits a file, in memory that does not grow with it. Lines keep their order and their bytes; they end in LF, and
    /// blank lines and a byte order mark are left out. Both files appear when they are whole.
    /// </summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="trainingPath">The full path of the new training file.</param>
    /// <param name="validationPath">The full path of the new validation file.</param>
    /// <param name="options">How to split; null for the defaults.</param>
    /// <param name="progress">Told of the bytes of all passes over the file and of the examples of this one; null for
    /// none.</param>
    /// <param name="cancellationToken">Stops the work; nothing is left of it.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="ArgumentException">An option is out of range, or two of the paths are the same.</exception>
    /// <exception cref="DatasetSplitException">The file cannot be split as asked.</exception>
    /// <exception cref="IOException">A file cannot be read or written, exists already, or was changed
    /// meanwhile.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read or written.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static Task<SplitResult> SplitAsync(
        string path,
        string trainingPath,
        string validationPath,
        DatasetSplitOptions? options = null,
        IProgress<DatasetProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        options ??= new DatasetSplitOptions();
        Validate(options, path, trainingPath, validationPath);

        // Opening and reading can take long on a slow disk, and is none of the work of the caller's thread.
        return Task.Run(
            () => RunAsync(path, trainingPath, validationPath, options, progress, cancellationToken),
            cancellationToken
        );
    }

    private static async Task<SplitResult> RunAsync(
        string path,
        string trainingPath,
        string validationPath,
        DatasetSplitOptions options,
        IProgress<DatasetProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        using FileStream source = new(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.Read,
            bufferSize: 1,
            FileOptions.SequentialScan
        );
        var run = new Run(source, options, progress, cancellationToken);
        SplitPlan plan = new(options);
        await run.PassAsync((worker, _) => worker.Lines.ForEach(line => plan.Count(in line, worker.Labels)))
            .ConfigureAwait(false);
        plan.SetTargets();
        await ChooseAsync(run, plan).ConfigureAwait(false);
        if (plan.Labels.Sum(label => label.Taken) == 0)
        {
            throw new DatasetSplitException(
                "DuplicatesTooMany",
                "Every example has so many duplicates that none fits into a validation file of the size asked for.",
                "Remove the duplicates first, or ask for more examples."
            );
        }

        return await WriteAsync(run, plan, source.Name, trainingPath, validationPath).ConfigureAwait(false);
    }

    private static async Task ChooseAsync(Run run, SplitPlan plan)
    {
        // Each round needs one pass over the file, and there is an end to them: each settles a bin. More than one is
        // needed only where a set of duplicates is larger than what is left to take.
        while (plan.Labels.Count(label => label.Advance(KeysPerRound / plan.Labels.Count)) > 0)
        {
            await run.PassAsync((worker, _) => worker.Lines.ForEach(line => plan[line.Label].Collect(line.Key)))
                .ConfigureAwait(false);
            foreach (LabelPlan label in plan.Labels)
            {
                label.Settle();
            }
        }
    }

    private static async Task<SplitResult> WriteAsync(
        Run run,
        SplitPlan plan,
        string path,
        string trainingPath,
        string validationPath
    )
    {
        using AtomicFile training = new(trainingPath, run.Options.Overwrite);
        using AtomicFile validation = new(validationPath, run.Options.Overwrite);
        long count = await run.PassAsync(
                (worker, block) =>
                {
                    foreach (KeyedLine line in worker.Lines)
                    {
                        Stream target = plan[line.Label].IsForValidation(line.Key)
                            ? validation.Stream
                            : training.Stream;
                        target.Write(block.Buffer, line.Start, line.Length);
                        target.WriteByte((byte)'\n');
                    }
                }
            )
            .ConfigureAwait(false);
        if (count != plan.Total)
        {
            throw new IOException($"The file '{path}' was changed while it was split.");
        }

        run.ThrowIfStopped();
        Commit(training, validation);
        long taken = plan.Labels.Sum(label => label.Taken);
        return new SplitResult
        {
            SourcePath = path,
            TrainingPath = trainingPath,
            ValidationPath = validationPath,
            TrainingCount = plan.Total - taken,
            ValidationCount = taken,
            Seed = run.Options.Seed,
            Labels = !run.Options.Stratify
                ? []
                :
                [
                    .. plan
                        .Labels.OrderByDescending(label => label.Total)
                        .ThenBy(label => label.Label, StringComparer.Ordinal)
                        .Select(label => new LabelCount(label.Label, label.Total - label.Taken, label.Taken)),
                ],
        };
    }

    // Both or none: a new validation file beside an old training file would share its examples.
    private static void Commit(AtomicFile training, AtomicFile validation)
    {
        string? kept = File.Exists(validation.Path)
            ? validation.Path + "." + Guid.NewGuid().ToString("N").Substring(0, 8) + ".old"
            : null;
        if (kept is not null)
        {
            File.Copy(validation.Path, kept);
        }

        try
        {
            validation.Commit();
            try
            {
                training.Commit();
            }
            catch
            {
                File.Delete(validation.Path);
                if (kept is not null)
                {
                    File.Move(kept, validation.Path);
                }

                throw;
            }
        }
        finally
        {
            if (kept is not null)
            {
                File.Delete(kept);
            }
        }
    }

    private static void Validate(DatasetSplitOptions options, params string[] paths)
    {
        if (!(options.ValidationFraction > 0 && options.ValidationFraction < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options),
                "The share for validation must be more than 0 and less than 1."
            );
        }

        if (options.ValidationCount < 1 || options.MaxLabels < 1 || options.MaxLineBytes < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(options), "A count must be at least 1.");
        }

        // Case is ignored everywhere: two files whose names differ only in case would be confused.
        if (paths.Select(FilePaths.Resolve).Distinct(StringComparer.OrdinalIgnoreCase).Count() < paths.Length)
        {
            throw new ArgumentException(
                "The file, its training file and its validation file must be three different files.",
                nameof(paths)
            );
        }
    }

    // The passes over one file, and how far they have come.
    private sealed class Run(
        FileStream source,
        DatasetSplitOptions options,
        IProgress<DatasetProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        private readonly long? _size = source.CanSeek ? source.Length : null;
        private int _passes;

        public DatasetSplitOptions Options => options;

        public void ThrowIfStopped() => cancellationToken.ThrowIfCancellationRequested();

        // Hands every block of the file on, and returns how many examples there were.
        public async Task<long> PassAsync(Action<SplitWorker, LineBlock> take)
        {
            source.Position = 0;
            SplitPass pass = new(options, take);
            var pipeline = new BlockPipeline<SplitWorker>(pass)
            {
                MaxLineBytes = options.MaxLineBytes,
                TotalBytes = _size,
                Progress = progress is null ? null : new SynchronousProgress<DatasetProgress>(Tell),
            };
            await pipeline.RunAsync(source, cancellationToken).ConfigureAwait(false);
            _passes++;
            return pass.Examples;
        }

        // As a rule there are three passes: counting, looking at the keys around the limit, writing.
        private void Tell(DatasetProgress pass) =>
            progress!.Report(
                new DatasetProgress(
                    pass.BytesRead + (_passes * (_size ?? 0)),
                    Math.Max(3, _passes + 1) * _size,
                    pass.Examples
                )
            );
    }
}
