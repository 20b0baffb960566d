using System.Runtime.CompilerServices;
using FineTuning.Core.Datasets.Reading;
using FineTuning.Core.Threading;

namespace FineTuning.Core.Datasets.Converting.Sources;

/// <summary>A file of rows in another trainer's format, as JSON lines or as one JSON array, that become
/// examples.</summary>
public static class SourceFile
{
    /// <summary>Tells by the first rows of a file in which format they are.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <returns>The format and why none is known; one of the two is null.</returns>
    /// <exception cref="InvalidDataException">The file is no text; the message says what it is.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static (SourceFormat? Format, string? Reason) Recognise(string path)
    {
        using FileStream file = DatasetFile.Open(path);
        return ReadHead(file).Recognise();
    }

    /// <summary>The kind of example that the rows of a file become.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="options">The format of its rows.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static DatasetFormat TargetOf(string path, SourceOptions options)
    {
        _ = options ?? throw new ArgumentNullException(nameof(options));
        options.Validate();
        using FileStream file = DatasetFile.Open(path);
        return options.Target ?? SourceHead.Read(file).TextFormat();
    }

    /// <summary>Converts a file, in memory that does not grow with it, on as many cores as there are.</summary>
    /// <param name="path">The full path of the file. Images that its rows name are looked for in its folder.</param>
    /// <param name="options">The format of its rows.</param>
    /// <param name="progress">Told of the bytes read and the examples made; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What came of the rows, in their order. No example has an error in a check.</returns>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    /// <exception cref="InvalidDataException">The file is no text, or no whole JSON array; the message says
    /// which.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static async IAsyncEnumerable<SourceBatch> ConvertAsync(
        string path,
        SourceOptions options,
        IProgress<DatasetProgress>? progress = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        DatasetFormat target = TargetOf(path, options);
        using FileStream file = DatasetFile.Open(path);
        SourceHead head = ReadHead(file);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var batches = new BoundedQueue<SourceBatch>();
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? string.Empty;
        SourcePass pass = new(options, target, folder, batches, stop.Token);
        long size = file.CanSeek ? file.Length : 0;
        var pipeline = new BlockPipeline<SourceWorker>(pass)
        {
            MaxLineBytes = options.MaxLineBytes,
            Progress = progress is null
                ? null
                : new SynchronousProgress<DatasetProgress>(p =>
                    progress.Report(new DatasetProgress(Math.Min(p.BytesRead, size), size, p.Examples))
                ),
        };
        Stream lines = head.IsArray ? new ArrayLineStream(file) : file;
        var run = Task.Run(
            async () =>
            {
                try
                {
                    await pipeline.RunAsync(lines, stop.Token).ConfigureAwait(false);
                }
                finally
                {
                    batches.End();
                }
            },
            CancellationToken.None
        );
        try
        {
            while (await batches.TakeAsync(cancellationToken).ConfigureAwait(false) is SourceBatch batch)
            {
                yield return batch;
                batches.GiveBack(batch);
            }

            await run.ConfigureAwait(false);
        }
        finally
        {
            // On the way out by an exception, or when no more is wanted, rows are still at work.
            stop.Cancel();
            await run.ContinueWith(
                    static task => _ = task.Exception,
                    CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default
                )
                .ConfigureAwait(false);
        }
    }

    private static SourceHead ReadHead(FileStream file)
    {
        var head = SourceHead.Read(file);
        return head.Fault is string fault ? throw new InvalidDataException(fault) : head;
    }
}
