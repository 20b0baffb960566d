using System;
using System.Diagnostics;
using System.Threading;

/// <summary>
/// Measures how long an action took in a process that runs: the time in which the machine let none of its threads run,
/// because others had it, is left out. What is promised to a user is promised for a machine that is there.
/// </summary>
public static class StallMeter
{
    private const int TickMilliseconds = 5;

    // Less is the grain of timers and schedulers.
    private const int StallMilliseconds = 50;

    /// <summary>The time of an action without the stalls.</summary>
    public static TimeSpan Measure(Action action)
    {
        var over = new ManualResetEventSlim();
        var ready = new ManualResetEventSlim();
        long stalled = 0;
        var ticker = new Thread(() =>
        {
            ready.Set();
            bool isOver;
            do
            {
                var tick = Stopwatch.StartNew();
                isOver = over.Wait(TickMilliseconds);
                long late = tick.ElapsedMilliseconds - TickMilliseconds;
                stalled += late > StallMilliseconds ? late : 0;
            } while (!isOver);
        });
        ticker.IsBackground = true;
        ticker.Start();
        ready.Wait();
        var watch = Stopwatch.StartNew();
        try
        {
            action();
        }
        finally
        {
            watch.Stop();
            over.Set();
            ticker.Join();
        }

        return watch.Elapsed - TimeSpan.FromMilliseconds(Math.Min(stalled, watch.Elapsed.TotalMilliseconds));
    }
}
