using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Core.Datasets;
using FineTuning.Operations;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Finds every problem of a dataset before it is sent.</summary>
[Cmdlet(VerbsDiagnostic.Test, "FineTuningDataset", DefaultParameterSetName = "Path")]
[OutputType(typeof(DatasetReport), typeof(bool))]
public sealed class TestFineTuningDatasetCommand : DatasetFilesCmdlet
{
    private string? _validation;

    /// <summary>The validation file that goes with them; its overlap with each is found too.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("ValidationFile")]
    [ValidateNotNullOrEmpty]
    public string? ValidationPath { get; set; }

    /// <summary>The training method; the data decide by default.</summary>
    [Parameter]
    [Words(typeof(MethodCompleter))]
    [ValidateSet("supervised", "dpo", "reinforcement")]
    public string? Method { get; set; }

    /// <summary>The model to train, for its kind of examples and the length of its context.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(BaseModelCompleter))]
    public string? Model { get; set; }

    /// <summary>Looks for what seems to be API keys and e-mail addresses, too.</summary>
    [Parameter]
    public SwitchParameter SecretScan { get; set; }

    /// <summary>Does not look for duplicates, nor for overlap.</summary>
    [Parameter]
    public SwitchParameter SkipDuplicateCheck { get; set; }

    /// <summary>The fewest examples that will do.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int MinimumExampleCount { get; set; } = DatasetLimits.MinTrainingExamples;

    /// <summary>How many problems of one code are listed; all are counted.</summary>
    [Parameter]
    [ValidateRange(0, 1_000_000)]
    public int MaxProblemPerCode { get; set; } = 100;

    /// <summary>Emits only whether the service would take the files.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        _validation = ValidationPath is null ? null : LocalPath.FindFile(this, ValidationPath);
        if (ValidationPath is not null && _validation is null)
        {
            WriteError(LocalPath.Missing(this, ValidationPath));
            return Task.CompletedTask;
        }

        return base.ProcessAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ReadAsync(string path, CancellationToken cancellationToken)
    {
        var options = new DatasetCheckOptions
        {
            Method = Method,
            Model = Model,
            MaxProblemsPerCode = MaxProblemPerCode,
            CheckDuplicates = !SkipDuplicateCheck,
            CheckSecrets = SecretScan,
            MinimumExamples = MinimumExampleCount,
        };
        DatasetReport report = await DatasetCheckRun.CheckAsync(this, path, _validation, options, cancellationToken);
        WriteObject(Quiet ? report.IsValid : report);
    }
}
