using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Core.Checkpoints;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Threading;
using FineTuning.Core.Wire;
using FineTuning.Identities;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>A cmdlet about the permissions of checkpoints, which need an admin key.</summary>
public abstract class CheckpointPermissionCmdlet : ApiCmdlet
{
    private CheckpointFinder? _finder;
    private FineTuningConnection? _finderOf;
    private FineTuningConnection? _explained;
    private bool _isSearching;

    /// <summary>The checkpoints.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(CheckpointCompleter))]
    public CheckpointIdentity[] Checkpoint { get; set; } = [];

    /// <summary>The name that the API knows a checkpoint by. An id is looked up among the checkpoints of the newest
    /// jobs.</summary>
    private protected async Task<string> ModelOfAsync(
        CheckpointIdentity checkpoint,
        CancellationToken cancellationToken
    )
    {
        _isSearching = false;
        if (!checkpoint.IsCheckpointId)
        {
            return checkpoint.Id;
        }

        FineTuningClient client = Client;
        if (_finder is null || _finderOf != InUse)
        {
            (_finder, _finderOf) = (new CheckpointFinder(client), InUse);
        }

        using var line = new ProgressLine(this, $"Looking for the checkpoint {checkpoint.Id}");
        var progress = new SynchronousProgress<int>(jobs => line.Report($"{jobs} jobs looked through"));
        _isSearching = true;
        CheckpointResource? found = await _finder.FindAsync(checkpoint.Id, progress, cancellationToken);
        _isSearching = false;
        return found?.FineTunedModelCheckpoint
            ?? throw new FineTuningApiException(
                ApiErrorKind.NotFound,
                $"Among the checkpoints of the newest jobs ({_finder.Jobs} looked through) is no '{checkpoint.Id}'."
            )
            {
                Advice = "Name it by its model, or pipe it: Get-FineTuningCheckpoint JOB.",
            };
    }

    /// <inheritdoc/>
    private protected sealed override string? Explain(FineTuningApiException failure)
    {
        if (failure.StatusCode == 404 && InUse?.Client.Options.Dialect == ApiDialect.Azure && failure.Code == "404")
        {
            return "Azure OpenAI has no permissions of checkpoints. There a model is used through its deployments, "
                + "and roles on the resource say who may use those.";
        }

        // A search asks with the ordinary key for what that may see.
        if (
            _isSearching
            || failure.Advice is not null
            || failure.Kind is not (ApiErrorKind.AuthenticationFailed or ApiErrorKind.PermissionDenied)
        )
        {
            return null;
        }

        // The whole explanation for each of a hundred checkpoints would hide what else went wrong.
        if (_explained is not null && _explained == InUse)
        {
            return "The reason is the same as for the one before: it needs an admin key that may do this.";
        }

        _explained = InUse;
        return InUse?.AdminKeySource is string source
            ? $"Permissions of checkpoints need an admin key of the organisation. The admin key that was sent "
                + $"({source}) was refused: it is wrong, has ended, is of "
                + "another organisation, or may not do this. Correct it at its place, then connect again."
            : $"Permissions of checkpoints need an admin key of the organisation. This connection has none, so its "
                + $"ordinary key ({InUse?.KeySource}) was sent. Store an "
                + "admin key with Set-Secret and name it: Connect-FineTuning -AdminSecretName NAME. Or set "
                + "OPENAI_ADMIN_KEY, which "
                + "is for the endpoint in OPENAI_BASE_URL, or without that for OpenAI's, then connect again. An "
                + "owner makes one at the "
                + "service, such as https://platform.openai.com/settings/organization/admin-keys.";
    }
}
