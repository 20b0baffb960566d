namespace FineTuning.Core.Datasets.Reading;

/// <summary>
/// What a <see cref="BlockPipeline{TWorker}"/> does with the blocks of a stream. Its members are called by one thread
/// at a time, in the order of the blocks; only <see cref="IBlockWorker.Work"/> runs at the same time on several
/// threads.
/// </summary>
/// <typeparam name="TWorker">What works on one block and keeps what came of it.</typeparam>
internal interface IBlockPass<TWorker>
    where TWorker : IBlockWorker
{
    /// <summary>
    /// Whether the next block has to wait until this one is merged, because what is in it decides how the next one is
    /// read. Asked once a block is handed out.
    /// </summary>
    bool IsInOrder { get; }

    /// <summary>The examples merged so far, for the progress.</summary>
    long Examples { get; }

    /// <summary>Makes one more worker. There are only a few, each is used again and again.</summary>
    TWorker CreateWorker();

    /// <summary>Told once, before any block is worked on: also of an empty stream.</summary>
    /// <param name="start">What the first bytes show.</param>
    /// <returns>False to read no further: nothing is worked on or merged then.</returns>
    bool Begin(StreamStart start);

    /// <summary>Takes over what a worker made of its block. Both are used again for another block afterwards.</summary>
    /// <param name="worker">The worker, with what came of the block.</param>
    /// <param name="block">The block, with its lines: nobody else touches it now.</param>
    /// <returns>False to read no further: no block is merged after this one.</returns>
    bool Merge(TWorker worker, LineBlock block);
}

/// <summary>Works on one block at a time.</summary>
internal interface IBlockWorker
{
    /// <summary>
    /// Works on a block, on any thread of the pool, and keeps what came of it until the merge. Which line of the file
    /// is the block's first is not known yet: lines are counted from the start of the block, and put in their place by
    /// the merge.
    /// </summary>
    /// <param name="block">The block; its buffer may be changed.</param>
    /// <param name="cancellationToken">To be looked at every few lines.</param>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    void Work(LineBlock block, CancellationToken cancellationToken);
}

/// <summary>What the first bytes of a stream show.</summary>
/// <param name="Signature">What the stream is when it is no UTF-8 text, such as gzip or UTF-16; null otherwise.</param>
/// <param name="HasByteOrderMark">Whether it starts with the UTF-8 byte order mark, which is in no block.</param>
/// <param name="Head">The first bytes.</param>
internal readonly record struct StreamStart(ProblemCode? Signature, bool HasByteOrderMark, byte[] Head);
