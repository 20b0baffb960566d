using System.Collections;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using FineTuning.Completers;
using FineTuning.Core.Client;
using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;
using FineTuning.Identities;
using FineTuning.Output;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Lists jobs, or shows some.</summary>
[Cmdlet(VerbsCommon.Get, "FineTuningJob", DefaultParameterSetName = "List", SupportsPaging = true)]
[OutputType(typeof(FineTuningJob))]
public sealed class GetFineTuningJobCommand : ApiCmdlet
{
    /// <summary>The jobs to show.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true,
        ParameterSetName = "Id"
    )]
    [Alias("JobId")]
    [ArgumentCompleter(typeof(JobIdCompleter))]
    public JobIdentity[] Id { get; set; } = [];

    /// <summary>Only jobs with one of these statuses. Chosen here: the service lists all.</summary>
    [Parameter(ParameterSetName = "List")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(JobStatusCompleter))]
    [Words(typeof(JobStatusCompleter))]
    public string[]? Status { get; set; }

    /// <summary>Only jobs of these base models; wildcards are allowed. Chosen here: the service lists all.</summary>
    [Parameter(ParameterSetName = "List")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(BaseModelCompleter))]
    public string[]? Model { get; set; }

    /// <summary>Only jobs that carry all these pairs. Chosen by the service, and here once more: some take no
    /// notice.</summary>
    [Parameter(ParameterSetName = "List")]
    [ValidateNotNull]
    public IDictionary? Metadata { get; set; }

    /// <summary>Only jobs without metadata. Chosen by the service.</summary>
    [Parameter(ParameterSetName = "List")]
    public SwitchParameter NoMetadata { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (ParameterSetName == "List")
        {
            await TryAsync(
                "Endpoint",
                null,
                () => WriteListAsync(ListAsync(cancellationToken), job => new FineTuningJob(job), cancellationToken)
            );
            return;
        }

        foreach (JobIdentity id in Id)
        {
            await ForEachAsync(
                "Job",
                id,
                async () => WriteObject(new FineTuningJob(await Client.GetJobAsync(id.Id, cancellationToken)))
            );
        }
    }

    private async IAsyncEnumerable<JobResource> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Azure lists all jobs whatever the metadata.
        bool filtersHere =
            Status is not null
            || Model is not null
            || NoMetadata
            || (Metadata is not null && Client.Options.Dialect == ApiDialect.Azure);
        WildcardPattern[]? models = Model
            ?.Select(m => WildcardPattern.Get(m, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant))
            .ToArray();
        JobStatus[]? statuses = Status?.Select(s => new JobStatus(s)).ToArray();
        var query = new JobQuery
        {
            Limit = filtersHere ? 100 : PageSize(),
            Metadata = Metadata is null ? null : MetadataTable.ToPairs(Metadata),
        };
        await foreach (JobResource job in Client.EnumerateJobsAsync(query, cancellationToken))
        {
            if (
                (statuses is null || statuses.Contains(job.Status))
                && (models is null || Array.Exists(models, m => m.IsMatch(job.Model)))
                && (
                    query.Metadata is null || query.Metadata.All(pair => JobMetadata.Carries(job, pair.Key, pair.Value))
                )
                && (!NoMetadata || !JobMetadata.HasAnyOfTheUser(job))
            )
            {
                yield return job;
            }
        }
    }
}
