using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Core.Datasets.Measuring;
using FineTuning.Core.Wire;
using FineTuning.Errors;
using FineTuning.Operations;
using FineTuning.Output;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Counts what is in a dataset, and what a training on it would take.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "FineTuningDataset", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
[OutputType(typeof(DatasetMeasure))]
public sealed class MeasureFineTuningDatasetCommand : DatasetFilesCmdlet
{
    private TrainingPrice? _price;

    /// <summary>The model to train, for its tokens, its limits and its price.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(BaseModelCompleter))]
    public string Model { get; set; } = "gpt-4o-mini";

    /// <summary>Passes over the data, or auto.</summary>
    [Parameter]
    [AutoOrTransform(nameof(EpochCount))]
    [ArgumentCompleter(typeof(AutoCompleter))]
    public AutoOr<int> EpochCount { get; set; }

    /// <summary>Examples a step, or auto.</summary>
    [Parameter]
    [AutoOrTransform(nameof(BatchSize))]
    [ArgumentCompleter(typeof(AutoCompleter))]
    public AutoOr<int> BatchSize { get; set; }

    /// <summary>The price of a million trained tokens.</summary>
    [Parameter]
    [PriceTransform]
    public decimal? Price { get; set; }

    /// <summary>The currency of the price.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CurrencyCompleter))]
    [Words(typeof(CurrencyCompleter))]
    public string Currency { get; set; } = "USD";

    /// <summary>Keeps the price for the next time.</summary>
    [Parameter]
    public SwitchParameter SavePrice { get; set; }

    /// <summary>Where prices are kept.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PriceFile { get; set; }

    /// <inheritdoc/>
    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        if (SavePrice && Price is null)
        {
            ThrowTerminatingError(PriceErrors.NothingToSave(Model));
        }

        // Not ValidateRange: it would round to whole numbers first.
        if (Price is < 0)
        {
            ThrowTerminatingError(PriceErrors.NotValid(Price));
        }

        TrainingPrice? given = Price is { } price
            ? new TrainingPrice
            {
                Model = Model,
                PerMillionTokens = price,
                Currency = Currency,
                AsOf = DateTime.Today,
            }
            : null;
        _price = MeasurePrice.Find(this, Model, given, PriceFile, SavePrice);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task ReadAsync(string path, CancellationToken cancellationToken)
    {
        var options = new DatasetMeasureOptions
        {
            Model = Model,
            EpochCount = EpochCount.Value,
            BatchSize = BatchSize.Value,
            Price = _price,
        };
        try
        {
            DatasetMeasure measure;
            using (var line = new ProgressLine(this, $"Measuring {System.IO.Path.GetFileName(path)}"))
            {
                measure = await DatasetMeter.MeasureFileAsync(
                    path,
                    options,
                    DatasetProgressLine.For(line, isOnePass: true),
                    cancellationToken
                );
            }

            if (DatasetMeasureView.SkippedLines(measure) is string warning)
            {
                WriteWarning(warning);
            }

            WriteObject(measure);
        }
        catch (InvalidDataException e)
        {
            WriteError(DatasetErrors.NotText(e, path));
        }
    }
}
