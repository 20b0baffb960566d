using FineTuning.Server.Jobs;
using FineTuning.Server.Storage;

namespace FineTuning.Server.Tests.Support;

/// <summary>A check that passes once the test lets it.</summary>
internal sealed class TestValidator : IDatasetValidator
{
    private readonly SemaphoreSlim _permits = new(0);
    private int _started;

    public int Started => Volatile.Read(ref _started);

    public void Allow(int checks) => _permits.Release(checks);

    public async Task<string?> CheckAsync(
        string path,
        JobRecord job,
        bool isTraining,
        CancellationToken cancellationToken
    )
    {
        Interlocked.Increment(ref _started);
        await _permits.WaitAsync(cancellationToken);
        return null;
    }
}
