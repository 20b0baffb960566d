using System.Diagnostics;
using System.Management.Automation;

namespace FineTuning.Runtime;

/// <summary>One line of progress. It can be told from any thread and draws on the pipeline thread, a few times a second
/// at most.</summary>
internal sealed class ProgressLine : IDisposable
{
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(120);
    private static int s_lastId;

    private readonly AsyncCmdlet _cmdlet;
    private readonly ProgressRecord _record;
    private readonly SynchronizationContext _pipeline = SynchronizationContext.Current!;
    private readonly Stopwatch _sinceLast = new();
    private readonly Stopwatch _total = Stopwatch.StartNew();
    private bool _drawn;
    private bool _isOver;

    public ProgressLine(AsyncCmdlet cmdlet, string activity)
    {
        _cmdlet = cmdlet;
        _record = new ProgressRecord(Interlocked.Increment(ref s_lastId) & 0xFFFF, activity, "…");
    }

    /// <summary>Shows a state.</summary>
    /// <param name="status">What goes on.</param>
    /// <param name="share">The share that is done, 0 to 1; null if unknown.</param>
    /// <param name="left">The time left; null derives it from the share.</param>
    public void Report(string status, double? share = null, TimeSpan? left = null)
    {
        lock (_sinceLast)
        {
            if (_sinceLast.IsRunning && _sinceLast.Elapsed < s_between && share is not >= 1)
            {
                return;
            }

            _sinceLast.Restart();
        }

        if (left is null && share is > 0.02 and < 1)
        {
            left = TimeSpan.FromSeconds(_total.Elapsed.TotalSeconds * (1 - share.Value) / share.Value);
        }

        _pipeline.Post(_ => Draw(status, share, left), null);
    }

    public void Dispose()
    {
        // What was told and not drawn yet would stay on the screen.
        _isOver = true;
        if (_drawn)
        {
            _record.RecordType = ProgressRecordType.Completed;
            try
            {
                _cmdlet.WriteProgress(_record);
            }
            catch (PipelineStoppedException)
            {
                // The host takes the line away by itself when a pipeline stops; the stop is already on its way.
            }
        }
    }

    private void Draw(string status, double? share, TimeSpan? left)
    {
        if (_isOver)
        {
            return;
        }

        // An empty one is an argument error of the platform's.
        _record.StatusDescription = string.IsNullOrEmpty(status) ? "…" : status;
        _record.PercentComplete = share is double part ? (int)(100 * Math.Min(1, Math.Max(0, part))) : -1;
        _record.SecondsRemaining =
            left is TimeSpan time && time > TimeSpan.Zero
                ? (int)Math.Min(int.MaxValue, Math.Ceiling(time.TotalSeconds))
                : -1;
        _drawn = true;
        _cmdlet.WriteProgress(_record);
    }
}
