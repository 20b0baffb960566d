using System.Diagnostics;
using System.Runtime.CompilerServices;
using FineTuning.Core.Datasets.Duplicates;
using FineTuning.Core.Datasets.Reading;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Scanning;

// One pass over a stream that checks its blocks and puts what was found together in their order.
internal sealed class DatasetScan : IBlockPass<BlockChecker>
{
    private readonly DatasetCheckOptions _options;
    private readonly ScanState _state;
    private readonly ReportBuilder _report;
    private readonly IProgress<DatasetProgress>? _progress;
    private readonly long? _totalBytes;

    public DatasetScan(string name, DatasetCheckOptions options, long? totalBytes, IProgress<DatasetProgress>? progress)
    {
        _options = options;
        _state = new ScanState(options);
        _report = new ReportBuilder(name, options);
        _totalBytes = totalBytes;
        _progress = progress;
    }

    // How many blocks may be checked at once; null for as many as the machine is good for.
    public int? MaxParallel { get; init; }

    // For tests: leaves every line to the rules.
    public bool ByRulesOnly { get; init; }

    // Gets every example; null looks for no duplicates. That of the training file makes this scan one of its validation
    // file.
    public DuplicateFinder? Duplicates { get; init; }

    public bool IsValidation { get; init; }

    public DatasetFormat Format => _state.FinalFormat;

    // Until the format is known every line may decide it.
    public bool IsInOrder => !_state.IsSettled;

    public long Examples => _report.Examples;

    private int File => IsValidation ? 1 : 0;

    public async Task<DatasetReport> RunAsync(
        Stream stream,
        string? path,
        DatasetFormat? mustMatch,
        CancellationToken cancellationToken
    )
    {
        var watch = Stopwatch.StartNew();
        BlockPipeline<BlockChecker> pipeline = new(this)
        {
            MaxLineBytes = _options.MaxLineBytes,
            MaxParallel = MaxParallel ?? BlockPipeline<BlockChecker>.DefaultParallel,
            TotalBytes = _totalBytes,
            Progress = _progress,
        };
        await pipeline.RunAsync(stream, cancellationToken).ConfigureAwait(false);

        if (Duplicates is not null)
        {
            _report.AddDuplicates(Duplicates, File, cancellationToken);
        }

        _report.Finish();
        if (
            mustMatch is { } expected
            && expected != DatasetFormat.Unknown
            && Format != DatasetFormat.Unknown
            && Format != expected
        )
        {
            _report.AddDifferentFormat(Format, expected);
        }

        return _report.Build(
            path,
            Format,
            _report.IsStopped ? _totalBytes ?? pipeline.Bytes : pipeline.Bytes,
            watch.Elapsed
        );
    }

    public BlockChecker CreateWorker() => new(_options, _state, _report.IsFull, ByRulesOnly);

    public bool Begin(StreamStart start)
    {
        if (start.Signature is { } signature)
        {
            _report.AddSignature(signature, start.Head);
            return false;
        }

        if (start.HasByteOrderMark)
        {
            _report.AddByteOrderMark();
        }

        return true;
    }

    [MethodImpl(Jit.Optimized)]
    public bool Merge(BlockChecker worker, LineBlock block)
    {
        foreach (SeenExample example in worker.Result.Examples)
        {
            Duplicates?.Add(example.Hash, _report.Lines + example.Line, example.ByteOffset, File);
        }

        _report.Add(worker.Result);
        return !_report.IsStopped;
    }
}
