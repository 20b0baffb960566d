using System.Runtime.InteropServices;

namespace FineTuning.Server.Jobs;

/// <summary>Training and answering must not starve the API: each runs on a thread of its own below normal
/// priority.</summary>
internal static class TrainingThread
{
    public static Task<T> RunAsync<T>(string name, Func<T> work)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread thread = new(() =>
        {
            LowerPriority();
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        {
            IsBackground = true,
            Name = name,
            Priority = ThreadPriority.BelowNormal,
        };
        thread.Start();
        return done.Task;
    }

    private static void LowerPriority()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // Thread priorities have no effect on Linux, where niceness belongs to the thread; 0 is the calling one.
        // Threads that the trainer starts inherit it. Where it is refused, training merely competes as equal.
        try
        {
            _ = SetPriority(0, 0, 10);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException) { }
    }

    [DllImport("libc", EntryPoint = "setpriority")]
    private static extern int SetPriority(int which, uint who, int priority);
}
