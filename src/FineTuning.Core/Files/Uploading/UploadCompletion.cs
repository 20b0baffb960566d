using System;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Core.Api;
using FineTuning.Core.Models;

namespace FineTuning.Core.Files;

/// <summary>
/// Makes the file of its parts. The service completes an upload once and has no request that tells what became of one, so where an answer may have
/// been lost, the file is looked for in the list of files.
/// </summary>
internal static class UploadCompletion
{
    /// <summary>Completes an upload all of whose parts are at the service.</summary>
    /// <exception cref="UploadException">The content arrived damaged, or it cannot be told which file was made.</exception>
    /// <exception cref="FineTuningApiException">The service refused it, or could not be reached.</exception>
    public static async Task<FileResource> RunAsync(FineTuningClient client, PartUpload upload, string? md5, CancellationToken cancellationToken)
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
                .CompleteUploadAsync(upload.State.UploadId, upload.PartIds(), md5, cancellationToken).ConfigureAwait(false);
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
                UploadFault.Damaged, $"What arrived of '{upload.State.Path}' is not what was sent: {e.Message.TrimEnd('.')}.", e);
        }
        catch (FineTuningApiException e) when (UploadRefusals.IsRefusal(e) && (wasAsked || e.EarlierAttemptMayHaveWorked))
        {
            // An earlier request, of this process or the one before it, may have been the one that completed it.
            refusal = e;
        }

        return await FindAsync(client, upload.State, refusal, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives an upload up. That it cannot be is no error: it expires by itself.</summary>
    /// <returns>Whether the service has done with it.</returns>
    public static async Task<bool> CancelAsync(FineTuningClient client, string uploadId, CancellationToken cancellationToken)
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
        FineTuningClient client, UploadState state, FineTuningApiException? refusal, CancellationToken cancellationToken)
    {
        FileResource? found = null;
        int count = 0;
        await foreach (FileResource file in client.EnumerateFilesAsync(new FileQuery { Purpose = state.Purpose }, cancellationToken).ConfigureAwait(false))
        {
            if (file.FileName == state.Name && file.Bytes == state.Bytes && file.Purpose == state.Purpose && file.CreatedAt >= state.CreatedAt)
            {
                found = file;
                count++;
            }
        }

        if (count == 1)
        {
            return found!;
        }

        if (count == 0 && refusal is not null && UploadRefusals.SaysGone(refusal))
        {
            throw refusal;
        }

        string which = count == 0
            ? "has no file of that name, size and purpose that was made since"
            : FormattableString.Invariant($"has {count} files of that name, size and purpose that were made since");
        throw new UploadException(
            UploadFault.OutcomeUnknown,
            $"All parts of '{state.Path}' are at the service, which may have completed the upload {state.UploadId}; but it {which}.",
            refusal);
    }

    private static bool IsOfDamage(FineTuningApiException e) =>
        e.Kind == ApiErrorKind.InvalidRequest &&
        (e.Param == "md5" || e.Code?.IndexOf("md5", StringComparison.OrdinalIgnoreCase) >= 0 ||
        e.Code?.IndexOf("checksum", StringComparison.OrdinalIgnoreCase) >= 0);
}
