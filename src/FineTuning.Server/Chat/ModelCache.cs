using FineTuning.Server.Hosting;
using FineTuning.Server.Http;
using FineTuning.Server.Jobs;
using FineTuning.Server.Storage;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Runs;

namespace FineTuning.Server.Chat;

/// <summary>
/// The models that are in memory. Those asked for last stay, as far as the bound allows; one that is in use is never
/// closed, so the bound is exceeded by what is being used at the moment. Who asks for a model that is being loaded
/// waits for that load.
/// </summary>
internal sealed partial class ModelCache : IAsyncDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);
    private readonly Dictionary<string, CachedModel> _entries = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Database _database;
    private readonly DataFolder _folder;
    private readonly TrainerSet _trainers;
    private readonly long _maxBytes;
    private readonly ILogger<ModelCache> _log;
    private long _clock;
    private bool _disposed;

    /// <param name="database">Knows the models.</param>
    /// <param name="folder">Has their files.</param>
    /// <param name="trainers">Open them.</param>
    /// <param name="options">Say what unused models may hold, with those in use.</param>
    /// <param name="log">Gets what cannot be opened.</param>
    public ModelCache(
        Database database,
        DataFolder folder,
        TrainerSet trainers,
        ServerOptions options,
        ILogger<ModelCache> log
    ) => (_database, _folder, _trainers, _maxBytes, _log) = (database, folder, trainers, options.MaxModelBytes, log);

    /// <summary>What is known of a model that can answer.</summary>
    /// <exception cref="ApiException">There is no such model.</exception>
    public ModelRecord Find(string name) =>
        _database.Read(session => ModelStore.Find(session, name))
        ?? throw (BaseModels.Contains(name) ? ApiErrors.OnlyAName(name) : ApiErrors.ModelNotFound(name));

    /// <summary>The model, loaded if it is not; it stays open until the lease is disposed.</summary>
    /// <exception cref="ApiException">There is no such model, or it cannot be opened.</exception>
    public async Task<ModelLease> RentAsync(string name, CancellationToken cancellationToken)
    {
        CachedModel? entry;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_entries.TryGetValue(name, out entry))
            {
                entry = new CachedModel(name);
                _entries.Add(name, entry);

                // It belongs to all who wait for it, so none of them can cancel it.
                CachedModel added = entry;
                entry.Model = Task.Run(() => LoadAsync(added), CancellationToken.None);
            }

            entry.Users++;
            entry.LastUse = ++_clock;
        }

        try
        {
            return new ModelLease(this, entry, await entry.Model.WaitAsync(cancellationToken));
        }
        catch
        {
            Release(entry);
            throw;
        }
    }

    /// <summary>Hands the model out no more. The task ends when it is closed: at once, or when its last user is
    /// done.</summary>
    public Task EvictAsync(string name)
    {
        CachedModel? entry;
        lock (_gate)
        {
            if (!_entries.TryGetValue(name, out entry))
            {
                return Task.CompletedTask;
            }
        }

        Evict(entry);
        return entry.Gone.Task;
    }

    public void Evict(CachedModel entry)
    {
        bool isIdle;
        lock (_gate)
        {
            if (entry.IsEvicted)
            {
                return;
            }

            entry.IsEvicted = true;
            _entries.Remove(entry.Name);
            isIdle = entry.Users == 0;
        }

        if (isIdle)
        {
            _ = CloseAsync(entry);
        }
    }

    public void Release(CachedModel entry)
    {
        bool isLast;
        lock (_gate)
        {
            isLast = --entry.Users == 0 && entry.IsEvicted;
        }

        if (isLast)
        {
            _ = CloseAsync(entry);
        }

        Trim();
    }

    public async ValueTask DisposeAsync()
    {
        List<CachedModel> all;
        lock (_gate)
        {
            _disposed = true;
            all = [.. _entries.Values];
        }

        all.ForEach(Evict);
        try
        {
            // Requests have been aborted by now: who still uses a model is about to let go of it.
            await Task.WhenAll(all.Select(entry => entry.Gone.Task)).WaitAsync(s_timeout);
        }
        catch (TimeoutException) { }
    }

    private async Task<IChatModel> LoadAsync(CachedModel entry)
    {
        try
        {
            // Looked up only now that the model is known to be loading: who deletes it later finds it here and evicts
            // it.
            ModelRecord record = Find(entry.Name);
            ITrainer trainer =
                _trainers.Find(record.Trainer) ?? throw ApiErrors.TrainerMissing(record.Name, record.Trainer);
            IChatModel model = await trainer.OpenAsync(_folder.Absolute(record.Path), CancellationToken.None);
            lock (_gate)
            {
                entry.Size = model.Size;
            }

            Trim();
            return model;
        }
        catch (Exception e)
        {
            // A failure is not remembered: the file may be back by the next request.
            Evict(entry);
            if (e is ApiException)
            {
                throw;
            }

            LogFailure(e, entry.Name);
            throw e switch
            {
                ModelUnavailableException => ApiErrors.ModelUnavailable(e.Message, mayPass: true),
                FileNotFoundException or DirectoryNotFoundException => ApiErrors.ModelUnavailable(
                    $"The file of the model '{entry.Name}' is missing from the server's data folder. "
                        + "Bring it back, or delete the model and train it again.",
                    mayPass: false
                ),
                _ => ApiErrors.ModelUnavailable(
                    $"The model '{entry.Name}' cannot be opened: {e.Message} Restore its file, or delete the model "
                        + $"and train it again.",
                    mayPass: false
                ),
            };
        }
    }

    /// <summary>Closes what was not asked for the longest, until the rest is within the bound.</summary>
    private void Trim()
    {
        while (true)
        {
            CachedModel? oldest;
            lock (_gate)
            {
                oldest =
                    _entries.Values.Sum(entry => entry.Size) <= _maxBytes
                        ? null
                        : _entries
                            .Values.Where(entry => entry is { Users: 0, Size: > 0 })
                            .MinBy(entry => entry.LastUse);
            }

            if (oldest is null)
            {
                return;
            }

            Evict(oldest);
        }
    }

    private async Task CloseAsync(CachedModel entry)
    {
        try
        {
            await (await entry.Model).DisposeAsync();
        }
        catch (Exception e)
        {
            // What could not be opened was reported to those who waited for it.
            if (e is not ApiException)
            {
                LogFailure(e, entry.Name);
            }
        }
        finally
        {
            entry.Gone.SetResult();
        }
    }

    [LoggerMessage(LogLevel.Error, "The model {Name} cannot be opened or closed")]
    private partial void LogFailure(Exception e, string name);
}
