using FineTuning.Core.Errors;
using FineTuning.Core.Http;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Client;

/// <content>Files that are sent and received whole.</content>
public sealed partial class FineTuningClient
{
    /// <summary>Uploads a file as a stream; it is never held in memory.</summary>
    /// <param name="open">Opens the content; called once per attempt, and each stream is disposed. What it or its
    /// stream throws comes out as it is.</param>
    /// <param name="fileName">The name the service shows.</param>
    /// <param name="purpose">Such as <c>fine-tune</c>.</param>
    /// <param name="progress">Is told of bytes sent; starts again at a repeat.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    public Task<FileResource> CreateFileAsync(
        Func<Stream> open,
        string fileName,
        string purpose,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        _ = open ?? throw new ArgumentNullException(nameof(open));
        var request = new ApiRequest(HttpMethod.Post, "files")
        {
            Content = attempt => FileForm.Make("file", Open(open, attempt), fileName, purpose, progress, attempt),
            BodyText = $"(multipart: purpose={purpose}, file={fileName})",
        };
        return SendAsync(request, Answers.File, cancellationToken);
    }

    /// <summary>One page of files, newest first.</summary>
    public Task<ListResource<FileResource>> ListFilesAsync(
        FileQuery? query = null,
        CancellationToken cancellationToken = default
    ) => SendAsync(Get("files" + (query ?? new FileQuery()).ToQuery()), Answers.Files, cancellationToken);

    /// <summary>All files, newest first; asks for a page only when it is needed.</summary>
    public IAsyncEnumerable<FileResource> EnumerateFilesAsync(
        FileQuery? query = null,
        CancellationToken cancellationToken = default
    )
    {
        FileQuery start = query ?? new FileQuery();
        return Pager.EnumerateAsync(
            (after, token) => ListFilesAsync(start with { After = after ?? start.After }, token),
            file => file.Id,
            start.LooksAhead,
            cancellationToken
        );
    }

    /// <summary>A file's description.</summary>
    public Task<FileResource> GetFileAsync(string fileId, CancellationToken cancellationToken = default) =>
        SendAsync(Get($"files/{Segment(fileId)}"), Answers.File, cancellationToken);

    /// <summary>
    /// Copies a file's content. A repeat goes on where the attempt before it broke off if the server offers that, and
    /// else starts again at the stream's first position, so the stream must be able to seek.
    /// </summary>
    /// <param name="fileId">The file.</param>
    /// <param name="destination">Where the content goes, from its present position. What it throws comes out as it
    /// is.</param>
    /// <param name="progress">Is told of bytes received; starts again where a repeat does.</param>
    /// <param name="cancellationToken">Ends the download.</param>
    /// <returns>The number of bytes.</returns>
    public Task<long> GetFileContentAsync(
        string fileId,
        Stream destination,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        _ = destination ?? throw new ArgumentNullException(nameof(destination));
        return ReceiveContentAsync(
            fileId,
            new ContentTransfer(destination, there: 0, total: null, progress),
            cancellationToken
        );
    }

    /// <summary>Copies what is missing of a file's content.</summary>
    /// <returns>The size of the content.</returns>
    internal async Task<long> ReceiveContentAsync(
        string fileId,
        ContentTransfer transfer,
        CancellationToken cancellationToken
    )
    {
        ApiRequest request = Get($"files/{Segment(fileId)}/content") with
        {
            Prepare = transfer.Prepare,
            Reached = () => transfer.Count,
        };
        try
        {
            return await CopyAsync().ConfigureAwait(false);
        }
        catch (FineTuningApiException e) when (e.StatusCode == 416 && transfer.Count > 0)
        {
            // The bytes in the stream are not the beginning of this content.
            transfer.Restart();
            return await CopyAsync().ConfigureAwait(false);
        }

        Task<long> CopyAsync() =>
            _transport.SendAsync(
                request,
                (response, attempt, _) => transfer.ReadAsync(response, attempt, Options.Clock),
                _observer,
                cancellationToken
            );
    }

    /// <summary>Deletes a file.</summary>
    public Task<DeletedResource> DeleteFileAsync(string fileId, CancellationToken cancellationToken = default) =>
        DeleteAsync(
            Bodiless(HttpMethod.Delete, $"files/{Segment(fileId)}"),
            fileId,
            () => IsThereAsync(Get($"files/{Segment(fileId)}"), Answers.File, cancellationToken),
            cancellationToken
        );

    private static Stream Open(Func<Stream> open, Attempt attempt)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (attempt.NoteLocalFault(e))
        {
            throw;
        }
    }
}
