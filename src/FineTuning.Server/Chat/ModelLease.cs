using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Chat;

/// <summary>The use of a cached model, until it is disposed. Disposed once, by one thread.</summary>
internal sealed class ModelLease(ModelCache cache, CachedModel entry, IChatModel model) : IDisposable
{
    public IChatModel Model { get; } = model;

    /// <summary>The model failed: whoever asks next gets it opened anew.</summary>
    public void Discard() => cache.Evict(entry);

    public void Dispose() => cache.Release(entry);
}
