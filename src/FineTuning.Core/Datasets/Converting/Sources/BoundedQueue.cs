using System.Collections.Concurrent;

namespace FineTuning.Core.Datasets.Converting.Sources;

// Things between one that makes them and one that takes them: a maker who is MaxReady ahead waits. What was taken is
// given back to be used again.
internal sealed class BoundedQueue<T> : IDisposable
    where T : class
{
    private const int MaxReady = 4;

    private readonly ConcurrentQueue<T> _ready = new();
    private readonly ConcurrentBag<T> _used = [];
    private readonly SemaphoreSlim _filled = new(0);
    private readonly SemaphoreSlim _free = new(MaxReady);

    public T? TakeUsed() => _used.TryTake(out T? used) ? used : null;

    public void GiveBack(T used) => _used.Add(used);

    public void Add(T made, CancellationToken cancellationToken)
    {
        _free.Wait(cancellationToken);
        _ready.Enqueue(made);
        _filled.Release();
    }

    // Nothing comes any more.
    public void End() => _filled.Release();

    // Null at the end.
    public async Task<T?> TakeAsync(CancellationToken cancellationToken)
    {
        await _filled.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!_ready.TryDequeue(out T? made))
        {
            return null;
        }

        _free.Release();
        return made;
    }

    public void Dispose()
    {
        _filled.Dispose();
        _free.Dispose();
    }
}
