using FineTuning.Core.Http;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Client;

/// <content>Files that arrive in parts.</content>
public sealed partial class FineTuningClient
{
    /// <summary>Begins a file that arrives in parts. One whose answer was lost expires at the service by itself, so the
    /// request is repeated.</summary>
    public Task<UploadResource> CreateUploadAsync(
        UploadCreateRequest request,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            Post("uploads", request, RequestContext.Default.UploadCreateRequest),
            Answers.Upload,
            cancellationToken
        );

    /// <summary>Adds a part of up to 64 MB as a stream; it is never held in memory. Parts may come in any order and at
    /// once.</summary>
    /// <param name="uploadId">The upload.</param>
    /// <param name="open">Opens the part's content; called once per attempt, and each stream is disposed. What it or
    /// its stream throws comes out as it is.</param>
    /// <param name="progress">Is told of bytes sent; starts again at a repeat.</param>
    /// <param name="cancellationToken">Ends the sending.</param>
    public Task<UploadPartResource> AddUploadPartAsync(
        string uploadId,
        Func<Stream> open,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        _ = open ?? throw new ArgumentNullException(nameof(open));
        var request = new ApiRequest(HttpMethod.Post, $"uploads/{Segment(uploadId)}/parts")
        {
            Content = attempt => FileForm.Make("data", Open(open, attempt), "part", null, progress, attempt),
            BodyText = "(multipart: data)",
        };
        return SendAsync(request, Answers.UploadPart, cancellationToken);
    }

    /// <summary>
    /// Makes the file of its parts. If an answer is lost, the repeat finds the upload completed and is refused: the
    /// file is in the list of files then.
    /// </summary>
    /// <param name="uploadId">The upload.</param>
    /// <param name="partIds">All parts in the order of the file.</param>
    /// <param name="md5">The MD5 of the whole file as hexadecimal digits, which the service compares; null leaves that
    /// out.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<UploadResource> CompleteUploadAsync(
        string uploadId,
        IReadOnlyList<string> partIds,
        string? md5 = null,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            Post(
                $"uploads/{Segment(uploadId)}/complete",
                new UploadCompleteRequest { PartIds = partIds, Md5 = md5 },
                RequestContext.Default.UploadCompleteRequest
            ),
            Answers.Upload,
            cancellationToken
        );

    /// <summary>Gives an upload up; the service forgets its parts.</summary>
    public Task<UploadResource> CancelUploadAsync(string uploadId, CancellationToken cancellationToken = default) =>
        SendAsync(Bodiless(HttpMethod.Post, $"uploads/{Segment(uploadId)}/cancel"), Answers.Upload, cancellationToken);
}
