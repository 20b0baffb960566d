using FineTuning.Core.Client;

namespace FineTuning.Core.Files.Uploading;

/// <summary>Removes what is kept of uploads that nobody can go on with: their time is over, or their file is
/// gone.</summary>
internal static class StaleUploads
{
    // Cleaning up must not delay the upload that was asked for.
    private static readonly TimeSpan s_max = TimeSpan.FromSeconds(10);

    // A file that may have been made is looked for long after.
    private static readonly TimeSpan s_completionKept = TimeSpan.FromDays(30);

    /// <summary>Goes over all uploads but one. Nothing that goes wrong is an error.</summary>
    public static async Task SweepAsync(
        FineTuningClient client,
        UploadStateStore store,
        string service,
        string ownKey,
        CancellationToken cancellationToken
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_max);
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

    /// <summary>Whether the time is over in which an upload can be gone on with, or the file that it may have become be
    /// looked for.</summary>
    public static bool HasExpired(UploadState state, IClock clock) =>
        clock.UtcNow - state.ExpiresAt >= (state.IsCompleting ? s_completionKept : TimeSpan.Zero);

    // A state that cannot be read is deleted too.
    private static bool IsStale(UploadState? state, IClock clock) =>
        state is null || HasExpired(state, clock) || !File.Exists(state.Path);

    private static async Task RemoveAsync(
        FineTuningClient client,
        UploadStateStore store,
        string service,
        string key,
        CancellationToken cancellationToken
    )
    {
        UploadState? state;
        using (UploadSlot? slot = store.TryTake(key))
        {
            state = slot?.Load();
            if (slot is null || !IsStale(state, client.Options.Clock))
            {
                return;
            }

            if (state is null || HasExpired(state, client.Options.Clock))
            {
                slot.Remove();
                return;
            }
        }

        // The place is free meanwhile, so that an upload of a file that has come back need not do without. It finds
        // this one cancelled, and begins anew. Another service's can only be told with a connection to it; until then,
        // or until its time is over, it stays.
        if (
            state.Service == service
            && await UploadCompletion.CancelAsync(client, state.UploadId, cancellationToken).ConfigureAwait(false)
        )
        {
            using UploadSlot? slot = store.TryTake(key);
            if (slot?.Load()?.UploadId == state.UploadId)
            {
                slot.Remove();
            }
        }
    }
}
