using System;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;

namespace FineTuning.Common;

/// <summary>
/// Runs the continuations of an async method on the thread that calls <see cref="Run"/>: the pipeline thread, the only one that PowerShell
/// lets write. So a cmdlet may await and still call WriteObject and its like anywhere.
/// </summary>
internal sealed class PipelinePump : SynchronizationContext
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];

    public override void Post(SendOrPostCallback d, object? state)
    {
        try
        {
            _queue.Add((d, state));
        }
        catch (InvalidOperationException)
        {
            // The work is done; what comes late, such as a last word on progress, has nobody to hear it.
        }
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Nothing may wait for the pipeline thread.");

    /// <summary>Runs until the work has ended, and gives its exception as it was thrown.</summary>
    /// <param name="work">Starts the work.</param>
    /// <param name="cancel">Asks the work to end, because a callback on the side failed.</param>
    public static void Run(Func<Task> work, Action cancel)
    {
        SynchronizationContext? outer = Current;
        var pump = new PipelinePump();
        SetSynchronizationContext(pump);
        try
        {
            Task task = work();
            _ = task.ContinueWith(
                static (_, p) => ((PipelinePump)p!)._queue.CompleteAdding(),
                pump,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);

            // The work always runs to its end, also when the pipeline is being stopped: nothing goes on behind the prompt's back.
            ExceptionDispatchInfo? failure = null;
            foreach ((SendOrPostCallback callback, object? state) in pump._queue.GetConsumingEnumerable())
            {
                try
                {
                    callback(state);
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
}
