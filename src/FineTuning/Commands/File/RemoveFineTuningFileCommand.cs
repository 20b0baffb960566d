using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Identities;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Deletes files at the service.</summary>
[Cmdlet(VerbsCommon.Remove, "FineTuningFile", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveFineTuningFileCommand : ApiCmdlet
{
    /// <summary>The files to delete.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FileId")]
    [ArgumentCompleter(typeof(FileIdCompleter))]
    public FileIdentity[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (FileIdentity id in Id)
        {
            await ForEachAsync(
                "File",
                id,
                async () =>
                {
                    if (ShouldProcess(id.Id, "Delete file"))
                    {
                        await Client.DeleteFileAsync(id.Id, cancellationToken);
                    }
                }
            );
        }
    }
}
