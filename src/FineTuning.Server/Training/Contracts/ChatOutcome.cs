namespace FineTuning.Server.Training.Contracts;

/// <summary>How an answer ended.</summary>
/// <param name="FinishReason">"stop", or "length" if it had its most tokens.</param>
/// <param name="PromptTokens">Tokens of all messages, as the model counts them.</param>
/// <param name="CompletionTokens">Tokens of the answer.</param>
public sealed record ChatOutcome(string FinishReason, int PromptTokens, int CompletionTokens);
