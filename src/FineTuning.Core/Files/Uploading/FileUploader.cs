using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Files.Uploading;

/// <summary>
/// Uploads files: streamed, in one request or in parts, and not at all where the service has the content already. An
/// interrupted upload in parts goes on from what is at the service when the same file is uploaded again. One uploader
/// uploads one file at a time.
/// </summary>
/// <remarks>
/// A second process that uploads the same file at the same time does not wait for the first, which may take hours: it
/// sends all of it by itself, and keeps no state.
/// </remarks>
public sealed class FileUploader
{
    // A file that the service drops soon is no use to a job that waits in a queue.
    private static readonly TimeSpan s_worthReusing = TimeSpan.FromDays(1);

    private readonly FineTuningClient _client;
    private readonly UploadOptions _options;
    private readonly string _service;
    private readonly UploadCache _known;
    private volatile PartedUploader? _parted;

    /// <summary>Makes an uploader.</summary>
    /// <param name="client">Where files go.</param>
    /// <param name="options">How; null is the defaults.</param>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    public FileUploader(FineTuningClient client, UploadOptions? options = null)
    {
        _client = client ?? throw new ArgumentNullException(nameof(client));
        _options = options ?? new UploadOptions();
        _options.Validate();
        _service = Hex.NameOf(
            (
                $"{client.Options.Endpoint.AbsoluteUri.TrimEnd('/')} "
                + $"{client.Options.Organization} {client.Options.Project}"
            ).TrimEnd()
        );
        _known = new UploadCache(_options.StateFolder, _service, _options.Purpose);
    }

    /// <summary>
    /// What the last file's upload left at the service when it was cancelled or failed, for the same call to go on
    /// from; null if there is nothing, or nothing that is kept.
    /// </summary>
    public PendingUpload? Pending => _parted?.Pending;

    /// <summary>Uploads a file.</summary>
    /// <param name="path">The file. It must not change meanwhile.</param>
    /// <param name="progress">Is told how far it is, from any thread.</param>
    /// <param name="cancellationToken">Ends it. Parts that are at the service stay, see <see cref="Pending"/>.</param>
    /// <exception cref="UploadException">It cannot go on; its <see cref="UploadException.Fault"/> says why.</exception>
    /// <exception cref="FineTuningApiException">The service refused it or could not be reached.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public Task<UploadResult> UploadAsync(
        string path,
        IProgress<UploadProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        _ = path ?? throw new ArgumentNullException(nameof(path));
        _parted = null;

        // Files are read directly, which is no work for the caller's thread.
        return Task.Run(() => RunAsync(path, progress, cancellationToken), cancellationToken);
    }

    private async Task<UploadResult> RunAsync(
        string path,
        IProgress<UploadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var source = UploadSource.Read(path);
        var meter = new UploadMeter(progress, _client.Options.Clock, source.Length);
        var store = UploadStateStore.Open(_options.StateFolder);
        string key = UploadStateStore.KeyOf(_service, _options.Purpose, source.Path);
        if (store is not null)
        {
            await StaleUploads.SweepAsync(_client, store, _service, key, cancellationToken).ConfigureAwait(false);
        }

        using UploadSlot? slot = store?.TryTake(key);
        var parted = new PartedUploader(_client, _options, _service, source, slot, _known, meter);
        _parted = parted;
        UploadState? begun = await parted.ResumeAsync(cancellationToken).ConfigureAwait(false);
        bool inParts = begun is not null || _options.PartBytes is not null || source.Length > _options.LargestRequest;
        ContentHash? hash = null;
        if (begun is null && !_options.Force && _known.HasSize(source.Length))
        {
            meter.Begin(UploadStage.Comparing);
            hash = await ContentHash
                .ReadAsync(source, inParts, bytes => meter.Set(0, bytes), cancellationToken)
                .ConfigureAwait(false);
            if (
                await FindKnownAsync(source, hash.Sha256, cancellationToken).ConfigureAwait(false) is FileResource known
            )
            {
                return Remember(source, new UploadResult(known, hash.Sha256) { Reused = true });
            }
        }

        if (inParts && store is not null && slot is null)
        {
            _options.Notice?.Invoke(
                $"Another process uploads '{source.Path}' at this moment: this one sends all of it by itself and "
                    + $"keeps no state."
            );
        }

        UploadResult? result = inParts
            ? await parted.RunAsync(begun, hash, cancellationToken).ConfigureAwait(false)
            : null;
        return Remember(
            source,
            result ?? await SendWholeAsync(source, meter, hash, cancellationToken).ConfigureAwait(false)
        );
    }

    private async Task<UploadResult> SendWholeAsync(
        UploadSource source,
        UploadMeter meter,
        ContentHash? hash,
        CancellationToken cancellationToken
    )
    {
        meter.Begin(UploadStage.Sending);
        FileSliceStream? sent = null;
        FileResource file = await _client
            .CreateFileAsync(
                () => sent = source.Open(0, source.Length, isHashed: hash is null),
                source.Name,
                _options.Purpose,
                meter.For(0),
                cancellationToken
            )
            .ConfigureAwait(false);
        string sha256 =
            hash?.Sha256
            ?? sent?.Sha256
            ?? throw new FineTuningApiException(
                ApiErrorKind.InvalidResponse,
                $"{_client.Options.Endpoint.Authority} took the file before it had all of it."
            )
            {
                StatusCode = 200,
            };
        return new UploadResult(file, sha256);
    }

    /// <summary>A file at the service with this content; null if there is none that is known and still what it
    /// was.</summary>
    private async Task<FileResource?> FindKnownAsync(
        UploadSource source,
        string sha256,
        CancellationToken cancellationToken
    )
    {
        foreach (string known in _known.Find(source.Length, sha256))
        {
            try
            {
                FileResource file = await _client.GetFileAsync(known, cancellationToken).ConfigureAwait(false);
                if (
                    file.Bytes == source.Length
                    && file.Purpose == _options.Purpose
                    && file.Status is not ("error" or "deleted" or "failed")
                    && !(file.ExpiresAt <= _client.Options.Clock.UtcNow + s_worthReusing)
                )
                {
                    return file;
                }
            }
            catch (FineTuningApiException e)
                when (e.Kind is ApiErrorKind.NotFound or ApiErrorKind.PermissionDenied or ApiErrorKind.InvalidRequest)
            {
                // Deleted since, or another account's.
            }
        }

        return null;
    }

    private UploadResult Remember(UploadSource source, UploadResult result)
    {
        _known.Add(source.Length, result.Sha256, result.File.Id);
        return result;
    }
}
