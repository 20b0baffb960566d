using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Core.Datasets.Reading;

namespace FineTuning.Core.Datasets.Scanning;

// One pass over a stream: blocks are read here, checked by workers, and put together here again in their order.
internal sealed class DatasetScan
{
    // Progress more often than this is only work for the one who shows it.
    private const long ProgressBytes = 4 * 1024 * 1024;

    // More workers than this wait for the reading.
    private const int MaxWorkers = 8;

    private readonly DatasetCheckOptions _options;
    private readonly ScanState _state;
    private readonly ReportBuilder _report;
    private readonly List<Worker> _workers = [];
    private readonly Queue<Worker> _busy = new();
    private readonly IProgress<DatasetProgress>? _progress;
    private readonly long? _totalBytes;
    private long _bytes;
    private long _told;

    public DatasetScan(
        string name, DatasetCheckOptions options, long? totalBytes, IProgress<DatasetProgress>? progress,
        DuplicateIndex? training = null)
    {
        _options = options;
        _state = new ScanState(options);
        Seen = options.CheckDuplicates ? new DuplicateIndex() : null;
        _report = new ReportBuilder(name, options, Seen, training);
        _totalBytes = totalBytes;
        _progress = progress;
    }

    // How many blocks may be checked at once; 1 checks everything in order on one thread.
    public int MaxParallel { get; init; } = Math.Min(Environment.ProcessorCount, MaxWorkers);

    public DuplicateIndex? Seen { get; }

    public DatasetFormat Format => _state.FinalFormat;

    public async Task<DatasetReport> RunAsync(Stream stream, string? path, DatasetFormat? mustMatch, CancellationToken cancellationToken)
    {
        Stopwatch watch = Stopwatch.StartNew();
        try
        {
            await ReadAllAsync(new LineBlockReader(stream, _options.MaxLineBytes), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // On the way out by an exception, workers still have blocks in hand.
            await Task.WhenAll(AbandonedTasks()).ConfigureAwait(false);
        }

        _report.Finish();
        if (mustMatch is { } expected && expected != DatasetFormat.Unknown && Format != DatasetFormat.Unknown && Format != expected)
        {
            _report.AddDifferentFormat(Format, expected);
        }

        Tell(force: true);
        return _report.Build(path, Format, _report.IsStopped ? _totalBytes ?? _bytes : _bytes, watch.Elapsed);
    }

    private async Task ReadAllAsync(LineBlockReader reader, CancellationToken cancellationToken)
    {
        bool isFirst = true;
        while (!_report.IsStopped)
        {
            Worker worker = await TakeWorkerAsync().ConfigureAwait(false);
            bool any = await reader.ReadAsync(worker.Block, cancellationToken).ConfigureAwait(false);
            if (isFirst)
            {
                isFirst = false;
                if (FileSignature.Find(reader.Head) is { } signature)
                {
                    _bytes = worker.Block.StreamBytes;
                    _report.AddSignature(signature);
                    return;
                }

                if (reader.HasByteOrderMark)
                {
                    _report.AddByteOrderMark();
                }
            }

            if (!any)
            {
                break;
            }

            // Until the format is known every line may decide it, so the first ones are checked in order. Of a block with a huge
            // line there is one at a time, or memory would be a multiple of the longest line.
            bool isLarge = worker.Block.Buffer.Length > LineBlockReader.LargeBlockBytes;
            worker.Task = Task.Run(() => worker.Checker.Check(worker.Block, cancellationToken), cancellationToken);
            _busy.Enqueue(worker);
            if (isLarge || MaxParallel == 1 || !_state.IsSettled)
            {
                await DrainAsync().ConfigureAwait(false);
            }
        }

        await DrainAsync().ConfigureAwait(false);
    }

    // A free worker: a new one while there may be more, else the one that started first, when it is done.
    private async Task<Worker> TakeWorkerAsync()
    {
        // One block more than workers: it is filled while the others are checked.
        if (_busy.Count == _workers.Count && _workers.Count <= MaxParallel)
        {
            Worker worker = new(new BlockChecker(_options, _state, _report.IsFull));
            _workers.Add(worker);
            return worker;
        }

        if (_busy.Count == _workers.Count)
        {
            return await MergeNextAsync().ConfigureAwait(false);
        }

        return _workers.Find(worker => !_busy.Contains(worker))!;
    }

    private async Task DrainAsync()
    {
        while (_busy.Count > 0)
        {
            await MergeNextAsync().ConfigureAwait(false);
        }
    }

    private async Task<Worker> MergeNextAsync()
    {
        Worker worker = _busy.Peek();
        await worker.Task.ConfigureAwait(false);
        _busy.Dequeue();
        if (!_report.IsStopped)
        {
            _report.Add(worker.Checker.Result);
            _bytes += worker.Block.StreamBytes;
            Tell(force: false);
        }

        return worker;
    }

    private IEnumerable<Task> AbandonedTasks()
    {
        foreach (Worker worker in _busy)
        {
            // What it would throw has been thrown already, or is the cancellation.
            yield return worker.Task.ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private void Tell(bool force)
    {
        if (_progress is not null && (force || _bytes - _told >= ProgressBytes))
        {
            _told = _bytes;
            _progress.Report(new DatasetProgress(_bytes, _totalBytes, _report.Examples));
        }
    }

    private sealed class Worker(BlockChecker checker)
    {
        public BlockChecker Checker { get; } = checker;

        public LineBlock Block { get; } = new();

        public Task Task { get; set; } = Task.CompletedTask;
    }
}
