using System.Management.Automation;
using System.Runtime.CompilerServices;
using FineTuning.Completers;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;
using FineTuning.Errors;
using FineTuning.Identities;
using FineTuning.Operations;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Shows what happened in jobs, newest first; with -Follow as it happens, oldest first.</summary>
[Cmdlet(VerbsCommon.Get, "FineTuningEvent", SupportsPaging = true)]
[OutputType(typeof(FineTuningEvent))]
public sealed class GetFineTuningEventCommand : ApiCmdlet
{
    private readonly FollowedJobs _followed = new();
    private bool _wasReached;

    /// <summary>The jobs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(JobIdCompleter))]
    public JobIdentity[] JobId { get; set; } = [];

    /// <summary>Gives each event once, oldest first, until the job has ended.</summary>
    [Parameter]
    public SwitchParameter Follow { get; set; }

    /// <summary>Only events that came after the one with this id; for several jobs, an id of each.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? After { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (JobIdentity id in JobId)
        {
            await ForEachAsync(
                "Job",
                id,
                async () =>
                {
                    if (!Follow)
                    {
                        await ListAsync(id.Id, cancellationToken);
                    }
                    else if (IsOfOneService(id) && _followed.Add(id.Id))
                    {
                        _wasReached |= CameFromHere(id);
                    }
                }
            );
        }
    }

    /// <inheritdoc/>
    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_followed.Count > 0)
        {
            await WhileOpenAsync(cancellationToken, FollowAsync);
        }
    }

    /// <inheritdoc/>
    protected override void OnStopped()
    {
        if (_followed.HowToGoOn(After) is string message)
        {
            TellHost(message);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        WriteTotalCount();
        if (PagingParameters.First > 0)
        {
            var run = new EventFollowRun(this, Client, _followed, WriteFailure);
            await run.RunAsync(After, _wasReached, cancellationToken);
        }
    }

    private async Task ListAsync(string jobId, CancellationToken cancellationToken)
    {
        try
        {
            IAsyncEnumerable<EventResource> events = After is null
                ? Client.EnumerateEventsAsync(jobId, new PageQuery { Limit = PageSize() }, cancellationToken)
                : SinceAsync(jobId, cancellationToken);
            await WriteListAsync(events, e => new FineTuningEvent(e, jobId), cancellationToken);
        }
        catch (FineTuningApiException e) when (e.Code == EventFollower.UnknownEvent)
        {
            WriteFailure(e, jobId);
        }
    }

    private async IAsyncEnumerable<EventResource> SinceAsync(
        string jobId,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // All of them before the first is emitted: whether the event is the job's own shows only when it is reached.
        foreach (EventResource item in await new EventFollower(Client).ReadAsync(jobId, After!, cancellationToken))
        {
            yield return item;
        }
    }

    private void WriteFailure(FineTuningApiException failure, string jobId)
    {
        bool isAboutEvent = failure.Code == EventFollower.UnknownEvent;
        object target = isAboutEvent ? string.Join(", ", After!) : jobId;
        WriteError(ApiErrors.Make(failure, isAboutEvent ? "Event" : "Job", target, InUse?.Endpoint));
    }
}
