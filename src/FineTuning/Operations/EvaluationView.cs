using System.Management.Automation;
using FineTuning.Core.Errors;
using FineTuning.Core.Evaluation;
using FineTuning.Core.Grading;
using FineTuning.Errors;
using FineTuning.Output;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>Shows the evaluation of one model at a cmdlet: its progress, its errors, and its results where they are
/// kept.</summary>
/// <param name="cmdlet">What writes.</param>
/// <param name="model">The model.</param>
/// <param name="options">What is evaluated.</param>
/// <param name="describe">Makes the error of an example.</param>
internal sealed class EvaluationView(
    ApiCmdlet cmdlet,
    string model,
    ModelEvaluationOptions options,
    Func<object?, FineTuningApiException, ErrorRecord> describe
) : IEvaluationObserver, IDisposable
{
    private readonly ProgressLine _progress = new(cmdlet, $"Evaluating {model}");
    private readonly List<GraderResult>? _results = options.KeepsResults ? [] : null;

    public void OnUnread(long line, FormatException fault) =>
        cmdlet.WriteError(ModelErrors.ExampleNotRead(options.Path, line, fault));

    public void OnGraded(ExampleQuestion example, ModelResponse response, GradeResult grade) =>
        _results?.Add(
            new GraderResult(
                example.Line,
                new SampleRow(response.Text, ItemOf(example), null),
                options.Grader.Name,
                grade
            )
        );

    public void OnFailed(ExampleQuestion example, FineTuningApiException failure) =>
        cmdlet.WriteError(describe(ItemOf(example), failure));

    public void OnEnded(BatchEnd<ExampleQuestion> end) =>
        cmdlet.WriteError(ModelErrors.Ended(end, (example, e) => describe(ItemOf(example), e)));

    public void OnProgress(BatchProgress progress, ScoreMeter scores) =>
        _progress.Report(PaceText.Of(progress, "answered and graded") + PaceText.Mean("score", scores));

    /// <summary>The result for the pipeline. Grades with errors are warned of.</summary>
    public ModelEvaluation ToOutput(EvaluationResult result)
    {
        if (result.Scores.Errors > 0)
        {
            cmdlet.WriteWarning(
                FormattableString.Invariant(
                    $"{result.Model}: {result.Scores.Errors:N0} of {result.Scores.Count:N0} answers were graded with "
                )
                    + "errors, and count with the reward that came of it, as a rule 0. The first: "
                    + FormattableString.Invariant($"{result.FirstError}")
            );
        }

        return new ModelEvaluation(result, options.Grader.Name) { Results = _results?.ToArray() };
    }

    public void Dispose() => _progress.Dispose();

    private static object? ItemOf(ExampleQuestion example) => JsonValues.ToObject(example.Question.Item);
}
