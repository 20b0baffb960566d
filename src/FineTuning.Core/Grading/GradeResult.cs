namespace FineTuning.Core.Grading;

/// <summary>A graded sample.</summary>
public sealed record GradeResult
{
    /// <summary>
    /// The score: 0 to 1 for the graders that compare, the range of a <c>score_model</c>, whatever a formula or a
    /// script makes; always finite, and 0 if <see cref="Errors"/> has any.
    /// </summary>
    public double Reward { get; init; }

    /// <summary>
    /// The scores of a <c>multi</c> grader's parts by their names in the formula; a part that failed has 0. Null for
    /// other graders.
    /// </summary>
    public IReadOnlyDictionary<string, double>? SubRewards { get; init; }

    /// <summary>What went wrong.</summary>
    public required GradeErrors Errors { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Tokens that grading models read and wrote, by model; empty if none was asked.</summary>
    public required IReadOnlyDictionary<string, GraderTokens> TokenUsage { get; init; }

    /// <summary>The model that was asked last; null if none was.</summary>
    public string? SampledModel { get; init; }
}

/// <summary>Tokens that a grading model used.</summary>
/// <param name="Prompt">Tokens read.</param>
/// <param name="Completion">Tokens written.</param>
public sealed record GraderTokens(long Prompt, long Completion)
{
    /// <summary>Both together.</summary>
    public long Total => Prompt + Completion;
}
