using FineTuning.Core.Datasets.Reading;

namespace FineTuning.Core.Datasets.Converting.Sources;

// One pass over the rows; what came of each block is handed on in the order of the file.
internal sealed class SourcePass(
    SourceOptions options,
    DatasetFormat target,
    string folder,
    BoundedQueue<SourceBatch> batches,
    CancellationToken cancellationToken
) : IBlockPass<SourceWorker>
{
    private long _lines;

    public bool IsInOrder => false;

    public long Examples { get; private set; }

    public SourceWorker CreateWorker() => new(options, target, folder);

    public bool Begin(StreamStart start) => true;

    public bool Merge(SourceWorker worker, LineBlock block)
    {
        SourceBatch batch = batches.TakeUsed() ?? new SourceBatch();
        batch.Take(worker.Json, worker.Examples, worker.Rows);
        foreach (RowProblem problem in worker.Problems)
        {
            long line = _lines + problem.Row;
            batch.Problems.Add(
                problem with
                {
                    Row = line,
                    Message = FormattableString.Invariant($"Row {line} {problem.Message}"),
                }
            );
        }

        _lines += worker.Lines;
        Examples += batch.Examples;
        batches.Add(batch, cancellationToken);
        return true;
    }
}
