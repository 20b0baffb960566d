namespace FineTuning.Core.Threading;

/// <summary>
/// Runs work side by side on the thread pool and gives its results in the order in which it was added. What is done and
/// still waits for something before it is kept, so an adder has to take results whenever <see cref="IsFull"/>. For one
/// thread at a time.
/// </summary>
/// <typeparam name="T">A result.</typeparam>
public sealed class OrderedWork<T> : IDisposable
{
    // So many results may wait for a slow one before the workers have to stop.
    private const int WindowPerPlace = 4;

    private readonly Queue<Task<T>> _tasks = new();
    private readonly SemaphoreSlim _places;
    private readonly CancellationTokenSource _stop;
    private readonly int _window;

    /// <summary>Creates it without any work.</summary>
    /// <param name="atOnce">The most pieces of work that run at a time, at least 1.</param>
    /// <param name="cancellationToken">Ends all work.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public OrderedWork(int atOnce, CancellationToken cancellationToken = default)
    {
        _ =
            atOnce >= 1
                ? atOnce
                : throw new ArgumentOutOfRangeException(
                    nameof(atOnce),
                    "At least one piece of work must run at a time."
                );
        _places = new SemaphoreSlim(atOnce);
        _window = atOnce == 1 ? 1 : atOnce * WindowPerPlace;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>Pieces that were added and not taken yet.</summary>
    public int Count => _tasks.Count;

    /// <summary>Whether a result has to be taken before more is added.</summary>
    public bool IsFull => _tasks.Count >= _window;

    /// <summary>Whether the next result is there.</summary>
    public bool IsReady => _tasks.Count > 0 && _tasks.Peek().IsCompleted;

    /// <summary>Adds a piece of work.</summary>
    public void Add(Func<CancellationToken, Task<T>> work) =>
        _tasks.Enqueue(Task.Run(() => RunAsync(work, _stop.Token)));

    /// <summary>The next result, in the order of adding; throws what its work threw.</summary>
    /// <param name="cancellationToken">Ends all work: without this result there is no place for the others.</param>
    public async Task<T> TakeAsync(CancellationToken cancellationToken = default)
    {
        using (cancellationToken.Register(Cancel))
        {
            return await _tasks.Dequeue().ConfigureAwait(false);
        }
    }

    /// <summary>Ends all work that is not done. It ends soon, but not at once.</summary>
    public void Cancel()
    {
        if (!_stop.IsCancellationRequested)
        {
            _stop.Cancel();
        }
    }

    /// <summary>Ends all work that is not done, and waits for that. Results that were not taken are lost.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the work.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        Cancel();
        var given = new TaskCompletionSource<bool>();
        using (cancellationToken.Register(() => given.TrySetResult(true)))
        {
            // Exceptions of the work are ignored: the caller that stops it reports its own reason.
            await Task.WhenAny(Task.WhenAll(_tasks), given.Task).ConfigureAwait(false);
        }

        _tasks.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Cancel();
        _stop.Dispose();
    }

    private async Task<T> RunAsync(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await work(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _places.Release();
        }
    }
}
