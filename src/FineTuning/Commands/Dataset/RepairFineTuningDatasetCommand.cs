using System.Management.Automation;
using FineTuning.Core.Datasets.Repairing;
using FineTuning.Errors;
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

        string destination =
            Destination is not null ? LocalPath.Target(this, Destination)
            : Force ? source
            : Beside(source);
        bool inPlace = string.Equals(destination, source, LocalPath.Comparison);
        if (Refuse(destination, inPlace) is ErrorRecord refusal)
        {
            WriteError(refusal);
            return;
        }

        if (
            !ShouldProcess(
                inPlace ? source : $"{source} to {destination}",
                inPlace ? "Repair dataset in place" : "Repair dataset"
            )
        )
        {
            return;
        }

        using var line = new ProgressLine(this, $"Repairing {System.IO.Path.GetFileName(source)}");
        var options = new DatasetRepairOptions { Overwrite = Force, AlwaysWrite = Destination is not null && !inPlace };
        try
        {
            var repair = new DatasetRepair(
                await DatasetRepairer.RepairAsync(
                    source,
                    destination,
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

    private static string Beside(string source)
    {
        string extension = System.IO.Path.GetExtension(source);
        return System.IO.Path.ChangeExtension(source, "repaired" + (extension.Length > 0 ? extension : ".jsonl"));
    }

    private ErrorRecord? Refuse(string destination, bool inPlace)
    {
        if (_hasWritten)
        {
            return DatasetErrors.TargetUsedTwice(destination, "Repair", "-Destination");
        }

        if (inPlace)
        {
            return Force ? null : DatasetErrors.NotInPlace(destination);
        }

        string action = Destination is null
            ? "Use -Destination with -Force to replace it; -Force alone repairs the file itself."
            : "Use -Force to replace it, or -Destination to choose another place.";
        return FileErrors.Refuse(destination, Force, action);
    }
}
