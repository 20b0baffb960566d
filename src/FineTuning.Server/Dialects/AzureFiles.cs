using System.Collections.Concurrent;
using System.Diagnostics;
using FineTuning.Core.Wire;

namespace FineTuning.Server.Dialects;

/// <summary>Azure imports a file after it has answered the upload: until then no job can be made with it. Files of an
/// earlier start are done.</summary>
/// <param name="time">How long that takes.</param>
internal sealed class AzureFiles(TimeSpan time)
{
    private readonly ConcurrentDictionary<string, long> _begun = new(StringComparer.Ordinal);

    public void Begin(FileResource file) => _begun.TryAdd(file.Id, Stopwatch.GetTimestamp());

    public string StatusOf(FileResource file)
    {
        if (!_begun.TryGetValue(file.Id, out long begun))
        {
            return file.Status ?? "processed";
        }

        TimeSpan age = Stopwatch.GetElapsedTime(begun);
        if (age < time)
        {
            return age < time / 2 ? "pending" : "running";
        }

        _begun.TryRemove(file.Id, out _);
        return file.Status ?? "processed";
    }
}
