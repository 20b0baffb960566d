namespace FineTuning.Core.Evaluation;

/// <summary>How far a run of many requests is.</summary>
/// <param name="Done">Inputs that have a result.</param>
/// <param name="Failed">Inputs that failed.</param>
/// <param name="Rate">Results a second since the first input; 0 before it.</param>
/// <param name="Pause">How long the rate limit still holds requests back; zero or less if it does not.</param>
public sealed record BatchProgress(long Done, long Failed, double Rate, TimeSpan Pause);
