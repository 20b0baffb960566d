using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Core.Api;

namespace FineTuning.Core.Files;

/// <summary>Removes what is kept of uploads that nobody can go on with: their time is over, or their file is gone.</summary>
internal static class StaleUploads
{
    // Tidying up must not hold up what was asked for.
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    /// <summary>Goes over all uploads but one. Nothing that goes wrong is an error.</summary>
    public static async Task SweepAsync(
        FineTuningClient client, UploadStateStore store, string service, string ownKey, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_longest);
        foreach (string key in store.Keys())
        {
            try
            {
                if (key != ownKey && IsStale(store.Peek(key), client.Options.Clock))
                {
                    await RemoveAsync(client, store, service, key, limit.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                return;
            }
        }
    }

    public static bool HasExpired(UploadState state, IClock clock) => state.ExpiresAt <= clock.UtcNow;

    // What cannot be read is of no use to anybody either.
    private static bool IsStale(UploadState? state, IClock clock) => state is null || HasExpired(state, clock) || !File.Exists(state.Path);

    private static async Task RemoveAsync(
        FineTuningClient client, UploadStateStore store, string service, string key, CancellationToken cancellationToken)
    {
        using UploadSlot? slot = store.TryTake(key);
        UploadState? state = slot?.Load();
        if (slot is null || !IsStale(state, client.Options.Clock))
        {
            return;
        }

        if (state is not null && !HasExpired(state, client.Options.Clock))
        {
            // Another service's can only be told with a connection to it; until then, or until its time is over, it stays.
            if (state.Service != service || !await UploadCompletion.CancelAsync(client, state.UploadId, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }

        slot.Remove();
    }
}
