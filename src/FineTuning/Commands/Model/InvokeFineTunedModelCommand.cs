using System.Collections;
using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Evaluation;
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
    private AdaptiveRateLimiter? _gate;
    private ModelAnswerRun? _answers;
    private ModelEvaluationRun? _evaluation;

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
        var asker = new ModelAsker
        {
            MaxTokens = MaxTokens,
            Temperature = Temperature,
            TopP = TopP,
            Seed = Seed,
            Stop = StopSequence,
            Options = RequestOptions.Read(this, Option),
        };
        _gate = new AdaptiveRateLimiter(ThrottleLimit);
        if (Compare?.Refusal is not null)
        {
            throw Stop(IdentityErrors.Refused("Model", Compare));
        }

        if (ParameterSetName == "Evaluate")
        {
            var grader = GraderDefinition.Read(this, Grader);
            string file = LocalPath.FindFile(this, Evaluate) ?? throw Stop(LocalPath.Missing(this, Evaluate));
            _evaluation = new(this, asker, _gate, new(file, grader, Local, IncludeResult, SystemMessage, Compare?.Id));
        }
        else
        {
            _answers = new(this, asker, _gate, Stream, (r, e) => Describe(r.Failed, e, r.Origin), StopToken);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        var questions = new QuestionReader(this, SystemMessage, question => AskAsync(question, cancellationToken));
        switch (ParameterSetName)
        {
            case "Evaluate":
                await EvaluateAsync(cancellationToken);
                break;
            case "Path":
                foreach (string path in Path.SelectMany(p => LocalPath.Expand(this, p, isLiteral: false)))
                {
                    await questions.ReadFileAsync(path, cancellationToken);
                }

                break;
            case "Input":
                await questions.ReadObjectAsync(InputObject, cancellationToken);
                break;
            default:
                await (
                    ParameterSetName == "Prompt"
                        ? questions.ReadPromptAsync(Prompt)
                        : questions.ReadMessagesAsync(Message)
                );
                break;
        }
    }

    /// <inheritdoc/>
    protected override Task EndAsync(CancellationToken cancellationToken) =>
        _answers?.FinishAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _answers?.Dispose();
        base.Dispose(disposing);
    }

    private Task AskAsync(InputQuestion question, CancellationToken cancellationToken) =>
        ForEachModelAsync(
            (client, model) => _answers!.AskAsync(new(client, InUse!, model, Compare?.Id, question), cancellationToken)
        );

    private Task EvaluateAsync(CancellationToken cancellationToken) =>
        ForEachModelAsync(
            (client, model) =>
                _evaluation!.RunAsync(client, InUse!, model, (t, e) => Describe(t, e, InUse!), cancellationToken)
        );

    private async Task ForEachModelAsync(Func<FineTuningClient, string, Task> work)
    {
        foreach (ModelIdentity model in Model)
        {
            await ForEachAsync("Model", model, () => work(Client.WithGate(_gate!), model.Id));
        }
    }

    private ErrorRecord Describe(object? target, FineTuningApiException e, FineTuningConnection origin) =>
        origin.IsClosed && origin == InUse ? ConnectionClosed() : ModelErrors.NotAsked(e, target, origin.Endpoint);
}
