using System.Management.Automation;
using FineTuning.Core.Datasets.Repairing;
using FineTuning.Errors;
using FineTuning.Operations;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Mends what can be mended in datasets.</summary>
[Cmdlet(VerbsDiagnostic.Repair, "FineTuningDataset", SupportsShouldProcess = true)]
[OutputType(typeof(DatasetRepair))]
public sealed class RepairFineTuningDatasetCommand : AsyncCmdlet
{
    private bool _hasWritten;

    /// <summary>The file to repair.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>The new file.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    /// <summary>Repairs in place, or replaces the new file if it exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (LocalPath.FindFile(this, Path) is not string source)
        {
            WriteError(LocalPath.Missing(this, Path));
            return;
        }

        var target = RepairTarget.Choose(this, source, Destination, Force);
        ErrorRecord? refusal = _hasWritten
            ? DatasetErrors.TargetUsedTwice(target.Path, "Repair", "-Destination")
            : target.Refuse();
        if (refusal is not null)
        {
            WriteError(refusal);
            return;
        }

        if (!ShouldProcess(target.Description, target.Action))
        {
            return;
        }

        using var line = new ProgressLine(this, $"Repairing {System.IO.Path.GetFileName(source)}");
        var options = new DatasetRepairOptions { Overwrite = Force, AlwaysWrite = target.IsAlwaysWritten };
        try
        {
            var repair = new DatasetRepair(
                await DatasetRepairer.RepairAsync(
                    source,
                    target.Path,
                    options,
                    DatasetProgressLine.For(line),
                    cancellationToken
                )
            );
            if (repair.ChangeCount == 0)
            {
                WriteVerbose(
                    $"There was nothing to mend in '{source}'"
                        + (repair.IsWritten ? "; it was copied." : ", so no file was written.")
                );
            }

            _hasWritten |= Destination is not null;
            WriteObject(repair);
        }
        catch (DatasetRepairException e)
        {
            WriteError(DatasetErrors.CannotRepair(e, source));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WriteError(DatasetErrors.NotRepaired(e, source));
        }
    }
}
