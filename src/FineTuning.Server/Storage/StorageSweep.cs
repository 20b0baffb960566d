namespace FineTuning.Server.Storage;

/// <summary>Before the server listens: removes what a kill left, and what has expired.</summary>
internal sealed class StorageSweep(FileStore files, UploadStore uploads) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await files.SweepAsync();
        await uploads.SweepAsync();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
