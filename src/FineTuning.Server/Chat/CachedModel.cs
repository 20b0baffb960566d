using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Chat;

/// <summary>A model of the cache. All but <see cref="Gone"/> belongs to the cache and is looked at under its
/// lock.</summary>
internal sealed class CachedModel(string name)
{
    public string Name { get; } = name;

    /// <summary>The one load that all who ask meanwhile wait for.</summary>
    public Task<IChatModel> Model { get; set; } = null!;

    /// <summary>Leases that were not given back. Above zero the model is not closed.</summary>
    public int Users { get; set; }

    /// <summary>When it was last asked for, as a count of requests.</summary>
    public long LastUse { get; set; }

    /// <summary>About how many bytes it holds; 0 until it is loaded.</summary>
    public long Size { get; set; }

    /// <summary>It is no longer handed out and is closed with its last lease.</summary>
    public bool IsEvicted { get; set; }

    /// <summary>Ends when the model is closed.</summary>
    public TaskCompletionSource Gone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
