using System.Collections;
using System.Management.Automation;
using System.Text.Json;
using FineTuning.Completers;
using FineTuning.Core.Client;
using FineTuning.Core.Datasets;
using FineTuning.Core.Errors;
using FineTuning.Core.Http;
using FineTuning.Errors;
using FineTuning.Identities;
using FineTuning.Operations;
using FineTuning.Output;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Asks models, shows two side by side, or scores them on a set of examples.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "FineTunedModel", DefaultParameterSetName = "Input")]
[OutputType(typeof(ModelAnswer), ParameterSetName = ["Input", "Prompt", "Message", "Path"])]
[OutputType(typeof(ModelComparison), ParameterSetName = ["Input", "Prompt", "Message", "Path"])]
[OutputType(typeof(ModelEvaluation), ParameterSetName = ["Evaluate"])]
public sealed class InvokeFineTunedModelCommand : ApiCmdlet
{
    private ModelAsker _asker = new();
    private AdaptiveRateLimiter? _gate;
    private ModelConversation? _conversation;
    private ModelContest? _contest;

    /// <summary>The models: by name, or as models, jobs and checkpoints. Base models too.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Input")]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path")]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Prompt")]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Message")]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Evaluate")]
    [ArgumentCompleter(typeof(FineTunedModelCompleter))]
    public ModelIdentity[] Model { get; set; } = [];

    /// <summary>The question.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "Prompt")]
    public string Prompt { get; set; } = string.Empty;

    /// <summary>A conversation that the model goes on with: hashtables or objects with role and content, or the text of
    /// a JSON list of them.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Message")]
    public object[] Message { get; set; } = [];

    /// <summary>Questions: texts, lines of a dataset, objects with messages or a prompt, or files of them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "Input")]
    public PSObject InputObject { get; set; } = new();

    /// <summary>A dataset, as JSONL, whose examples are asked one after the other; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Path")]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>A dataset, as JSONL, on which the models are scored with -Grader.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Evaluate")]
    public string Evaluate { get; set; } = string.Empty;

    /// <summary>Scores the answers. It finds the example in item, and the example's own answer in
    /// item.reference.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Evaluate")]
    [ValidateNotNull]
    public object Grader { get; set; } = string.Empty;

    /// <summary>Grades on this machine, without cost, and not at the service.</summary>
    [Parameter(ParameterSetName = "Evaluate")]
    public SwitchParameter Local { get; set; }

    /// <summary>Keeps every graded answer in the property Results.</summary>
    [Parameter(ParameterSetName = "Evaluate")]
    public SwitchParameter IncludeResult { get; set; }

    /// <summary>A second model, such as the base: its answers stand beside the others, and scores are told as
    /// differences to its own.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(BaseModelCompleter))]
    public ModelIdentity? Compare { get; set; }

    /// <summary>Shows the answer at the prompt while it comes.</summary>
    [Parameter(ParameterSetName = "Prompt")]
    [Parameter(ParameterSetName = "Message")]
    [Parameter(ParameterSetName = "Input")]
    public SwitchParameter Stream { get; set; }

    /// <summary>What the system says first, for questions that have no such message of their own.</summary>
    [Parameter]
    [Alias("System")]
    public string? SystemMessage { get; set; }

    /// <summary>The most tokens of an answer, with those of reasoning.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? MaxTokens { get; set; }

    /// <summary>0 takes the likeliest token each time, so that answers repeat themselves as far as the service can; 2
    /// draws most freely.</summary>
    [Parameter]
    [ValidateRange(0.0, 2.0)]
    public double? Temperature { get; set; }

    /// <summary>Draws only from the likeliest tokens that together have this probability.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double? TopP { get; set; }

    /// <summary>Seeds the drawing.</summary>
    [Parameter]
    public int? Seed { get; set; }

    /// <summary>Texts that end an answer.</summary>
    [Parameter]
    [Alias("Stop")]
    public string[]? StopSequence { get; set; }

    /// <summary>Other fields of the request as the service names them, such as reasoning_effort.</summary>
    [Parameter]
    public IDictionary? Option { get; set; }

    /// <summary>The most requests at once. Less run while the service says that it gets too many.</summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 8;

    /// <inheritdoc/>
    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        _asker = new ModelAsker
        {
            MaxTokens = MaxTokens,
            Temperature = Temperature,
            TopP = TopP,
            Seed = Seed,
            Stop = StopSequence,
            Options = ReadOptions(),
        };
        _gate = new AdaptiveRateLimiter(ThrottleLimit);
        if (Compare?.Refusal is string refusal)
        {
            throw Stop(
                ErrorRecords.Invalid("NotModelIdentity", refusal, Compare.Advice, Compare, ErrorCategory.InvalidType)
            );
        }

        if (ParameterSetName == "Evaluate")
        {
            JsonElement definition = SampleGrading.ReadGrader(this, Grader);
            string file = LocalPath.FindFile(this, Evaluate) ?? throw Stop(LocalPath.Missing(this, Evaluate));
            _contest = new ModelContest(
                this,
                new ModelEvaluator(this, _asker, file, _gate, IncludeResult),
                definition,
                Local,
                SystemMessage,
                ThrottleLimit
            );
        }
        else
        {
            _conversation = new ModelConversation(
                this,
                _asker,
                _gate,
                Stream,
                (request, e) => Describe(request.Failed, e, request.Origin),
                StopToken
            );
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        switch (ParameterSetName)
        {
            case "Evaluate":
                await EvaluateAsync(cancellationToken);
                break;
            case "Path":
                foreach (string pattern in Path)
                {
                    foreach (string path in LocalPath.Expand(this, pattern, isLiteral: false))
                    {
                        await AskFileAsync(path, cancellationToken);
                    }
                }

                break;
            case "Input" when InputObject.BaseObject is FileInfo file:
                await AskFileAsync(file.FullName, cancellationToken);
                break;
            case "Input":
                await AskAsync(InputObject, () => ModelQuestion.From(InputObject, SystemMessage), cancellationToken);
                break;
            default:
                await AskAsync(
                    null,
                    () =>
                        ParameterSetName == "Prompt"
                            ? ModelQuestion.Of(Prompt, SystemMessage)
                            : ModelQuestion.Of(Message, SystemMessage),
                    cancellationToken
                );
                break;
        }
    }

    /// <inheritdoc/>
    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_conversation is not null)
        {
            await _conversation.FinishAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _conversation?.Dispose();
        base.Dispose(disposing);
    }

    private Dictionary<string, JsonElement> ReadOptions()
    {
        try
        {
            return ModelAsker.ReadOptions(Option ?? new Hashtable(), MyInvocation.BoundParameters.ContainsKey);
        }
        catch (PSArgumentException e)
        {
            throw Stop(
                ErrorRecords.Invalid(
                    "InvalidOption",
                    e.Message,
                    "Give -Option fields of the request that no parameter stands for, with values that are data.",
                    Option
                )
            );
        }
    }

    private async Task AskFileAsync(string path, CancellationToken cancellationToken)
    {
        var first = new FirstRows();
        try
        {
            await foreach (JsonLine line in JsonLineFile.ReadAsync(path, cancellationToken))
            {
                string place = FormattableString.Invariant($"{path}:{line.Number}");
                if (
                    await AskAsync(
                        place,
                        () => ModelQuestion.FromExample(line.ToObject(), null, SystemMessage),
                        cancellationToken
                    )
                )
                {
                    first.Used();
                }
                else if (first.AreHopeless())
                {
                    WriteError(FirstRows.NoExamples(path));
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WriteError(ErrorRecords.FileNotRead(e, path));
        }
    }

    // False if it is no question, which was told.
    private async Task<bool> AskAsync(object? source, Func<ModelQuestion> read, CancellationToken cancellationToken)
    {
        ModelQuestion question;
        try
        {
            question = read();
        }
        catch (Exception e) when (InputRow.IsUnreadable(e))
        {
            string place = source is string text ? $"{text}: " : string.Empty;
            WriteError(
                ErrorRecords.Invalid(
                    "QuestionNotRead",
                    $"{place}{e.Message}",
                    "Give a text, or an example with 'messages' or 'prompt'.",
                    source,
                    ErrorCategory.InvalidData
                )
            );
            return false;
        }

        foreach (ModelIdentity model in Model)
        {
            await ForEachAsync(
                "Model",
                model,
                () =>
                {
                    FineTuningClient client = Client.WithGate(_gate!);
                    return _conversation!.AskAsync(
                        new ModelRequest(client, InUse!, model.Id, Compare?.Id, question),
                        cancellationToken
                    );
                }
            );
        }

        return true;
    }

    private async Task EvaluateAsync(CancellationToken cancellationToken)
    {
        foreach (ModelIdentity model in Model)
        {
            await ForEachAsync(
                "Model",
                model,
                () =>
                {
                    FineTuningClient client = Client.WithGate(_gate!);
                    return _contest!.RunAsync(
                        client,
                        InUse!,
                        model.Id,
                        Compare?.Id,
                        (target, e) => Describe(target, e, InUse!),
                        cancellationToken
                    );
                }
            );
        }
    }

    private ErrorRecord Describe(object? target, FineTuningApiException e, FineTuningConnection origin) =>
        origin.IsClosed && origin == InUse
            ? ConnectionClosed()
            : ErrorRecords.FromApi(
                e,
                "Model",
                target,
                origin.Endpoint,
                e.Kind == ApiErrorKind.ModelNotAvailable
                    ? "Get-FineTunedModel lists the models; a job's own is in its property FineTunedModel."
                    : null
            );
}
