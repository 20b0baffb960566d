using System.Runtime.ExceptionServices;

namespace FineTuning.Core.Threading;

/// <summary>Several works beside each other that are of no use without each other.</summary>
internal static class TaskGroup
{
    /// <summary>Runs all of them. The first that fails ends the others, and its exception comes out when all have
    /// ended.</summary>
    public static async Task RunAsync(
        IEnumerable<Func<CancellationToken, Task>> works,
        CancellationToken cancellationToken
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ExceptionDispatchInfo? first = null;
        await Task.WhenAll([.. works.Select(work => Task.Run(() => RunOneAsync(work), CancellationToken.None))])
            .ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        first?.Throw();

        async Task RunOneAsync(Func<CancellationToken, Task> work)
        {
            try
            {
                await work(stop.Token).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(e), null);
                stop.Cancel();
            }
        }
    }
}
