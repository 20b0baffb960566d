using System.Collections;
using System.Management.Automation;
using System.Text.Json;
using FineTuning.Completers;
using FineTuning.Core.Grading.Linting;
using FineTuning.Errors;
using FineTuning.Operations;
using FineTuning.Output;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Builds a grader, and refuses one that cannot work.</summary>
[Cmdlet(VerbsCommon.New, "Grader")]
[OutputType("FineTuning.Grader")]
public sealed class NewGraderCommand : AsyncCmdlet
{
    private const string Check = "StringCheck",
        Similarity = "TextSimilarity",
        Score = "ScoreModel",
        Choice = "LabelModel",
        Script = "Python";
    private const string ScriptFile = "PythonFile",
        Parts = "Multi",
        Sample = "{{ sample.output_text }}";

    private readonly List<object> _parts = [];

    /// <summary>Compares two texts: 1 or 0.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Check)]
    public SwitchParameter StringCheck { get; set; }

    /// <summary>Measures how much two texts have in common: 0 to 1.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Similarity)]
    public SwitchParameter TextSimilarity { get; set; }

    /// <summary>Lets a model give a score.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Score)]
    public SwitchParameter ScoreModel { get; set; }

    /// <summary>Lets a model choose a label.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Choice)]
    public SwitchParameter LabelModel { get; set; }

    /// <summary>Lets a script give a score.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Script)]
    [Parameter(Mandatory = true, ParameterSetName = ScriptFile)]
    public SwitchParameter Python { get; set; }

    /// <summary>Works out a score from those of other graders.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Parts)]
    public SwitchParameter Multi { get; set; }

    /// <summary>The grader's name; without it, its type.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>What is graded: a template, or the messages for the model.</summary>
    [Parameter(ParameterSetName = Check)]
    [Parameter(ParameterSetName = Similarity)]
    [Parameter(Mandatory = true, ParameterSetName = Score)]
    [Parameter(Mandatory = true, ParameterSetName = Choice)]
    [Alias("Input")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public object InputTemplate { get; set; } = Sample;

    /// <summary>What it should be: a template.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Check)]
    [Parameter(Mandatory = true, ParameterSetName = Similarity)]
    [AllowEmptyString]
    public string Reference { get; set; } = string.Empty;

    /// <summary>How two texts are compared.</summary>
    [Parameter(ParameterSetName = Check)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(GraderOperationCompleter))]
    [Words(typeof(GraderOperationCompleter))]
    public string Operation { get; set; } = "eq";

    /// <summary>How likeness is measured.</summary>
    [Parameter(ParameterSetName = Similarity)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(GraderMetricCompleter))]
    [Words(typeof(GraderMetricCompleter))]
    public string EvaluationMetric { get; set; } = "fuzzy_match";

    /// <summary>The model that grades.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Score)]
    [Parameter(Mandatory = true, ParameterSetName = Choice)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(GraderModelCompleter))]
    public string? Model { get; set; }

    /// <summary>The least and the highest score.</summary>
    [Parameter(ParameterSetName = Score)]
    [ValidateNotNull]
    public double[]? Range { get; set; }

    /// <summary>What the model can choose from.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Choice)]
    public string[]? Label { get; set; }

    /// <summary>The labels that score 1.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Choice)]
    public string[]? PassingLabel { get; set; }

    /// <summary>How the answer is drawn, in the service's own names.</summary>
    [Parameter(ParameterSetName = Score)]
    [ValidateNotNull]
    public IDictionary? SamplingParameter { get; set; }

    /// <summary>0 takes the likeliest word each time.</summary>
    [Parameter(ParameterSetName = Score)]
    [ValidateRange(0.0, 2.0)]
    public double? Temperature { get; set; }

    /// <summary>The share of the likeliest words to draw from.</summary>
    [Parameter(ParameterSetName = Score)]
    [ValidateRange(0.0, 1.0)]
    public double? TopP { get; set; }

    /// <summary>Seeds the drawing.</summary>
    [Parameter(ParameterSetName = Score)]
    public int? Seed { get; set; }

    /// <summary>The most tokens of an answer.</summary>
    [Parameter(ParameterSetName = Score)]
    [ValidateRange(1, int.MaxValue)]
    public int? MaxCompletionTokens { get; set; }

    /// <summary>How much a reasoning model thinks.</summary>
    [Parameter(ParameterSetName = Score)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(GraderEffortCompleter))]
    [Words(typeof(GraderEffortCompleter))]
    public string? ReasoningEffort { get; set; }

    /// <summary>The script's text.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Script)]
    [ValidateNotNullOrEmpty]
    public string? Source { get; set; }

    /// <summary>The script's file.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ScriptFile)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The image that the script runs in.</summary>
    [Parameter(ParameterSetName = Script)]
    [Parameter(ParameterSetName = ScriptFile)]
    [ValidateNotNullOrEmpty]
    public string? ImageTag { get; set; }

    /// <summary>Graders with names, or tables of names and graders.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = Parts)]
    [ValidateNotNull]
    public object[]? Grader { get; set; }

    /// <summary>How the scores make one.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Parts)]
    [Alias("CalculateOutput")]
    public string Formula { get; set; } = string.Empty;

    /// <summary>The score from which a sample passes, for the evals API.</summary>
    [Parameter(ParameterSetName = Similarity)]
    [Parameter(ParameterSetName = Score)]
    [Parameter(ParameterSetName = Script)]
    [Parameter(ParameterSetName = ScriptFile)]
    public double? PassThreshold { get; set; }

    /// <inheritdoc/>
    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        _parts.AddRange(Grader ?? []);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        JsonElement definition;
        try
        {
            definition = Build();
        }
        catch (PSArgumentException e)
        {
            throw Stop(GraderDefinitionErrors.Invalid(e, Name));
        }

        IReadOnlyList<GraderProblem> problems = GraderLinter.Check(definition);
        GraderCheck.Warn(problems, WriteWarning);
        if (GraderErrors.Refuse(problems, Name) is ErrorRecord refusal)
        {
            throw Stop(refusal);
        }

        WriteObject(GraderObject.Make(definition));
        return Task.CompletedTask;
    }

    private JsonElement Build() =>
        (
            ParameterSetName switch
            {
                Check => new GraderBuilder("string_check", Name)
                    .Add("input", InputTemplate)
                    .Add("reference", Reference)
                    .Add("operation", Operation),
                Similarity => new GraderBuilder("text_similarity", Name)
                    .Add("input", InputTemplate)
                    .Add("reference", Reference)
                    .Add("evaluation_metric", EvaluationMetric),
                Score => new GraderBuilder("score_model", Name)
                    .Add("model", Model)
                    .Add("input", GraderBuilder.Messages(InputTemplate))
                    .Add("range", Range)
                    .AddObject(
                        "sampling_params",
                        SamplingParameter,
                        ("seed", Seed),
                        ("top_p", TopP),
                        ("temperature", Temperature),
                        ("max_completions_tokens", MaxCompletionTokens),
                        ("reasoning_effort", ReasoningEffort)
                    ),
                Choice => new GraderBuilder("label_model", Name)
                    .Add("model", Model)
                    .Add("input", GraderBuilder.Messages(InputTemplate))
                    .Add("labels", Label)
                    .Add("passing_labels", PassingLabel),
                Parts => new GraderBuilder("multi", Name)
                    .Add("graders", GraderBuilder.Parts(this, _parts))
                    .Add("calculate_output", Formula),
                _ => new GraderBuilder("python", Name).Add("source", Source ?? ReadScript()).Add("image_tag", ImageTag),
            }
        )
            .Add("pass_threshold", PassThreshold)
            .Build();

    private string ReadScript()
    {
        string file = LocalPath.FindFile(this, Path!) ?? throw Stop(LocalPath.Missing(this, Path!));
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Stop(FileErrors.NotRead(e, Path));
        }
    }
}
