using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Core.Checkpoints;
using FineTuning.Core.Wire;
using FineTuning.Identities;
using FineTuning.Output;

namespace FineTuning.Commands;

/// <summary>Lets projects use checkpoints.</summary>
[Cmdlet(VerbsSecurity.Grant, "CheckpointPermission", SupportsShouldProcess = true)]
[OutputType(typeof(CheckpointPermission))]
public sealed class GrantCheckpointPermissionCommand : CheckpointPermissionCmdlet
{
    /// <summary>The projects that may use them.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PermissionProjectCompleter))]
    public string[] ProjectId { get; set; } = [];

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        string[] projects = [.. ProjectId.Distinct(StringComparer.Ordinal)];
        foreach (CheckpointIdentity checkpoint in Checkpoint)
        {
            await ForEachAsync(
                "Checkpoint",
                checkpoint,
                async () =>
                {
                    if (!ShouldProcess(checkpoint.Id, $"Grant use to {string.Join(", ", projects)}"))
                    {
                        return;
                    }

                    string model = await ModelOfAsync(checkpoint, cancellationToken);
                    await foreach (
                        PermissionResource permission in new PermissionGranter(Client).GrantAsync(
                            model,
                            projects,
                            cancellationToken
                        )
                    )
                    {
                        WriteObject(new CheckpointPermission(model, permission));
                    }
                }
            );
        }
    }
}
