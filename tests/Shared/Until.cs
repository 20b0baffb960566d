using System.Diagnostics;

namespace FineTuning.Tests.Shared;

/// <summary>Waits for conditions, never for time to pass; a deadline turns a hang into a failure that says what was
/// waited for.</summary>
public static class Until
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(120),
        s_interval = TimeSpan.FromMilliseconds(10);

    public static Task TrueAsync(string what, Func<bool> condition) =>
        TrueAsync(what, () => Task.FromResult(condition()));

    public static async Task TrueAsync(string what, Func<Task<bool>> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > s_deadline)
            {
                throw new TimeoutException($"Waited in vain until {what}.");
            }

            await Task.Delay(s_interval);
        }
    }
}
