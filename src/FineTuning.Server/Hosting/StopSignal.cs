namespace FineTuning.Server.Hosting;

/// <summary>Somebody wants the server to stop. Whoever started it sees to that.</summary>
internal sealed class StopSignal(FileLog log)
{
    private readonly TaskCompletionSource _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Requested => _requested.Task;

    public void Request(string reason)
    {
        if (_requested.TrySetResult())
        {
            log.Write(LogLevel.Information, "Server", "stops: " + reason);
        }
    }

    /// <summary>It stops without anybody having asked for it.</summary>
    public void Complete() => _requested.TrySetResult();
}
