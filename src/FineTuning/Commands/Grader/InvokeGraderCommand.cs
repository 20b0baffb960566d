using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Text.Json;
using FineTuning.Core.Datasets;
using FineTuning.Core.Errors;
using FineTuning.Core.Evaluation;
using FineTuning.Core.Grading;
using FineTuning.Core.Http;
using FineTuning.Errors;
using FineTuning.Operations;
using FineTuning.Output;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Grades samples, at the service or on this machine.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Grader", DefaultParameterSetName = "Object")]
[OutputType(typeof(GraderResult))]
public sealed class InvokeGraderCommand : ApiCmdlet
{
    private const string Name =
        "Name the property that has the model's text, such as with -SampleProperty answer; or give all rows the same text with -ModelSample.";

    private readonly ScoreMeter _scores = new();
    private readonly FirstRows _first = new();
    private SampleSource? _source;
    private SampleGrading? _grading;
    private ProgressLine? _progress;
    private long _row;

    /// <summary>The grader: of New-Grader, a hashtable, JSON text, or the path of a JSON file.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNull]
    public object Grader { get; set; } = string.Empty;

    /// <summary>The model's text. Without it, the pipeline's objects bring it as model_sample or ModelSample.</summary>
    [Parameter(Position = 1)]
    [Alias("model_sample")]
    [AllowEmptyString]
    public string? ModelSample { get; set; }

    /// <summary>The property of each object, line or row that has the model's text.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SampleProperty { get; set; }

    /// <summary>The dataset item that fills the grader's item names: a hashtable, an object, or JSON text. Without it,
    /// a pipeline's object is its own.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? Item { get; set; }

    /// <summary>Samples with their items: objects, answers of models, lines of JSON, texts, or files of them.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = "Object")]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>Files of samples with their items, as JSONL or CSV; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Path")]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The most gradings at once. Less run while the service says that it gets too many.</summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 8;

    /// <summary>Grades on this machine, without a service and without cost: string_check, text_similarity except
    /// cosine, and multi of these.</summary>
    [Parameter]
    public SwitchParameter Local { get; set; }

    /// <inheritdoc/>
    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        if (ModelSample is not null && SampleProperty is not null)
        {
            throw Stop(
                ErrorRecords.Invalid(
                    "InvalidSample",
                    "-ModelSample is the text for all rows, and -SampleProperty the property that has the text of each.",
                    "Give one of them.",
                    SampleProperty
                )
            );
        }

        _source = new SampleSource(ModelSample, SampleProperty, Item);
        JsonElement definition = SampleGrading.ReadGrader(this, Grader);
        ISampleGrader? local = Local ? SampleGrading.CreateLocal(this, definition) : null;
        var gate = new AdaptiveRateLimiter(ThrottleLimit);
        _grading = new SampleGrading(
            this,
            () => local ?? new ServiceGrader(Client.WithGate(gate), definition),
            definition,
            gate,
            Write,
            Describe,
            StopToken
        );
        try
        {
            // The same for all rows, so a wrong one is told once.
            _ = Item is null ? null : SampleRow.Of(string.Empty, Item);
        }
        catch (Exception e) when (InputRow.IsUnreadable(e))
        {
            throw Stop(
                ErrorRecords.Invalid(
                    "InvalidItem",
                    e.Message,
                    "Give -Item a hashtable, an object, or the text of a JSON object.",
                    Item
                )
            );
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (ParameterSetName == "Path")
        {
            foreach (string pattern in Path)
            {
                foreach (string path in LocalPath.Expand(this, pattern, isLiteral: false))
                {
                    await AddFileAsync(path, cancellationToken);
                }
            }
        }
        else if (InputObject is null)
        {
            await AddAsync(
                "-ModelSample",
                () => SampleRow.Of(ModelSample ?? throw new FormatException("There is no sample."), Item),
                cancellationToken
            );
        }
        else if (InputObject.BaseObject is FileInfo file)
        {
            await AddFileAsync(file.FullName, cancellationToken);
        }
        else
        {
            await AddAsync(InputObject, () => SampleRow.From(InputObject, _source!), cancellationToken);
        }
    }

    /// <inheritdoc/>
    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        await _grading!.Run.FinishAsync(cancellationToken);
        ThrowIfEnded();
        _progress?.Dispose();
        if (_scores.Errors > 0)
        {
            WriteWarning(
                _scores.Count == 1
                    ? "The sample was graded with an error, and has the reward 0 for that: its property Error says why."
                    : FormattableString.Invariant(
                        $"{_scores.Errors:N0} of {_scores.Count:N0} samples were graded with errors, and have the reward 0 for that: their property Error says why."
                    )
            );
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _grading?.Run.Dispose();
        base.Dispose(disposing);
    }

    private async Task AddFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            if (string.Equals(System.IO.Path.GetExtension(path), ".csv", StringComparison.OrdinalIgnoreCase))
            {
                Collection<PSObject> rows = ExternalCode.Run(() =>
                    InvokeCommand.InvokeScript("param($path) Import-Csv -LiteralPath $path", path)
                );
                foreach (PSObject row in rows)
                {
                    await AddAsync(row, () => SampleRow.From(row, _source!), cancellationToken);
                }

                return;
            }

            await foreach (JsonLine line in JsonLineFile.ReadAsync(path, cancellationToken))
            {
                await AddAsync(
                    FormattableString.Invariant($"{path}:{line.Number}"),
                    () => SampleRow.FromJson(line.ToObject(), _source!),
                    cancellationToken
                );
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WriteError(ErrorRecords.FileNotRead(e, path));
        }
    }

    private async Task AddAsync(object source, Func<SampleRow> read, CancellationToken cancellationToken)
    {
        _row++;
        SampleRow row;
        try
        {
            row = read();
        }
        catch (Exception e) when (InputRow.IsUnreadable(e))
        {
            string place = source is string text ? $" ({text})" : string.Empty;
            WriteError(
                ErrorRecords.Invalid(
                    "SampleNotRead",
                    FormattableString.Invariant($"Row {_row}{place} cannot be graded. {e.Message}"),
                    e.Message.Contains("JSON")
                        ? "Write each line as one JSON object, with the model's text as 'model_sample'."
                        : Name,
                    source,
                    ErrorCategory.InvalidData
                )
            );
            if (_first.AreHopeless())
            {
                throw Stop(
                    ErrorRecords.Invalid(
                        "NoRowFits",
                        FormattableString.Invariant(
                            $"None of the first {FirstRows.Max} rows can be graded, so the rest was not tried. {e.Message}"
                        ),
                        Name,
                        null,
                        ErrorCategory.InvalidData
                    )
                );
            }

            return;
        }

        _first.Used();
        if (_progress is null)
        {
            _progress = new ProgressLine(this, $"Grading with {_grading!.Name}");
            _grading.Run.OnProgress = () => _progress.Report(_grading.Status(_scores));
        }

        await _grading!.Run.AddAsync(new SampleInput(_row, row), cancellationToken);
        ThrowIfEnded();
    }

    private void Write(SampleInput input, GradeResult result)
    {
        _scores.Add(result);
        WriteObject(new GraderResult(input.Number, input.Row, _grading!.Name, result));
    }

    private ErrorRecord Describe(SampleInput input, FineTuningApiException e) =>
        InUse is { IsClosed: true }
            ? ConnectionClosed()
            : ErrorRecords.FromApi(e, "Grader", input.Row.Item ?? input.Row.Sample, InUse?.Endpoint);

    private void ThrowIfEnded()
    {
        if (_grading!.Run.End is ErrorRecord end)
        {
            throw Stop(end);
        }
    }
}
