using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Files.Uploading;

/// <summary>
/// Makes the file of its parts. The service completes an upload once and has no request that tells what became of one,
/// so where an answer may have been lost, the file is looked for in the list of files.
/// </summary>
internal static class UploadCompletion
{
    private const int ShownCandidates = 5;

    // A large file may take the service a while to put together.
    private static readonly TimeSpan s_lookupTime = TimeSpan.FromMinutes(2);

    /// <summary>Completes an upload all of whose parts are at the service.</summary>
    /// <exception cref="UploadException">The content arrived damaged, or it cannot be told which file was
    /// made.</exception>
    /// <exception cref="FineTuningApiException">The service refused it, or could not be reached.</exception>
    public static async Task<FileResource> RunAsync(
        FineTuningClient client,
        PartUpload upload,
        ContentHash hash,
        UploadCache known,
        CancellationToken cancellationToken
    )
    {
        bool wasAsked = upload.State.IsCompleting;
        if (!wasAsked)
        {
            upload.Save(upload.State with { IsCompleting = true });
        }

        FineTuningApiException? refusal = null;
        try
        {
            UploadResource done = await client
                .CompleteUploadAsync(upload.State.UploadId, upload.PartIds(), hash.Md5, cancellationToken)
                .ConfigureAwait(false);
            if (done.File is { Id.Length: > 0 } file)
            {
                return file;
            }
        }
        catch (FineTuningApiException e) when (IsOfDamage(e))
        {
            upload.Remove();
            await CancelAsync(client, upload.State.UploadId, cancellationToken).ConfigureAwait(false);
            throw new UploadException(
                UploadFault.Damaged,
                $"What arrived of '{upload.State.Path}' is not what was sent: {e.Message.TrimEnd('.')}.",
                e
            );
        }
        catch (FineTuningApiException e)
            when (UploadRefusals.IsRefusal(e) && (wasAsked || e.EarlierAttemptMayHaveWorked))
        {
            // An earlier request, of this process or the one before it, may have been the one that completed it.
            refusal = e;
        }

        return await FindAsync(
                client,
                upload.State,
                known.FindOthers(upload.State.Bytes, hash.Sha256),
                refusal,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Gives an upload up. That it cannot be is no error: it expires by itself.</summary>
    /// <returns>Whether the service has done with it.</returns>
    public static async Task<bool> CancelAsync(
        FineTuningClient client,
        string uploadId,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await client.CancelUploadAsync(uploadId, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (FineTuningApiException e)
        {
            return !e.IsTransient;
        }
    }

    private static async Task<FileResource> FindAsync(
        FineTuningClient client,
        UploadState state,
        IReadOnlyCollection<string> others,
        FineTuningApiException? refusal,
        CancellationToken cancellationToken
    )
    {
        // Once, where the service is done with an upload whose completion nobody waits for any more.
        bool mayComeYet = refusal is null || refusal.EarlierAttemptMayHaveWorked || !UploadRefusals.SaysGone(refusal);
        FineTuningApiException? unlisted = null;
        List<FileResource> found =
            await CreationRecovery
                .FindAsync(
                    client.Options.Clock,
                    mayComeYet ? s_lookupTime : TimeSpan.Zero,
                    async token =>
                    {
                        try
                        {
                            List<FileResource> files = await ListAsync(client, state, others, token)
                                .ConfigureAwait(false);
                            unlisted = null;
                            return files.Count > 0 ? files : null;
                        }
                        catch (FineTuningApiException e)
                        {
                            unlisted = e;
                            throw;
                        }
                    },
                    cancellationToken
                )
                .ConfigureAwait(false)
            ?? [];

        // Any other file of that name and size is as likely to be another content.
        if (
            found.Count == 1
            && (refusal is null || refusal.EarlierAttemptMayHaveWorked || UploadRefusals.SaysCompleted(refusal))
        )
        {
            return found[0];
        }

        if (unlisted is { IsTransient: true })
        {
            throw unlisted;
        }

        if (found.Count == 0 && unlisted is null && refusal is not null && UploadRefusals.SaysGone(refusal))
        {
            throw refusal;
        }

        string why = refusal is null ? string.Empty : $" It refused to complete it: {refusal.Message}";
        throw new UploadException(
            UploadFault.OutcomeUnknown,
            $"All parts of '{state.Path}' are at the service, which may have completed the upload {state.UploadId}; "
                + $"but {Outcome(found, unlisted)}.{why}",
            refusal
        );
    }

    private static async Task<List<FileResource>> ListAsync(
        FineTuningClient client,
        UploadState state,
        IReadOnlyCollection<string> others,
        CancellationToken cancellationToken
    )
    {
        List<FileResource> files = [];
        await foreach (
            FileResource file in client
                .EnumerateFilesAsync(new FileQuery { Purpose = state.Purpose }, cancellationToken)
                .ConfigureAwait(false)
        )
        {
            if (
                file.FileName == state.Name
                && file.Bytes == state.Bytes
                && file.Purpose == state.Purpose
                && file.CreatedAt >= state.CreatedAt
                && !others.Contains(file.Id)
            )
            {
                files.Add(file);
            }
        }

        return files;
    }

    private static string Outcome(List<FileResource> found, FineTuningApiException? unlisted)
    {
        if (unlisted is not null)
        {
            return $"its files cannot be listed ({unlisted.Message.TrimEnd('.')})";
        }

        if (found.Count == 0)
        {
            return "it has no file of that name, size and purpose that was made since";
        }

        string ids =
            string.Join(", ", found.Take(ShownCandidates).Select(file => file.Id))
            + (found.Count > ShownCandidates ? ", …" : string.Empty);
        string count = found.Count == 1 ? "1 file" : FormattableString.Invariant($"{found.Count} files");
        return $"it has {count} of that name, size and purpose made since ({ids}), and does not say which it is";
    }

    private static bool IsOfDamage(FineTuningApiException e) =>
        e.Kind == ApiErrorKind.InvalidRequest
        && (
            e.Param == "md5"
            || e.Code?.IndexOf("md5", StringComparison.OrdinalIgnoreCase) >= 0
            || e.Code?.IndexOf("checksum", StringComparison.OrdinalIgnoreCase) >= 0
        );
}
