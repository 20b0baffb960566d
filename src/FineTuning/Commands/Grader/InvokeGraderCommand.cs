using System.Management.Automation;
using FineTuning.Core.Errors;
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
    private GraderRun? _run;

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
            throw Stop(GraderErrors.InvalidSample(SampleProperty));
        }

        _run = new GraderRun(
            this,
            new(
                GraderDefinition.Read(this, Grader),
                new SampleSource(ModelSample, SampleProperty, Item),
                Local,
                ThrottleLimit
            ),
            () => Client,
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
            throw Stop(GraderErrors.InvalidItem(e, Item));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (ParameterSetName != "Path")
        {
            await (
                InputObject is null
                    ? _run!.AddParametersAsync(cancellationToken)
                    : _run!.AddObjectAsync(InputObject, cancellationToken)
            );
            return;
        }

        foreach (string pattern in Path)
        {
            foreach (string path in LocalPath.Expand(this, pattern, isLiteral: false))
            {
                await _run!.AddFileAsync(path, cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    protected override Task EndAsync(CancellationToken cancellationToken) => _run!.FinishAsync(cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _run?.Dispose();
        base.Dispose(disposing);
    }

    private ErrorRecord Describe(SampleInput input, FineTuningApiException e) =>
        InUse is { IsClosed: true }
            ? ConnectionClosed()
            : ApiErrors.Make(e, "Grader", input.Row.Item ?? input.Row.Sample, InUse?.Endpoint);
}
