using System.Runtime.CompilerServices;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;

namespace FineTuning.Core.FineTunedModels;

/// <summary>
/// The models of a service with the jobs that made them. The service ties them together on the job's side alone, so its
/// jobs are listed, newest first and only as far as needed. What one call has listed, the next one does not ask for
/// again. For one call at a time.
/// </summary>
public sealed class ModelCatalogue
{
    // The owner of models that no job made.
    private static readonly string[] s_vendors = ["system", "openai", "openai-internal", "openai-dev"];

    private readonly FineTuningClient _client;
    private readonly Dictionary<string, JobResource> _jobs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _cursors = new(StringComparer.Ordinal);
    private IReadOnlyList<ModelResource>? _models;
    private string? _lastJob;
    private bool _allJobs;

    /// <summary>Makes a catalogue.</summary>
    public ModelCatalogue(FineTuningClient client) =>
        _client = client ?? throw new ArgumentNullException(nameof(client));

    /// <summary>Why the jobs could not be listed, so that only names tell what was made; null if they could.</summary>
    public FineTuningApiException? JobsFailure { get; private set; }

    /// <summary>Lists models, newest first.</summary>
    /// <param name="all">Also those that no job made.</param>
    /// <param name="filter">Which names are wanted; null are all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="FineTuningApiException">The models could not be listed, or the jobs for a reason that may
    /// pass.</exception>
    public async IAsyncEnumerable<KnownModel> ListAsync(
        bool all,
        Func<string, bool>? filter = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        _models ??= (await _client.ListModelsAsync(cancellationToken).ConfigureAwait(false)).Data;
        IEnumerable<KnownModel> wanted = _models
            .Where(model => filter is null || filter(model.Id))
            .Select(model => KnownModel.Make(model))
            .OrderByDescending(model => model.CreatedAt)
            .ThenBy(model => model.Name.Name, StringComparer.Ordinal);
        foreach (KnownModel model in wanted)
        {
            KnownModel known = await CompleteAsync(model, cancellationToken).ConfigureAwait(false);
            if (all || known.IsOurs)
            {
                yield return known;
            }
        }
    }

    /// <summary>One model.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="jobId">The job that made it, if the caller knows that.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="FineTuningApiException">There is none, or it could not be read.</exception>
    public async Task<KnownModel> GetAsync(
        string name,
        string? jobId = null,
        CancellationToken cancellationToken = default
    )
    {
        var model = KnownModel.Make(await _client.GetModelAsync(name, cancellationToken).ConfigureAwait(false), jobId);
        return await CompleteAsync(model, cancellationToken).ConfigureAwait(false);
    }

    private async Task<KnownModel> CompleteAsync(KnownModel model, CancellationToken cancellationToken)
    {
        if (
            model.JobId is not null
            || (!model.Name.IsFineTuned && s_vendors.Contains(model.OwnedBy, StringComparer.OrdinalIgnoreCase))
        )
        {
            return model;
        }

        JobResource? job;
        while (!_jobs.TryGetValue(model.Name.Whole, out job) && !_allJobs)
        {
            await ReadJobsAsync(cancellationToken).ConfigureAwait(false);
        }

        return job is null ? model : model.MadeBy(job);
    }

    private async Task ReadJobsAsync(CancellationToken cancellationToken)
    {
        ListResource<JobResource> page;
        try
        {
            page = await _client
                .ListJobsAsync(new JobQuery { After = _lastJob }, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (FineTuningApiException e) when (!e.IsTransient)
        {
            // A server without jobs has models all the same.
            (JobsFailure, _allJobs) = (e, true);
            return;
        }

        foreach (JobResource job in page.Data)
        {
            _lastJob = job.Id;
            if (job.FineTunedModel is { Length: > 0 } made)
            {
                _jobs[made] = job;
            }
        }

        // A server that repeats its pages would be asked without end.
        _allJobs = !page.HasMore || page.Data.Count == 0 || !_cursors.Add(_lastJob!);
    }
}
