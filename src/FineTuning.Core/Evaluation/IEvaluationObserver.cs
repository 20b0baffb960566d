using FineTuning.Core.Errors;
using FineTuning.Core.Grading;

namespace FineTuning.Core.Evaluation;

/// <summary>Gets what happens while a model is evaluated, in the order of the examples and in the synchronization
/// context in which the evaluation is awaited.</summary>
public interface IEvaluationObserver
{
    /// <summary>A line of the file is no example; it counts as failed.</summary>
    /// <param name="line">The line, from 1.</param>
    /// <param name="fault">Why; its message is a sentence.</param>
    void OnUnread(long line, FormatException fault);

    /// <summary>An example was answered and graded.</summary>
    /// <param name="example">The example.</param>
    /// <param name="response">The model's answer.</param>
    /// <param name="grade">The grade, which can have errors.</param>
    void OnGraded(ExampleQuestion example, ModelResponse response, GradeResult grade);

    /// <summary>An example could not be answered or graded; the others go on.</summary>
    /// <param name="example">The example.</param>
    /// <param name="failure">Why.</param>
    void OnFailed(ExampleQuestion example, FineTuningApiException failure);

    /// <summary>The evaluation ended early, because every other example would fail in the same way. It has no
    /// result.</summary>
    /// <param name="end">What ended it.</param>
    void OnEnded(BatchEnd<ExampleQuestion> end);

    /// <summary>How far it is: with each example, and each second while one is waited for.</summary>
    /// <param name="progress">Examples done.</param>
    /// <param name="scores">The scores so far.</param>
    void OnProgress(BatchProgress progress, ScoreMeter scores);
}
