using FineTuning.Core.Client;
using FineTuning.Core.Threading;

namespace FineTuning.Core.Files.Uploading;

/// <summary>Adds up what the parts of an upload tell, and derives its rate. Safe for use by many threads.</summary>
internal sealed class UploadMeter(IProgress<UploadProgress>? progress, IClock clock, long total)
{
    // Long enough to be steady over pieces and repeats, short enough to show that a line has changed.
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(0.25);

    private readonly object _gate = new();
    private readonly Dictionary<int, long> _moving = [];
    private readonly Queue<(DateTimeOffset Time, long Bytes)> _samples = new();
    private UploadStage _stage;
    private long _done;
    private int _parts;
    private int _partCount;

    /// <summary>Begins a stage.</summary>
    /// <param name="stage">What goes on.</param>
    /// <param name="done">Bytes that an earlier upload did; they say nothing of the rate.</param>
    /// <param name="parts">Parts of them.</param>
    /// <param name="partCount">All parts.</param>
    public void Begin(UploadStage stage, long done = 0, int parts = 0, int partCount = 0)
    {
        lock (_gate)
        {
            (_stage, _done, _parts, _partCount) = (stage, done, parts, partCount);
            _moving.Clear();
            _samples.Clear();
            Report();
        }
    }

    /// <summary>Takes the progress of a part: bytes of its present attempt.</summary>
    public IProgress<long> For(int part) => new SynchronousProgress<long>(bytes => Set(part, bytes));

    /// <summary>Bytes of a part, in place of what was told of it before.</summary>
    public void Set(int part, long bytes)
    {
        lock (_gate)
        {
            _moving[part] = bytes;
            Report();
        }
    }

    /// <summary>A part is at the service.</summary>
    public void Finish(int part, long bytes)
    {
        lock (_gate)
        {
            _moving.Remove(part);
            _done += bytes;
            _parts++;
            Report();
        }
    }

    private void Report()
    {
        if (progress is null)
        {
            return;
        }

        long bytes = Math.Min(total, _done + _moving.Values.Sum());
        DateTimeOffset now = clock.UtcNow;
        while (_samples.Count > 1 && now - _samples.Peek().Time > s_window)
        {
            _samples.Dequeue();
        }

        double? rate = null;
        if (_samples.Count > 0)
        {
            (DateTimeOffset since, long before) = _samples.Peek();
            double seconds = (now - since).TotalSeconds;
            rate = seconds > s_between.TotalSeconds && bytes > before ? (bytes - before) / seconds : null;
        }

        if (_samples.Count == 0 || now - _samples.Last().Time >= s_between)
        {
            _samples.Enqueue((now, bytes));
        }

        progress.Report(
            new UploadProgress(_stage, bytes, total)
            {
                BytesPerSecond = rate,
                TimeLeft = rate is double speed ? TimeSpan.FromSeconds((total - bytes) / speed) : null,
                Parts = _parts,
                PartCount = _partCount,
            }
        );
    }
}
