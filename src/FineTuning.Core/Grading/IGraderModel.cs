namespace FineTuning.Core.Grading;

/// <summary>Answers the questions of model graders. May be called by several threads at a time.</summary>
public interface IGraderModel
{
    /// <summary>Says why a model cannot grade here, before any sample is graded.</summary>
    /// <param name="model">The name in the grader.</param>
    /// <returns>One sentence; null if the model can grade.</returns>
    string? FindRefusal(string model);

    /// <summary>Lets a model answer.</summary>
    /// <param name="model">The name in the grader.</param>
    /// <param name="messages">The grader's messages with the templates filled in; at least one.</param>
    /// <param name="sampling">How the answer is drawn.</param>
    /// <param name="cancellationToken">Ends the answer early.</param>
    /// <exception cref="GradingException">The model could not answer.</exception>
    Task<GraderModelAnswer> AnswerAsync(
        string model,
        IReadOnlyList<GraderMessage> messages,
        GraderSampling sampling,
        CancellationToken cancellationToken
    );
}

/// <summary>One message to a grading model.</summary>
/// <param name="Role">user, assistant, system or developer.</param>
/// <param name="Content">Its text.</param>
public sealed record GraderMessage(string Role, string Content);

/// <summary>How a grading model's answer is drawn. Null leaves a number to the model.</summary>
public sealed record GraderSampling
{
    /// <summary>0 takes the likeliest token each time; 0 to 2.</summary>
    public double? Temperature { get; init; }

    /// <summary>Only the likeliest tokens that together have this probability are drawn from; 0 to 1.</summary>
    public double? TopP { get; init; }

    /// <summary>Seeds the drawing.</summary>
    public int? Seed { get; init; }

    /// <summary>The most tokens of an answer, at least 1.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>none, minimal, low, medium, high or xhigh.</summary>
    public string? ReasoningEffort { get; init; }
}

/// <summary>A grading model's answer.</summary>
/// <param name="Text">The answer.</param>
/// <param name="PromptTokens">Tokens read.</param>
/// <param name="CompletionTokens">Tokens written.</param>
public sealed record GraderModelAnswer(string Text, int PromptTokens, int CompletionTokens);
