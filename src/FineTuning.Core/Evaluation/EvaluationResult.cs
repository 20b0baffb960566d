namespace FineTuning.Core.Evaluation;

/// <summary>How a model did on a set of examples.</summary>
/// <param name="Model">The model.</param>
/// <param name="Scores">The rewards of the examples that were answered and graded.</param>
public sealed record EvaluationResult(string Model, ScoreMeter Scores)
{
    /// <summary>Examples without an answer or a grade, and lines that are no example.</summary>
    public long Failed { get; init; }

    /// <summary>How long it took, from the first example.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Tokens that the model read; null where the service does not tell.</summary>
    public long? PromptTokens { get; init; }

    /// <summary>Tokens that the model wrote; null where the service does not tell.</summary>
    public long? CompletionTokens { get; init; }

    /// <summary>What the first grade with errors says of them; null if none has any.</summary>
    public string? FirstError { get; init; }

    /// <summary>The mean reward of the model that this one is compared with; null if there is none.</summary>
    public double? Baseline { get; init; }

    /// <summary>The mean reward; null if no example has one.</summary>
    public double? Score => double.IsNaN(Scores.Mean) ? null : Scores.Mean;
}
