using System.Management.Automation;
using System.Runtime.CompilerServices;
using FineTuning.Completers;
using FineTuning.Core.Client;
using FineTuning.Core.Wire;
using FineTuning.Identities;
using FineTuning.Output;
using FineTuning.Parameters;

namespace FineTuning.Commands;

/// <summary>Lists which projects may use checkpoints.</summary>
[Cmdlet(VerbsCommon.Get, "CheckpointPermission", SupportsPaging = true)]
[OutputType(typeof(CheckpointPermission))]
public sealed class GetCheckpointPermissionCommand : CheckpointPermissionCmdlet
{
    /// <summary>Only the permissions of these projects.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PermissionProjectCompleter))]
    public string[]? ProjectId { get; set; }

    /// <summary>By time, the oldest or the newest first; without it as the service does, which is the newest
    /// first.</summary>
    [Parameter]
    [Words(typeof(OrderCompleter))]
    [ValidateSet("ascending", "descending")]
    public string? Order { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (CheckpointIdentity checkpoint in Checkpoint)
        {
            await ForEachAsync(
                "Checkpoint",
                checkpoint,
                async () =>
                {
                    string model = await ModelOfAsync(checkpoint, cancellationToken);
                    await WriteListAsync(
                        ListAsync(model, cancellationToken),
                        p => new CheckpointPermission(model, p),
                        cancellationToken
                    );
                }
            );
        }
    }

    private async IAsyncEnumerable<PermissionResource> ListAsync(
        string model,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var query = new PermissionQuery
        {
            // The service chooses one project, several are chosen here.
            ProjectId = ProjectId is { Length: 1 } ? ProjectId[0] : null,
            Order = Order?.ToLowerInvariant(),
            Limit = ProjectId is null ? PageSize() : 100,
            LooksAhead = ProjectId is not null || IsManyPages(),
        };
        await foreach (
            PermissionResource permission in Client.EnumeratePermissionsAsync(model, query, cancellationToken)
        )
        {
            if (ProjectId is null || ProjectId.Contains(permission.ProjectId, StringComparer.Ordinal))
            {
                yield return permission;
            }
        }
    }
}
