using FineTuning.Core.Evaluation;

namespace FineTuning.Runtime;

/// <summary>How far many requests are, for a line of progress.</summary>
internal static class PaceText
{
    /// <summary>Counts, and how fast it goes or what it waits for.</summary>
    /// <param name="progress">How far it is.</param>
    /// <param name="done">What has become of those that are done, such as graded.</param>
    public static string Of(BatchProgress progress, string done)
    {
        string failed =
            progress.Failed > 0 ? FormattableString.Invariant($", {progress.Failed:N0} failed") : string.Empty;
        string wait =
            progress.Pause > TimeSpan.Zero
                ? FormattableString.Invariant($", {Math.Ceiling(progress.Pause.TotalSeconds):0} s for the rate limit")
                : string.Empty;
        return FormattableString.Invariant($"{progress.Done:N0} {done}{failed}, {progress.Rate:0.#}/s{wait}");
    }

    /// <summary>The mean of the scores so far; empty without any.</summary>
    /// <param name="name">What they are called.</param>
    /// <param name="scores">The scores.</param>
    public static string Mean(string name, ScoreMeter scores) =>
        scores.Count > 0 ? FormattableString.Invariant($", {name} {scores.Mean:0.###}") : string.Empty;
}
