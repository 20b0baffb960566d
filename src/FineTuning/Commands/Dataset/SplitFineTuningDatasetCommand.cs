using System.Management.Automation;
using FineTuning.Core.Datasets.Splitting;
using FineTuning.Errors;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Splits datasets into a training and a validation file.</summary>
[Cmdlet(VerbsCommon.Split, "FineTuningDataset", DefaultParameterSetName = "Fraction", SupportsShouldProcess = true)]
[OutputType(typeof(DatasetSplit))]
public sealed class SplitFineTuningDatasetCommand : AsyncCmdlet
{
    private readonly HashSet<string> _written = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The file to split.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>The share that goes to validation.</summary>
    [Parameter(ParameterSetName = "Fraction")]
    public double ValidationFraction { get; set; } = 0.2;

    /// <summary>How many examples go to validation.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Count")]
    [ValidateRange(1L, long.MaxValue)]
    public long ValidationCount { get; set; }

    /// <summary>Decides which examples go where.</summary>
    [Parameter]
    public int Seed { get; set; } = DatasetSplitOptions.DefaultSeed;

    /// <summary>Keeps the proportions of the answers.</summary>
    [Parameter]
    public SwitchParameter Stratify { get; set; }

    /// <summary>The field that holds the label.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LabelField { get; set; }

    /// <summary>The new training file.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? TrainingPath { get; set; }

    /// <summary>The new validation file.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ValidationPath { get; set; }

    /// <summary>Replaces files that exist.</summary>
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

        string training = TrainingPath is null ? Beside(source, "train") : LocalPath.Target(this, TrainingPath);
        string validation = ValidationPath is null ? Beside(source, "valid") : LocalPath.Target(this, ValidationPath);
        if ((Refuse(training, "-TrainingPath") ?? Refuse(validation, "-ValidationPath")) is ErrorRecord refusal)
        {
            WriteError(refusal);
            return;
        }

        if (!ShouldProcess($"{source} to {training} and {validation}", "Split dataset"))
        {
            return;
        }

        using var line = new ProgressLine(this, $"Splitting {System.IO.Path.GetFileName(source)}");
        var options = new DatasetSplitOptions
        {
            ValidationFraction = ValidationFraction,
            ValidationCount = ParameterSetName == "Count" ? ValidationCount : null,
            Seed = Seed,
            Stratify = Stratify || LabelField is not null,
            LabelField = LabelField,
            Overwrite = Force,
        };
        try
        {
            SplitResult result = await DatasetSplitter.SplitAsync(
                source,
                training,
                validation,
                options,
                DatasetProgressLine.For(line),
                cancellationToken
            );
            _written.UnionWith([training, validation]);
            WriteObject(new DatasetSplit(result));
        }
        catch (DatasetSplitException e)
        {
            WriteError(DatasetErrors.CannotBeSplit(e, source));
        }
        catch (ArgumentException e)
        {
            WriteError(DatasetErrors.InvalidOptions(e, source));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WriteError(DatasetErrors.NotSplit(e, source));
        }
    }

    private static string Beside(string source, string part)
    {
        string extension = System.IO.Path.GetExtension(source);
        return System.IO.Path.ChangeExtension(source, part + (extension.Length > 0 ? extension : ".jsonl"));
    }

    private ErrorRecord? Refuse(string path, string parameter) =>
        _written.Contains(path)
            ? DatasetErrors.TargetUsedTwice(path, "Split", parameter)
            : FileErrors.Refuse(path, Force, $"Use -Force to replace it, or {parameter} to choose another place.");
}
