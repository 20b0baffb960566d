using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FineTuning.Core.Credentials;
using FineTuning.Core.Errors;
using FineTuning.Core.Http;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Client;

/// <summary>
/// One method per operation of the fine-tuning API. Every method throws <see cref="FineTuningApiException"/> when the
/// request fails for good,
/// <see cref="OperationCanceledException"/> when the caller cancels, and <see cref="ArgumentException"/> for an empty
/// id. Safe for use by many threads. Source of the operations: OpenAI's OpenAPI document.
/// </summary>
public sealed partial class FineTuningClient : IDisposable
{
    private readonly Transport _transport;
    private readonly bool _ownsTransport;
    private readonly IApiObserver? _observer;
    private readonly AdaptiveRateLimiter? _gate;

    /// <summary>Makes a client of its own connections.</summary>
    /// <param name="options">Where requests go.</param>
    /// <param name="credential">The key; the caller stays its owner. Null sends none.</param>
    /// <param name="adminCredential">The key for what needs an admin; the caller stays its owner. Null uses the other
    /// one.</param>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    public FineTuningClient(ClientOptions options, ApiCredential? credential, ApiCredential? adminCredential = null)
        : this(
            new Transport(options ?? throw new ArgumentNullException(nameof(options)), credential, adminCredential),
            ownsTransport: true,
            observer: null,
            gate: null
        ) { }

    private FineTuningClient(Transport transport, bool ownsTransport, IApiObserver? observer, AdaptiveRateLimiter? gate)
    {
        _gate = gate;
        _transport = transport;
        _ownsTransport = ownsTransport;
        _observer = observer;
    }

    /// <summary>Where requests go.</summary>
    public ClientOptions Options => _transport.Options;

    /// <summary>A view of this client that tells an observer of its requests and shares its connections. It need not be
    /// disposed.</summary>
    public FineTuningClient WithObserver(IApiObserver observer) =>
        new(_transport, ownsTransport: false, observer, _gate);

    /// <summary>A view of this client whose gradings and chats pass a gate, and which shares its connections. It need
    /// not be disposed.</summary>
    public FineTuningClient WithGate(AdaptiveRateLimiter gate) =>
        new(_transport, ownsTransport: false, _observer, gate);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsTransport)
        {
            _transport.Dispose();
        }
    }

    // ---- jobs

    /// <summary>
    /// Creates a job, which costs money at a hosted service. Sent again only where the first was certainly not taken;
    /// <see cref="Jobs.JobCreator"/> also looks for a job whose answer was lost.
    /// </summary>
    public Task<JobResource> CreateJobAsync(JobCreateRequest request, CancellationToken cancellationToken = default) =>
        SendIdentifiedAsync(
            Post("fine_tuning/jobs", request, RequestContext.Default.JobCreateRequest) with
            {
                Repeatability = Repeatability.OnlyIfNotTaken,
            },
            WireContext.Default.JobResource,
            job => job.Id,
            cancellationToken
        );

    /// <summary>One page of jobs, newest first.</summary>
    public Task<ListResource<JobResource>> ListJobsAsync(
        JobQuery? query = null,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            Get("fine_tuning/jobs" + (query ?? new JobQuery()).ToQuery()),
            WireContext.Default.ListResourceJobResource,
            cancellationToken
        );

    /// <summary>All jobs, newest first; asks for a page only when it is needed.</summary>
    public IAsyncEnumerable<JobResource> EnumerateJobsAsync(
        JobQuery? query = null,
        CancellationToken cancellationToken = default
    )
    {
        JobQuery start = query ?? new JobQuery();
        return Pager.EnumerateAsync(
            (after, token) => ListJobsAsync(start with { After = after ?? start.After }, token),
            job => job.Id,
            start.LooksAhead,
            cancellationToken
        );
    }

    /// <summary>A job as it is now.</summary>
    public Task<JobResource> GetJobAsync(string jobId, CancellationToken cancellationToken = default) =>
        SendIdentifiedAsync(
            Get($"fine_tuning/jobs/{Segment(jobId)}"),
            WireContext.Default.JobResource,
            job => job.Id,
            cancellationToken
        );

    /// <summary>Ends a job. The answer's status is cancelled at once. A job that is cancelled already is no
    /// error.</summary>
    public Task<JobResource> CancelJobAsync(string jobId, CancellationToken cancellationToken = default) =>
        ChangeJobAsync(jobId, "cancel", (refusal, job) => job.Status == JobStatus.Cancelled, cancellationToken);

    /// <summary>Stops a job so that it can go on later.</summary>
    public Task<JobResource> PauseJobAsync(string jobId, CancellationToken cancellationToken = default) =>
        ChangeJobAsync(
            jobId,
            "pause",
            (refusal, job) =>
                refusal.EarlierAttemptMayHaveWorked
                && (job.Status == JobStatus.Pausing || job.Status == JobStatus.Paused),
            cancellationToken
        );

    /// <summary>Lets a paused job go on.</summary>
    public Task<JobResource> ResumeJobAsync(string jobId, CancellationToken cancellationToken = default) =>
        ChangeJobAsync(
            jobId,
            "resume",
            // It can have come to its end meanwhile, which a job that still pauses could not.
            (refusal, job) =>
                refusal.EarlierAttemptMayHaveWorked
                && job.Status != JobStatus.Pausing
                && job.Status != JobStatus.Paused
                && job.Status != JobStatus.Cancelled,
            cancellationToken
        );

    /// <summary>One page of a job's events, newest first.</summary>
    public Task<ListResource<EventResource>> ListEventsAsync(
        string jobId,
        PageQuery? query = null,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            Get($"fine_tuning/jobs/{Segment(jobId)}/events{(query ?? new PageQuery()).ToQuery()}"),
            WireContext.Default.ListResourceEventResource,
            cancellationToken
        );

    /// <summary>All events of a job, newest first; asks for a page only when it is needed.</summary>
    public IAsyncEnumerable<EventResource> EnumerateEventsAsync(
        string jobId,
        PageQuery? query = null,
        CancellationToken cancellationToken = default
    )
    {
        PageQuery start = query ?? new PageQuery();
        return Pager.EnumerateAsync(
            (after, token) => ListEventsAsync(jobId, start with { After = after ?? start.After }, token),
            e => e.Id,
            start.LooksAhead,
            cancellationToken
        );
    }

    /// <summary>One page of a job's checkpoints, newest first.</summary>
    public Task<ListResource<CheckpointResource>> ListCheckpointsAsync(
        string jobId,
        PageQuery? query = null,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            Get($"fine_tuning/jobs/{Segment(jobId)}/checkpoints{(query ?? new PageQuery()).ToQuery()}"),
            WireContext.Default.ListResourceCheckpointResource,
            cancellationToken
        );

    /// <summary>All checkpoints of a job, newest first; asks for a page only when it is needed.</summary>
    public IAsyncEnumerable<CheckpointResource> EnumerateCheckpointsAsync(
        string jobId,
        PageQuery? query = null,
        CancellationToken cancellationToken = default
    )
    {
        PageQuery start = query ?? new PageQuery();
        return Pager.EnumerateAsync(
            (after, token) => ListCheckpointsAsync(jobId, start with { After = after ?? start.After }, token),
            c => c.Id,
            start.LooksAhead,
            cancellationToken
        );
    }

    // ---- checkpoint permissions

    /// <summary>
    /// Grants projects the use of a checkpoint. Needs an admin key. Sent again only where the first was certainly not
    /// taken;
    /// <see cref="Checkpoints.PermissionGranter"/> also looks for a grant whose answer was lost.
    /// </summary>
    public Task<ListResource<PermissionResource>> CreatePermissionsAsync(
        string checkpoint,
        IReadOnlyList<string> projectIds,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            Post(
                $"fine_tuning/checkpoints/{Segment(checkpoint)}/permissions",
                new PermissionCreateRequest { ProjectIds = projectIds },
                RequestContext.Default.PermissionCreateRequest
            ) with
            {
                Repeatability = Repeatability.OnlyIfNotTaken,
                NeedsAdmin = true,
            },
            WireContext.Default.ListResourcePermissionResource,
            cancellationToken
        );

    /// <summary>One page of a checkpoint's permissions. Needs an admin key.</summary>
    public Task<ListResource<PermissionResource>> ListPermissionsAsync(
        string checkpoint,
        PermissionQuery? query = null,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            Get(
                $"fine_tuning/checkpoints/{Segment(checkpoint)}/permissions{(query ?? new PermissionQuery()).ToQuery()}"
            ) with
            {
                NeedsAdmin = true,
            },
            WireContext.Default.ListResourcePermissionResource,
            cancellationToken
        );

    /// <summary>All permissions of a checkpoint; asks for a page only when it is needed. Needs an admin key.</summary>
    public IAsyncEnumerable<PermissionResource> EnumeratePermissionsAsync(
        string checkpoint,
        PermissionQuery? query = null,
        CancellationToken cancellationToken = default
    )
    {
        PermissionQuery start = query ?? new PermissionQuery();
        return Pager.EnumerateAsync(
            (after, token) => ListPermissionsAsync(checkpoint, start with { After = after ?? start.After }, token),
            p => p.Id,
            start.LooksAhead,
            cancellationToken
        );
    }

    /// <summary>Takes a permission back. Needs an admin key.</summary>
    public Task<DeletedResource> DeletePermissionAsync(
        string checkpoint,
        string permissionId,
        CancellationToken cancellationToken = default
    ) =>
        DeleteAsync(
            Bodiless(
                HttpMethod.Delete,
                $"fine_tuning/checkpoints/{Segment(checkpoint)}/permissions/{Segment(permissionId)}"
            ) with
            {
                NeedsAdmin = true,
            },
            permissionId,
            cancellationToken
        );

    // ---- graders

    /// <summary>Grades one sample at the service.</summary>
    public Task<GraderRunResource> RunGraderAsync(
        GraderRunRequest request,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            Post("fine_tuning/alpha/graders/run", request, RequestContext.Default.GraderRunRequest) with
            {
                Gate = _gate,
            },
            WireContext.Default.GraderRunResource,
            cancellationToken
        );

    /// <summary>Asks the service whether it takes a grader.</summary>
    public Task<GraderValidateResource> ValidateGraderAsync(
        JsonElement grader,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            Post(
                "fine_tuning/alpha/graders/validate",
                new GraderValidateRequest { Grader = grader },
                RequestContext.Default.GraderValidateRequest
            ),
            WireContext.Default.GraderValidateResource,
            cancellationToken
        );

    // ---- files

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
        return SendIdentifiedAsync(request, WireContext.Default.FileResource, file => file.Id, cancellationToken);
    }

    /// <summary>One page of files, newest first.</summary>
    public Task<ListResource<FileResource>> ListFilesAsync(
        FileQuery? query = null,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            Get("files" + (query ?? new FileQuery()).ToQuery()),
            WireContext.Default.ListResourceFileResource,
            cancellationToken
        );

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
        SendIdentifiedAsync(
            Get($"files/{Segment(fileId)}"),
            WireContext.Default.FileResource,
            file => file.Id,
            cancellationToken
        );

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
            return await _transport
                .SendAsync(request, transfer.ReadAsync, _observer, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (FineTuningApiException e) when (e.StatusCode == 416 && transfer.Count > 0)
        {
            // What is there is no beginning of this content.
            transfer.Restart();
            return await _transport
                .SendAsync(request, transfer.ReadAsync, _observer, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Deletes a file.</summary>
    public Task<DeletedResource> DeleteFileAsync(string fileId, CancellationToken cancellationToken = default) =>
        DeleteAsync(Bodiless(HttpMethod.Delete, $"files/{Segment(fileId)}"), fileId, cancellationToken);

    // ---- models

    /// <summary>All models; this list has no pages.</summary>
    public Task<ListResource<ModelResource>> ListModelsAsync(CancellationToken cancellationToken = default) =>
        SendAsync(Get("models"), WireContext.Default.ListResourceModelResource, cancellationToken);

    /// <summary>A model's description.</summary>
    public Task<ModelResource> GetModelAsync(string model, CancellationToken cancellationToken = default) =>
        SendIdentifiedAsync(
            Get($"models/{Segment(model)}"),
            WireContext.Default.ModelResource,
            m => m.Id,
            cancellationToken
        );

    /// <summary>Deletes a fine-tuned model.</summary>
    public Task<DeletedResource> DeleteModelAsync(string model, CancellationToken cancellationToken = default) =>
        DeleteAsync(Bodiless(HttpMethod.Delete, $"models/{Segment(model)}"), model, cancellationToken);

    private static ApiRequest Get(string path) => new(HttpMethod.Get, path);

    private static ApiRequest Post<T>(string path, T body, JsonTypeInfo<T> type)
    {
        string text = JsonSerializer.Serialize(body, type);
        return new ApiRequest(HttpMethod.Post, path)
        {
            Content = _ => new StringContent(text, Encoding.UTF8, "application/json"),
            BodyText = text,
        };
    }

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

    private static string Segment(string id)
    {
        // A dot segment would be folded away by the Uri class, and the request would go to another path.
        if (string.IsNullOrWhiteSpace(id) || id is "." or "..")
        {
            throw new ArgumentException($"'{id}' is not an id.", nameof(id));
        }

        return Uri.EscapeDataString(id);
    }

    /// <param name="jobId">The job.</param>
    /// <param name="verb">The end of the path.</param>
    /// <param name="isDone">Whether a refusal, and the job as it is, mean that what was wanted has happened
    /// already.</param>
    /// <param name="cancellationToken">The caller's.</param>
    private async Task<JobResource> ChangeJobAsync(
        string jobId,
        string verb,
        Func<FineTuningApiException, JobResource, bool> isDone,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await SendIdentifiedAsync(
                    Bodiless(HttpMethod.Post, $"fine_tuning/jobs/{Segment(jobId)}/{verb}"),
                    WireContext.Default.JobResource,
                    job => job.Id,
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (FineTuningApiException refusal)
            when (refusal.Kind is ApiErrorKind.InvalidRequest or ApiErrorKind.Conflict)
        {
            JobResource? job = await TryGetJobAsync(jobId, cancellationToken).ConfigureAwait(false);
            if (job is not null && isDone(refusal, job))
            {
                return job;
            }

            throw;
        }
    }

    /// <summary>Null if it cannot be read: what led to the question says more than why the answer failed.</summary>
    private async Task<JobResource?> TryGetJobAsync(string jobId, CancellationToken cancellationToken)
    {
        try
        {
            return await GetJobAsync(jobId, cancellationToken).ConfigureAwait(false);
        }
        catch (FineTuningApiException)
        {
            return null;
        }
    }

    /// <summary>A delete that finds nothing is a success if an attempt before it may have deleted it.</summary>
    private async Task<DeletedResource> DeleteAsync(ApiRequest request, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(request, WireContext.Default.DeletedResource, cancellationToken)
                .ConfigureAwait(false);
        }
        // By the status: a model that is gone has a kind of its own.
        catch (FineTuningApiException e) when (e.StatusCode == 404 && e.EarlierAttemptMayHaveWorked)
        {
            return new DeletedResource { Id = id, Deleted = true };
        }
    }

    /// <summary>
    /// An empty body, where none is needed: .NET repeats a change without one by itself when a kept connection turns
    /// out to be dead, and nobody would know that it was sent twice.
    /// </summary>
    private static ApiRequest Bodiless(HttpMethod method, string path) =>
        new(method, path) { Content = _ => new ByteArrayContent([]) };

    private Task<T> SendAsync<T>(ApiRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        _transport.SendAsync(request, type, null, _observer, cancellationToken);

    private Task<T> SendIdentifiedAsync<T>(
        ApiRequest request,
        JsonTypeInfo<T> type,
        Func<T, string> id,
        CancellationToken cancellationToken
    ) => _transport.SendAsync(request, type, id, _observer, cancellationToken);
}
