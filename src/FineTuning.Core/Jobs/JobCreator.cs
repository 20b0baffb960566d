using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Jobs;

/// <summary>
/// Creates a job once. A job costs money and the service knows no idempotency, so each creation carries a token in the
/// job's metadata: when the answer is lost, the job is looked for by it and never asked for again.
/// </summary>
/// <remarks>
/// Two runs with one key at the same moment can both find nothing and both create. Each looks once more after its
/// creation; the one with the later job cancels it and gives the earlier one. A service that lists a new job only after
/// some time can still leave two. Safe for use by many threads.
/// </remarks>
public sealed class JobCreator
{
    // Clocks differ, and a service that ignores the filter would have all its jobs paged through at each look.
    private static readonly TimeSpan s_oldestLost = TimeSpan.FromDays(1);

    // A new job may be missing from the list for a moment.
    private static readonly TimeSpan s_settleTime = TimeSpan.FromSeconds(15);

    private readonly FineTuningClient _client;
    private readonly JobCreateOptions _options;

    /// <summary>Makes a creator.</summary>
    public JobCreator(FineTuningClient client, JobCreateOptions? options = null)
    {
        _client = client ?? throw new ArgumentNullException(nameof(client));
        _options = options ?? new JobCreateOptions();
    }

    /// <summary>The oldest job that carries a key and has not failed or been cancelled; else the newest of those that
    /// have; null if none carries it.</summary>
    /// <exception cref="FineTuningApiException">The jobs could not be listed.</exception>
    public async Task<JobResource?> FindByKeyAsync(string idempotencyKey, CancellationToken cancellationToken = default)
    {
        _ = idempotencyKey ?? throw new ArgumentNullException(nameof(idempotencyKey));
        JobResource? usable = null,
            ended = null;
        await foreach (
            JobResource job in ListAsync(JobMetadata.KeyName, idempotencyKey, cancellationToken).ConfigureAwait(false)
        )
        {
            // The list goes from the newest to the oldest. By its order, not by the times: those have whole seconds,
            // and all who look must agree.
            if (IsUsable(job))
            {
                usable = job;
            }
            else
            {
                ended ??= job;
            }
        }

        return usable ?? ended;
    }

    /// <summary>Creates a job, or gives the one that carries the key already.</summary>
    /// <param name="request">The job.</param>
    /// <param name="idempotencyKey">The caller's name for this piece of work, 1 to 512 characters; null for
    /// none.</param>
    /// <param name="progress">Is told when the creation is sent, and again when its answer was lost.</param>
    /// <param name="cancellationToken">Ends it; a creation that was sent may have worked.</param>
    /// <exception cref="FineTuningApiException"> The service refused. Or the answer was lost and the job not found:
    /// then <see cref="FineTuningApiException.MayHaveWorked"/> is true and
    /// <see cref="FineTuningApiException.RequestToken"/> says what to look for.
    /// </exception>
    /// <exception cref="ArgumentException">The metadata has no room for the key, or a pair of that name.</exception>
    public async Task<JobCreation> CreateAsync(
        JobCreateRequest request,
        string? idempotencyKey = null,
        IProgress<JobCreateProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        _ = request ?? throw new ArgumentNullException(nameof(request));
        if (idempotencyKey is not null)
        {
            request = request with
            {
                Metadata = JobMetadata.With(request.Metadata, JobMetadata.KeyName, idempotencyKey),
            };
            if (await FindByKeyAsync(idempotencyKey, cancellationToken).ConfigureAwait(false) is JobResource found)
            {
                return new JobCreation(found, JobOrigin.FoundByKey)
                {
                    Differences = JobComparison.Differences(request, found),
                };
            }
        }

        JobCreation creation = await SendAsync(request, progress, cancellationToken).ConfigureAwait(false);
        return idempotencyKey is null
            ? creation
            : await SettleAsync(creation, idempotencyKey, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsUsable(JobResource job) => !job.HasEnded || job.Status == JobStatus.Succeeded;

    private async Task<JobCreation> SendAsync(
        JobCreateRequest request,
        IProgress<JobCreateProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        string? token = Guid.NewGuid().ToString("N");
        JobCreateRequest sent = request;
        if (JobMetadata.WithToken(request.Metadata, token) is { } withToken)
        {
            sent = request with { Metadata = withToken };
        }
        else
        {
            token = null;
        }

        progress?.Report(new JobCreateProgress(token, null));
        try
        {
            JobResource job = await _client.CreateJobAsync(sent, cancellationToken).ConfigureAwait(false);
            return new JobCreation(job, JobOrigin.Created)
            {
                KeepsToken = token is null || JobMetadata.Carries(job, JobMetadata.TokenName, token),
            };
        }
        catch (FineTuningApiException e) when (e.MayHaveWorked)
        {
            progress?.Report(new JobCreateProgress(token, e));
            return await FindLostAsync(token, e, cancellationToken).ConfigureAwait(false);
        }
        catch (FineTuningApiException e) when (token is not null && request.Metadata is null && RefusesMetadata(e))
        {
            // Some services know no metadata: then without a token, and a lost answer can only be told.
            token = null;
        }

        progress?.Report(new JobCreateProgress(null, null));
        try
        {
            return new JobCreation(
                await _client.CreateJobAsync(request, cancellationToken).ConfigureAwait(false),
                JobOrigin.Created
            )
            {
                KeepsToken = false,
            };
        }
        catch (FineTuningApiException e) when (e.MayHaveWorked)
        {
            return await FindLostAsync(null, e, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool RefusesMetadata(FineTuningApiException e) =>
        e.Kind == ApiErrorKind.InvalidRequest
        && (
            e.Param?.StartsWith("metadata", StringComparison.Ordinal) == true
            || (e.Param is null && e.Message.IndexOf("metadata", StringComparison.OrdinalIgnoreCase) >= 0)
        );

    private async Task<JobCreation> FindLostAsync(
        string? token,
        FineTuningApiException lost,
        CancellationToken cancellationToken
    )
    {
        if (token is null)
        {
            throw lost.With(
                $"{lost.Message} The job may have been created. It carries no request token, so it cannot be told "
                    + $"from others."
            );
        }

        // A failure that the service tells of itself is no lost answer: one look is enough.
        TimeSpan time = lost.IsSpoken ? TimeSpan.Zero : _options.LookupTime;
        JobResource? found = await CreationRecovery
            .FindAsync(_client.Options.Clock, time, look => LookForAsync(token, look), cancellationToken)
            .ConfigureAwait(false);
        return found is not null
            ? new JobCreation(found, JobOrigin.FoundByToken)
            : throw lost.With(
                $"{lost.Message} The job may have been created, but was not found by its request token {token}. It "
                    + $"was not asked for again.",
                requestToken: token
            );
    }

    private async Task<JobResource?> LookForAsync(string token, CancellationToken cancellationToken)
    {
        DateTimeOffset oldest = _client.Options.Clock.UtcNow - s_oldestLost;
        await foreach (
            JobResource job in _client
                .EnumerateJobsAsync(QueryOf(JobMetadata.TokenName, token), cancellationToken)
                .ConfigureAwait(false)
        )
        {
            if (JobMetadata.Carries(job, JobMetadata.TokenName, token))
            {
                return job;
            }

            if (job.CreatedAt != default && job.CreatedAt < oldest)
            {
                break;
            }
        }

        return null;
    }

    /// <summary>Another run may have created a job of the same key since the first look: the earlier one
    /// stays.</summary>
    private async Task<JobCreation> SettleAsync(JobCreation creation, string key, CancellationToken cancellationToken)
    {
        JobResource own = creation.Job;
        if (!JobMetadata.Carries(own, JobMetadata.KeyName, key))
        {
            return creation with { KeepsKey = false };
        }

        JobResource? first = await CreationRecovery
            .FindAsync(_client.Options.Clock, s_settleTime, look => FindByKeyAsync(key, look), cancellationToken)
            .ConfigureAwait(false);
        if (first is null || first.Id == own.Id || !IsUsable(first))
        {
            return creation with { IsSettled = first is not null };
        }

        try
        {
            await _client.CancelJobAsync(own.Id, cancellationToken).ConfigureAwait(false);
            return new JobCreation(first, JobOrigin.FoundByKey) { CancelledDuplicate = own.Id };
        }
        catch (FineTuningApiException)
        {
            return new JobCreation(first, JobOrigin.FoundByKey) { RunningDuplicate = own.Id };
        }
    }

    // A service that ignores the filter lists any job.
    private async IAsyncEnumerable<JobResource> ListAsync(
        string name,
        string value,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (
            JobResource job in _client.EnumerateJobsAsync(QueryOf(name, value), cancellationToken).ConfigureAwait(false)
        )
        {
            if (JobMetadata.Carries(job, name, value))
            {
                yield return job;
            }
        }
    }

    private static JobQuery QueryOf(string name, string value) =>
        new() { Metadata = new Dictionary<string, string> { [name] = value } };
}
