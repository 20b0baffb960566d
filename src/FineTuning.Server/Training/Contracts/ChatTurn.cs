namespace FineTuning.Server.Training.Contracts;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">system, developer, user, assistant, tool or function.</param>
/// <param name="Content">Its text; empty if it has none.</param>
public sealed record ChatTurn(string Role, string Content);
