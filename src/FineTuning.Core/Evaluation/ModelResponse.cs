using FineTuning.Core.Wire;

namespace FineTuning.Core.Evaluation;

/// <summary>What a model answered to a question.</summary>
/// <param name="Model">The model that was asked.</param>
/// <param name="Question">The question.</param>
/// <param name="Chat">The service's answer.</param>
/// <param name="Duration">From the request to the end of the answer.</param>
public sealed record ModelResponse(string Model, ModelQuestion Question, ChatResource Chat, TimeSpan Duration)
{
    /// <summary>The message of the first choice; null if the service gave none.</summary>
    public ChatMessageResource? Message => Chat.Choices.FirstOrDefault()?.Message;

    /// <summary>The text; empty where the model refused or called tools.</summary>
    public string Text => Message?.Content ?? string.Empty;

    /// <summary>Tokens read; null where the service does not tell.</summary>
    public long? PromptTokens => Chat.Usage?.PromptTokens;

    /// <summary>Tokens written; null where the service does not tell.</summary>
    public long? CompletionTokens => Chat.Usage?.CompletionTokens;
}
