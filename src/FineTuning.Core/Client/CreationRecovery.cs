using FineTuning.Core.Errors;

namespace FineTuning.Core.Client;

/// <summary>
/// Looks for the work of a request whose answer was lost: at once, then again and again for a while, since the service
/// may still be working on it.
/// </summary>
internal static class CreationRecovery
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_maxPause = TimeSpan.FromSeconds(15);

    /// <summary>Looks until it is found or the time is up.</summary>
    /// <param name="clock">The time.</param>
    /// <param name="time">How long to look; a look that has begun is ended.</param>
    /// <param name="look">Gives what was made, or null while there is nothing.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>What was made; null if it was not found, or if looking is not possible for a reason that does not
    /// pass.</returns>
    public static async Task<T?> FindAsync<T>(
        IClock clock,
        TimeSpan time,
        Func<CancellationToken, Task<T?>> look,
        CancellationToken cancellationToken
    )
        where T : class
    {
        DateTimeOffset end = clock.UtcNow + time;
        TimeSpan pause = s_firstPause;
        while (true)
        {
            try
            {
                if (await look(cancellationToken).ConfigureAwait(false) is T found)
                {
                    return found;
                }
            }
            catch (FineTuningApiException e) when (e.IsTransient)
            {
                // What lost the answer often goes on for a while, so failures of the search are expected.
            }
            catch (FineTuningApiException)
            {
                // A key that may not list, a service without lists: the caller says that it was not found, and why the
                // answer was lost.
                return null;
            }

            if (clock.UtcNow + pause > end)
            {
                return null;
            }

            await clock.DelayAsync(pause, cancellationToken).ConfigureAwait(false);
            pause = pause + pause < s_maxPause ? pause + pause : s_maxPause;
        }
    }
}
