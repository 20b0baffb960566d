using System.Management.Automation;
using FineTuning.Core.Evaluation;

namespace FineTuning.Output;

/// <summary>How a model did on a set of examples.</summary>
public sealed class ModelEvaluation : ServiceObject
{
    internal ModelEvaluation(EvaluationResult result, string grader)
    {
        ScoreMeter scores = result.Scores;
        Model = result.Model;
        Grader = grader;
        Examples = scores.Count + result.Failed;
        Failed = result.Failed;
        GradedWithErrors = scores.Errors;
        Score = result.Score;
        StandardError = Finite(scores.StandardError);
        Minimum = Finite(scores.Min);
        Maximum = Finite(scores.Max);
        SubScores = GraderResult.ToObject(scores.Parts);
        Difference = Score - result.Baseline;
        PromptTokens = result.PromptTokens;
        CompletionTokens = result.CompletionTokens;
        Duration = result.Duration;
    }

    /// <summary>The model that was evaluated.</summary>
    public string Model { get; }

    /// <summary>The grader's name.</summary>
    public string Grader { get; }

    /// <summary>The mean reward of the examples that were answered and graded; null if there is none.</summary>
    public double? Score { get; }

    /// <summary>How far the score is uncertain because there are only so many examples; null below two. Two scores that
    /// differ by less than twice this are as good as equal.</summary>
    public double? StandardError { get; }

    /// <summary>The score less that of the model of -Compare; null without it.</summary>
    public double? Difference { get; }

    /// <summary>The least reward.</summary>
    public double? Minimum { get; }

    /// <summary>The greatest reward.</summary>
    public double? Maximum { get; }

    /// <summary>The mean scores of a multi grader's parts, one property each; null for other graders.</summary>
    public PSObject? SubScores { get; }

    /// <summary>Examples that were tried.</summary>
    public long Examples { get; }

    /// <summary>Examples without an answer or a grade; each was told as an error.</summary>
    public long Failed { get; }

    /// <summary>Examples whose grade has an error, such as an answer that is not JSON; they count with the reward that
    /// the grader gave, as a rule 0.</summary>
    public long GradedWithErrors { get; }

    /// <summary>Tokens that the model read; null where the service does not tell.</summary>
    public long? PromptTokens { get; }

    /// <summary>Tokens that the model wrote; null where the service does not tell.</summary>
    public long? CompletionTokens { get; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The graded answers, in the order of the examples, where they were asked for with
    /// -IncludeResult.</summary>
    public GraderResult[]? Results { get; internal set; }

    /// <summary>The model and its score.</summary>
    public override string ToString() => FormattableString.Invariant($"{Model}: {Score:0.####}");

    private static double? Finite(double value) => double.IsNaN(value) ? null : value;
}
