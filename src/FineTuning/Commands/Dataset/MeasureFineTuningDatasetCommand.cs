using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Core.Datasets.Measuring;
using FineTuning.Core.Wire;
using FineTuning.Errors;
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

        _price = Price is { } given
            ? new TrainingPrice
            {
                Model = Model,
                PerMillionTokens = given,
                Currency = Currency,
                AsOf = DateTime.Today,
            }
            : null;
        string path = PriceFile ?? "prices.json";
        try
        {
            path = PriceFile is null ? System.IO.Path.Combine(UserFolder.Path, path) : LocalPath.Target(this, path);
            if (_price is null)
            {
                _price = Core.Datasets.Measuring.PriceFile.Read(path).Find(Model);
            }
            else if (SavePrice && ShouldProcess(path, $"Keep the price of {Model}: {_price}"))
            {
                Core.Datasets.Measuring.PriceFile.Read(path).Save(_price);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // The numbers of the dataset are worth having without it.
            WriteError(PriceErrors.FileFailed(e, path, SavePrice));
        }

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

            if (measure.SkippedLines > 0)
            {
                string what =
                    measure.SkippedLines == 1
                        ? "1 line is no example and was"
                        : FormattableString.Invariant($"{measure.SkippedLines:N0} lines are no examples and were");
                WriteWarning($"{measure.Name}: {what} left out. Test-FineTuningDataset says what is wrong.");
            }

            WriteObject(measure);
        }
        catch (InvalidDataException e)
        {
            WriteError(DatasetErrors.NotText(e, path));
        }
    }
}
