using FineTuning.Core.Wire;
using FineTuning.Operations;

namespace FineTuning.Output;

/// <summary>What a model answered.</summary>
public sealed class ModelAnswer : ServiceObject
{
    internal ModelAnswer(string model, ModelQuestion question, ChatResource answer, TimeSpan duration)
    {
        ChatChoiceResource? choice = answer.Choices.FirstOrDefault();
        Model = model;
        Prompt = question.Prompt;
        Text = choice?.Message?.Content ?? string.Empty;
        Refusal = choice?.Message?.Refusal;
        ToolCalls = JsonValues.ToObject(choice?.Message?.ToolCalls);
        FinishReason = choice?.FinishReason;
        Reference = question.Reference;
        Item = question.Item;
        PromptTokens = answer.Usage?.PromptTokens;
        CompletionTokens = answer.Usage?.CompletionTokens;
        Duration = duration;
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
