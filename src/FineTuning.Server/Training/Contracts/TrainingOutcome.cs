namespace FineTuning.Server.Training.Contracts;

/// <summary>How a run ended.</summary>
/// <param name="IsPaused">The run stopped because it was asked to pause; <paramref name="StatePath"/> goes on from
/// here.</param>
/// <param name="ModelPath">The finished model, unless paused.</param>
/// <param name="StatePath">The optimiser's state, if paused.</param>
/// <param name="TrainedTokens">Tokens trained on so far.</param>
public sealed record TrainingOutcome(bool IsPaused, string? ModelPath, string? StatePath, long TrainedTokens);
