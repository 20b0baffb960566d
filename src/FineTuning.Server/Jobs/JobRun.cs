using FineTuning.Server.Storage;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Jobs;

/// <summary>A job that is being checked or trained right now.</summary>
internal sealed class JobRun(JobRecord job) : IDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private long _estimatedFinish;

    public JobRecord Job { get; } = job;

    public TrainingControl Control { get; } = new();

    public CancellationToken Cancelled => _cancel.Token;

    /// <summary>From the speed so far; null until there is one.</summary>
    public DateTimeOffset? EstimatedFinish
    {
        get =>
            Interlocked.Read(ref _estimatedFinish) is var seconds and not 0
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : null;
        set => Interlocked.Exchange(ref _estimatedFinish, value?.ToUnixTimeSeconds() ?? 0);
    }

    public void Cancel()
    {
        try
        {
            _cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended at this moment.
        }
    }

    public void Dispose() => _cancel.Dispose();
}
