using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Threading;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Files.Uploading;

/// <summary>Takes one file to the service in parts, from its start or from where an interrupted upload ended.</summary>
internal sealed class PartedUploader(
    FineTuningClient client,
    UploadOptions options,
    string service,
    UploadSource source,
    UploadSlot? slot,
    UploadCache known,
    UploadMeter meter
)
{
    private static readonly TimeSpan s_usualLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_maxLifetime = TimeSpan.FromDays(30);
    private volatile PartUpload? _upload;

    /// <summary>What the same command can go on from; null if nothing is kept.</summary>
    public PendingUpload? Pending => _upload?.Pending;

    /// <summary>The state of an interrupted upload of this file; null if there is none to go on with.</summary>
    /// <exception cref="UploadException">The file is another one now.</exception>
    public async Task<UploadState?> ResumeAsync(CancellationToken cancellationToken)
    {
        if (slot?.Load() is not UploadState state)
        {
            return null;
        }

        if (options.Force)
        {
            Tell($"The interrupted upload {state.UploadId} is given up.");
            await UploadCompletion.CancelAsync(client, state.UploadId, cancellationToken).ConfigureAwait(false);
            slot.Remove();
            return null;
        }

        if (StaleUploads.HasExpired(state, client.Options.Clock))
        {
            Tell($"The service has dropped the parts of the interrupted upload {state.UploadId}: all is sent again.");
            slot.Remove();
            return null;
        }

        if (state.Bytes != source.Length)
        {
            throw Changed(
                state,
                FormattableString.Invariant($"had {state.Bytes} bytes then and has {source.Length} now")
            );
        }

        if (state.LastWrite != source.LastWrite)
        {
            await CompareAsync(state, cancellationToken).ConfigureAwait(false);
            state = state with { LastWrite = source.LastWrite };
        }

        Tell(
            FormattableString.Invariant(
                $"{state.Parts.Count} of {state.PartCount} parts are at the service: the upload {state.UploadId} "
            ) + "goes on from there."
        );
        return state;
    }

    /// <summary>Sends what is missing and makes the file.</summary>
    /// <param name="begun">What to go on with; null begins.</param>
    /// <param name="hash">The content's hash if it is known already.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null if the service takes no parts and none were asked for.</returns>
    public async Task<UploadResult?> RunAsync(
        UploadState? begun,
        ContentHash? hash,
        CancellationToken cancellationToken
    )
    {
        if (begun is not null)
        {
            var resumed = new PartUpload(client, source, slot, begun, meter);
            try
            {
                return await RunAsync(resumed, hash, cancellationToken).ConfigureAwait(false);
            }
            catch (FineTuningApiException e) when (IsOver(e, resumed))
            {
                Tell(
                    $"The service does not go on with the interrupted upload {begun.UploadId} "
                        + $"({e.Message.TrimEnd('.')}): all is sent again."
                );
                resumed.Remove();
            }
        }

        if (await BeginAsync(cancellationToken).ConfigureAwait(false) is not UploadState state)
        {
            return null;
        }

        var upload = new PartUpload(client, source, slot, state, meter);
        try
        {
            return await RunAsync(upload, hash, cancellationToken).ConfigureAwait(false);
        }
        catch (FineTuningApiException e) when (UploadRefusals.SaysGone(e))
        {
            upload.Remove();
            throw new UploadException(
                UploadFault.Expired,
                FormattableString.Invariant($"The service dropped the upload {state.UploadId} of '{source.Path}' when ")
                    + FormattableString.Invariant(
                        $"{upload.State.Parts.Count} of {state.PartCount} parts were there: {e.Message}"
                    ),
                e
            );
        }
    }

    // Any refusal of a part of an upload from another run: what services say of one that has ended differs.
    private static bool IsOver(FineTuningApiException e, PartUpload upload) =>
        UploadRefusals.SaysGone(e) || (UploadRefusals.IsRefusal(e) && !upload.State.IsCompleting);

    private async Task<UploadResult> RunAsync(PartUpload upload, ContentHash? hash, CancellationToken cancellationToken)
    {
        _upload = upload;
        int resumedParts = upload.State.Parts.Count;
        upload.Save(upload.State);
        try
        {
            await TaskGroup
                .RunAsync(
                    [
                        stop => upload.SendAsync(options.ParallelParts, stop),
                        async stop =>
                            hash ??= await ContentHash
                                .ReadAsync(source, withMd5: true, null, stop)
                                .ConfigureAwait(false),
                    ],
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (UploadException e) when (e.Fault == UploadFault.ChangedWhileSent)
        {
            // Parts of two contents make no file: the repeat begins anew.
            upload.Remove();
            await UploadCompletion.CancelAsync(client, upload.State.UploadId, cancellationToken).ConfigureAwait(false);
            throw;
        }

        meter.Begin(UploadStage.Completing, source.Length, upload.State.PartCount, upload.State.PartCount);
        FileResource file = await UploadCompletion
            .RunAsync(client, upload, hash!, known, cancellationToken)
            .ConfigureAwait(false);
        upload.Remove();
        return new UploadResult(file, hash!.Sha256) { PartIds = upload.PartIds(), ResumedParts = resumedParts };
    }

    private async Task<UploadState?> BeginAsync(CancellationToken cancellationToken)
    {
        long partBytes = options.PartBytes ?? UploadOptions.DefaultPart,
            count = UploadState.CountParts(source.Length, partBytes);
        if (count > UploadState.MaxParts)
        {
            throw new UploadException(
                UploadFault.TooManyParts,
                $"The file '{source.Path}' has "
                    + FormattableString.Invariant(
                        $"{count} parts of {partBytes} bytes; the most are {UploadState.MaxParts}."
                    )
            );
        }

        UploadResource upload;
        try
        {
            upload = await client
                .CreateUploadAsync(
                    new UploadCreateRequest
                    {
                        FileName = source.Name,
                        Purpose = options.Purpose,
                        Bytes = source.Length,
                        MimeType = UploadTypes.Of(options.Purpose, source.Name),
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (FineTuningApiException e) when (UploadRefusals.SaysNoUploads(e))
        {
            if (options.PartBytes is not null)
            {
                throw new UploadException(
                    UploadFault.NoParts,
                    $"{client.Options.Endpoint.Authority} does not take files in parts: {e.Message}",
                    e
                );
            }

            Tell($"{client.Options.Endpoint.Authority} does not take files in parts: the file goes in one request.");
            return null;
        }

        // How long it lives is counted on this machine's clock, which need not agree with the service's.
        DateTimeOffset now = client.Options.Clock.UtcNow;
        TimeSpan lifetime = upload.ExpiresAt - (upload.CreatedAt == default ? now : upload.CreatedAt);
        lifetime =
            lifetime <= TimeSpan.Zero ? s_usualLifetime
            : lifetime < s_maxLifetime ? lifetime
            : s_maxLifetime;
        return new UploadState
        {
            Service = service,
            Purpose = options.Purpose,
            Path = source.Path,
            Name = source.Name,
            Bytes = source.Length,
            LastWrite = source.LastWrite,
            PartBytes = partBytes,
            UploadId = upload.Id,
            CreatedAt = upload.CreatedAt == default ? now : upload.CreatedAt,
            ExpiresAt = now + lifetime,
        };
    }

    /// <summary>Whether the parts that are at the service are still those of the file.</summary>
    private async Task CompareAsync(UploadState state, CancellationToken cancellationToken)
    {
        meter.Begin(UploadStage.Comparing);
        foreach (UploadStatePart part in state.Parts.OrderBy(part => part.Offset))
        {
            string now = await ContentHash
                .ReadPartAsync(
                    source,
                    part.Offset,
                    state.LengthOf((int)(part.Offset / state.PartBytes)),
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (now != part.Sha256)
            {
                throw Changed(
                    state,
                    FormattableString.Invariant(
                        $"differs from what was sent of it, in the part that begins at byte {part.Offset}"
                    )
                );
            }

            meter.Set(0, part.Offset);
        }
    }

    private UploadException Changed(UploadState state, string what) =>
        new(
            UploadFault.ChangedSinceBegun,
            $"The file '{source.Path}' is not what the interrupted upload {state.UploadId} began to send: it {what}."
        );

    private void Tell(string notice) => options.Notice?.Invoke(notice);
}
