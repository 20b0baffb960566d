using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;
using FineTuning.Identities;
using FineTuning.Output;

namespace FineTuning.Completers;

/// <summary>Names of the checkpoints of the newest jobs.</summary>
public sealed class CheckpointCompleter : IArgumentCompleter
{
    // Each takes a request, and the person who pressed Tab waits.
    private const int Jobs = 5;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) =>
        Completion
            .Ask(fakeBoundParameters, ListAsync)
            .Where(checkpoint => Completion.Matches(checkpoint.FineTunedModelCheckpoint, wordToComplete))
            .Select(checkpoint => Completion.Result(checkpoint.FineTunedModelCheckpoint, tip: Tip(checkpoint)));

    private static async Task<IReadOnlyList<CheckpointResource>> ListAsync(
        FineTuningClient client,
        CancellationToken cancellationToken
    )
    {
        ListResource<JobResource> jobs = await client
            .ListJobsAsync(new JobQuery { Limit = 20 }, cancellationToken)
            .ConfigureAwait(false);
        IReadOnlyList<CheckpointResource>[] lists = await Task.WhenAll(
                jobs.Data.Where(job => job.Status == JobStatus.Succeeded)
                    .Take(Jobs)
                    .Select(job => ListAsync(client, job.Id, cancellationToken))
            )
            .ConfigureAwait(false);
        return [.. lists.SelectMany(list => list)];
    }

    private static async Task<IReadOnlyList<CheckpointResource>> ListAsync(
        FineTuningClient client,
        string jobId,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (await client.ListCheckpointsAsync(jobId, null, cancellationToken).ConfigureAwait(false)).Data;
        }
        catch (FineTuningApiException)
        {
            // The checkpoints of the other jobs are still offered.
            return [];
        }
    }

    private static string Tip(CheckpointResource checkpoint) =>
        string.Format(
            CultureInfo.CurrentCulture,
            "step {0} of {1}, {2:g}",
            checkpoint.StepNumber,
            checkpoint.FineTuningJobId,
            Display.LocalTime(checkpoint.CreatedAt)
        );
}

/// <summary>What the permissions of the checkpoint that was typed have.</summary>
public abstract class PermissionCompleter : IArgumentCompleter
{
    private protected PermissionCompleter() { }

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    )
    {
        // An id would have to be looked up first, which takes too long.
        object? typed = fakeBoundParameters["Checkpoint"];
        if (typed is null || CheckpointIdentity.From(typed) is not { Refusal: null, IsCheckpointId: false } checkpoint)
        {
            return [];
        }

        return Completion
            .Ask(
                fakeBoundParameters,
                async (client, token) =>
                    (await client.ListPermissionsAsync(checkpoint.Id, null, token).ConfigureAwait(false)).Data
            )
            .Where(permission => Completion.Matches(ValueOf(permission), wordToComplete))
            .Select(permission =>
                Completion.Result(ValueOf(permission), tip: $"{permission.Id}, {permission.ProjectId}")
            );
    }

    private protected abstract string ValueOf(PermissionResource permission);
}

/// <summary>Ids of a checkpoint's permissions.</summary>
public sealed class PermissionIdCompleter : PermissionCompleter
{
    private protected override string ValueOf(PermissionResource permission) => permission.Id;
}

/// <summary>Projects that have a permission for a checkpoint.</summary>
public sealed class PermissionProjectCompleter : PermissionCompleter
{
    private protected override string ValueOf(PermissionResource permission) => permission.ProjectId;
}
