namespace FineTuning.Core.Datasets.Reading;

/// <summary>
/// One pass over a stream of lines: reads blocks of whole lines, has several workers work on them at the same time, and
/// gives the workers back in the order of the blocks. So what comes of it does not depend on how many workers there
/// were. Memory is a few blocks, and one line of the longest length that is allowed.
/// </summary>
/// <typeparam name="TWorker">What works on one block.</typeparam>
/// <remarks>For one stream; not safe for use by several threads.</remarks>
internal sealed class BlockPipeline<TWorker>(IBlockPass<TWorker> pass)
    where TWorker : IBlockWorker
{
    // Progress more often than this would only slow down what shows it.
    private const long ProgressBytes = 4 * 1024 * 1024;

    // More workers than this wait for the reading.
    private const int MaxWorkers = 8;

    private readonly Stack<Slot> _idle = new();
    private readonly Queue<Slot> _busy = new();
    private long _told;
    private bool _stopped;

    /// <summary>The longest line in bytes, without its line end. A longer one comes as a block with <see
    /// cref="LineBlock.IsTooLong"/>.</summary>
    public required int MaxLineBytes { get; init; }

    /// <summary>One worker per core, and at most 8.</summary>
    public static int DefaultParallel { get; } = Math.Min(Environment.ProcessorCount, MaxWorkers);

    /// <summary>How many blocks may be worked on at once; 1 does everything in order. <see cref="DefaultParallel"/> by
    /// default.</summary>
    public int MaxParallel { get; init; } = DefaultParallel;

    /// <summary>The size of the stream for the progress; null where it cannot be known.</summary>
    public long? TotalBytes { get; init; }

    /// <summary>Told of the bytes and examples merged; null for none.</summary>
    public IProgress<DatasetProgress>? Progress { get; init; }

    /// <summary>The bytes of the blocks merged so far. When nothing was merged because of the stream's start: those of
    /// its first block.</summary>
    public long Bytes { get; private set; }

    /// <summary>Reads the stream to its end, or until the pass wants no more. When it returns or throws, no worker is
    /// at work any more.</summary>
    /// <param name="stream">The stream; it is not disposed of.</param>
    /// <param name="cancellationToken">Stops the reading and the workers.</param>
    /// <exception cref="IOException">The stream could not be read.</exception>
    /// <exception cref="OperationCanceledException">The pass was stopped.</exception>
    public async Task RunAsync(Stream stream, CancellationToken cancellationToken)
    {
        // One method and not a handful of small ones: each asynchronous method costs the first call of a process some
        // milliseconds.
        LineBlockReader reader = new(stream, MaxLineBytes);
        try
        {
            for (bool isFirst = true; !_stopped; isFirst = false)
            {
                Slot slot = Take();
                bool any = await reader.ReadAsync(slot.Block, cancellationToken).ConfigureAwait(false);
                if (
                    isFirst
                    && !pass.Begin(
                        new StreamStart(FileSignature.Find(reader.Head), reader.HasByteOrderMark, reader.Head)
                    )
                )
                {
                    Bytes = slot.Block.StreamBytes;
                    break;
                }

                if (any)
                {
                    slot.Task = Task.Run(() => slot.Worker.Work(slot.Block, cancellationToken), cancellationToken);
                    _busy.Enqueue(slot);
                }

                // One slot is left free: it is filled while the others are worked on.
                int atWork = !any || MustWait(slot.Block) ? 0 : MaxParallel;
                while (_busy.Count > atWork)
                {
                    await _busy.Peek().Task.ConfigureAwait(false);
                    Merge(_busy.Dequeue());
                }

                if (!any)
                {
                    break;
                }
            }
        }
        finally
        {
            // On the way out by an exception, workers still have blocks in hand.
            await Task.WhenAll(_busy.Select(Ended)).ConfigureAwait(false);
        }

        Tell(force: true);
    }

    // Its exception was thrown already, or is the cancellation; it is read here so that it does not count as
    // unobserved.
    private static Task Ended(Slot slot) =>
        slot.Task.ContinueWith(
            static task => _ = task.Exception,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );

    // Of a block with a huge line there is one at a time, or memory would be a multiple of the longest line.
    private bool MustWait(LineBlock block) =>
        MaxParallel == 1 || pass.IsInOrder || block.Buffer.Length > LineBlockReader.LargeBlockBytes;

    private Slot Take() => _idle.Count > 0 ? _idle.Pop() : new Slot(pass.CreateWorker());

    private void Merge(Slot slot)
    {
        if (!_stopped)
        {
            _stopped = !pass.Merge(slot.Worker, slot.Block);
            Bytes += slot.Block.StreamBytes;
            Tell(force: false);
        }

        _idle.Push(slot);
    }

    private void Tell(bool force)
    {
        if (Progress is not null && (force || Bytes - _told >= ProgressBytes))
        {
            _told = Bytes;
            Progress.Report(new DatasetProgress(Bytes, TotalBytes, pass.Examples));
        }
    }

    private sealed class Slot(TWorker worker)
    {
        public TWorker Worker { get; } = worker;

        public LineBlock Block { get; } = new();

        public Task Task { get; set; } = Task.CompletedTask;
    }
}
