using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Core.Checkpoints;
using FineTuning.Errors;
using FineTuning.Identities;

namespace FineTuning.Commands;

/// <summary>Takes projects' rights to checkpoints back.</summary>
[Cmdlet(
    VerbsSecurity.Revoke,
    "CheckpointPermission",
    DefaultParameterSetName = "Permission",
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High
)]
[OutputType(typeof(void))]
public sealed class RevokeCheckpointPermissionCommand : CheckpointPermissionCmdlet
{
    /// <summary>The permissions to take back.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Id")]
    [ValidateNotNullOrEmpty]
    [Alias("PermissionId")]
    [ArgumentCompleter(typeof(PermissionIdCompleter))]
    public string[]? Id { get; set; }

    /// <summary>The projects whose permissions to take back. Of permissions that are piped, only theirs.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "Project")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PermissionProjectCompleter))]
    public string[]? ProjectId { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (CheckpointIdentity checkpoint in Checkpoint)
        {
            if (
                checkpoint.Refusal is null
                && Id is null
                && ProjectId is null
                && checkpoint is { PermissionId: null, ProjectId: null }
            )
            {
                WriteError(IdentityErrors.WhichPermission(checkpoint));
                continue;
            }

            foreach (string id in Ids(checkpoint))
            {
                await ForEachAsync("Permission", checkpoint, () => RevokeAsync(checkpoint, id, cancellationToken));
            }

            foreach (string project in Projects(checkpoint))
            {
                await ForEachAsync(
                    "Permission",
                    checkpoint,
                    () => RevokeOfAsync(checkpoint, project, cancellationToken)
                );
            }
        }
    }

    /// <summary>The permissions whose ids are known. Of what is piped only what the parameters ask for.</summary>
    private IEnumerable<string> Ids(CheckpointIdentity checkpoint) =>
        checkpoint.PermissionId is not string own ? Id ?? []
        : (Id is null || Id.Contains(own, StringComparer.Ordinal))
        && (ProjectId is null || ProjectId.Contains(checkpoint.ProjectId, StringComparer.Ordinal))
            ? [own]
        : [];

    private IEnumerable<string> Projects(CheckpointIdentity checkpoint) =>
        checkpoint.PermissionId is not null || Id is not null
            ? []
            : ProjectId?.Distinct(StringComparer.Ordinal) ?? [checkpoint.ProjectId!];

    private async Task RevokeAsync(CheckpointIdentity checkpoint, string id, CancellationToken cancellationToken)
    {
        string of =
            id == checkpoint.PermissionId && checkpoint.ProjectId is string project ? $" of {project}" : string.Empty;
        if (ShouldProcess($"{id}{of} for {checkpoint.Id}", "Revoke permission"))
        {
            string model = await ModelOfAsync(checkpoint, cancellationToken);
            await Client.DeletePermissionAsync(model, id, cancellationToken);
        }
    }

    private async Task RevokeOfAsync(CheckpointIdentity checkpoint, string project, CancellationToken cancellationToken)
    {
        if (!ShouldProcess($"{project} for {checkpoint.Id}", "Revoke permission"))
        {
            return;
        }

        string model = await ModelOfAsync(checkpoint, cancellationToken);
        if (await new PermissionRevoker(Client).RevokeAsync(model, project, cancellationToken) == 0)
        {
            WriteError(NotFoundErrors.PermissionOf(project, model));
        }
    }
}
