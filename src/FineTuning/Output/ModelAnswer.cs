using FineTuning.Core.Evaluation;

namespace FineTuning.Output;

/// <summary>What a model answered.</summary>
public sealed class ModelAnswer : ServiceObject
{
    /// <param name="response">The answer.</param>
    /// <param name="item">The example that was asked; null for a plain prompt.</param>
    internal ModelAnswer(ModelResponse response, object? item)
    {
        Model = response.Model;
        Prompt = response.Question.Prompt;
        Text = response.Text;
        Refusal = response.Message?.Refusal;
        ToolCalls = JsonValues.ToObject(response.Message?.ToolCalls);
        FinishReason = response.Chat.Choices.FirstOrDefault()?.FinishReason;
        Reference = response.Question.Reference;
        Item = item;
        PromptTokens = response.PromptTokens;
        CompletionTokens = response.CompletionTokens;
        Duration = response.Duration;
    }

    /// <summary>The model that was asked.</summary>
    public string Model { get; }

    /// <summary>What the user said last.</summary>
    public string Prompt { get; }

    /// <summary>The answer; empty where the model refused or called tools.</summary>
    public string Text { get; }

    /// <summary>The answer that the example has; null if it has none.</summary>
    public string? Reference { get; }

    /// <summary>Why the model refused; null if it did not.</summary>
    public string? Refusal { get; }

    /// <summary>The tools that it called; null if it called none.</summary>
    public object? ToolCalls { get; }

    /// <summary>Why it ended: stop, length (the limit was reached), content_filter, tool_calls.</summary>
    public string? FinishReason { get; }

    /// <summary>Tokens read; null where the service does not tell.</summary>
    public long? PromptTokens { get; }

    /// <summary>Tokens written; null where the service does not tell.</summary>
    public long? CompletionTokens { get; }

    /// <summary>From the request to the end of the answer.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The example that was asked, for graders; null for a plain prompt.</summary>
    public object? Item { get; }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
