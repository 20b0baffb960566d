using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace FineTuning.Runtime;

/// <summary>
/// Runs the continuations of an async method on the thread that calls <see cref="Run"/>: the pipeline thread, the only
/// one that PowerShell lets write. So a cmdlet may await and still call WriteObject and its like anywhere. One pump
/// serves all inputs of a cmdlet.
/// </summary>
internal sealed class PipelinePump : SynchronizationContext
{
    private readonly ConcurrentQueue<(SendOrPostCallback? Callback, object? State)> _queue = new();

    // Not a slim one: that would spin before each wait, on a core that the work itself may want.
    private readonly AutoResetEvent _posted = new(initialState: false);

    /// <summary>What is posted while nothing runs waits for the next run; after the last one nobody hears it.</summary>
    public override void Post(SendOrPostCallback d, object? state) => Enqueue(d, state);

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Nothing may wait for the pipeline thread.");

    /// <summary>Runs until the work has ended, and gives its exception as it was thrown.</summary>
    /// <param name="work">Starts the work.</param>
    /// <param name="cancel">Asks the work to end, because a callback on the side failed.</param>
    public void Run(Func<Task> work, Action cancel)
    {
        SynchronizationContext? outer = Current;
        SetSynchronizationContext(this);
        try
        {
            Task task = work();
            _ = task.ContinueWith(
                static (_, pump) => ((PipelinePump)pump!).Enqueue(null, null),
                this,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default
            );

            // The work always runs to its end, also when the pipeline is being stopped: nothing goes on after the
            // prompt is back.
            ExceptionDispatchInfo? failure = null;
            while (Take() is { Callback: SendOrPostCallback callback } next)
            {
                try
                {
                    callback(next.State);
                }
                catch (Exception e)
                {
                    failure ??= ExceptionDispatchInfo.Capture(e);
                    cancel();
                }
            }

            failure?.Throw();
            task.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    private void Enqueue(SendOrPostCallback? callback, object? state)
    {
        _queue.Enqueue((callback, state));
        _posted.Set();
    }

    private (SendOrPostCallback? Callback, object? State) Take()
    {
        (SendOrPostCallback?, object?) item;
        while (!_queue.TryDequeue(out item))
        {
            _posted.WaitOne();
        }

        return item;
    }
}
