namespace FineTuning.Server.Training.Contracts;

/// <summary>The score of a sample.</summary>
/// <param name="Reward">Usually 0 to 1; 0 if the grader failed.</param>
/// <param name="Error">Why the grader could not score it; null if it could.</param>
public sealed record SampleReward(double Reward, string? Error = null);
