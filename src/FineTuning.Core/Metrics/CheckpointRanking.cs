using FineTuning.Core.Wire;

namespace FineTuning.Core.Metrics;

/// <summary>Picks the best of a job's checkpoints.</summary>
public static class CheckpointRanking
{
    private static readonly Func<CheckpointMetrics, Score?>[] s_measures =
    [
        Loss("full_valid_loss", m => m.FullValidLoss),
        Loss("valid_loss", m => m.ValidLoss),
        // A job that has rewards learns from them: its training loss, if it has one, says nothing.
        Reward(MeanReward.OfFullValidation),
        Reward(MeanReward.OfValidation),
        Reward(MeanReward.OfTraining),
        Loss("train_loss", m => m.TrainLoss),
    ];

    /// <summary>
    /// The checkpoint with the least loss, or of reinforcement the highest mean reward, by the first of full
    /// validation, validation batch and training that every checkpoint has: numbers of different kinds do not compare.
    /// Of equals the latest.
    /// </summary>
    /// <param name="checkpoints">A job's checkpoints, in any order.</param>
    /// <returns>The best with the name of the number that chose it; null if no such number is known of all.</returns>
    public static (CheckpointResource Checkpoint, string By)? Best(IReadOnlyCollection<CheckpointResource> checkpoints)
    {
        _ = checkpoints ?? throw new ArgumentNullException(nameof(checkpoints));
        foreach (Func<CheckpointMetrics, Score?> read in s_measures)
        {
            List<(CheckpointResource Checkpoint, Score Score)> scored = [];
            foreach (CheckpointResource checkpoint in checkpoints)
            {
                if (
                    checkpoint.Metrics is not null
                    && read(checkpoint.Metrics) is { } score
                    && !double.IsNaN(score.Goodness)
                )
                {
                    scored.Add((checkpoint, score));
                }
            }

            if (scored.Count > 0 && scored.Count == checkpoints.Count)
            {
                (CheckpointResource best, Score by) = scored
                    .OrderByDescending(c => c.Score.Goodness)
                    .ThenByDescending(c => c.Checkpoint.StepNumber)
                    .First();
                return (best, by.Name);
            }
        }

        return null;
    }

    private static Func<CheckpointMetrics, Score?> Loss(string name, Func<CheckpointMetrics, double?> read) =>
        metrics => read(metrics) is double loss ? new Score(name, -loss) : null;

    private static Func<CheckpointMetrics, Score?> Reward(Func<CheckpointMetrics, MeanReward?> read) =>
        metrics => read(metrics) is { } reward ? new Score(reward.Name, reward.Value) : null;

    // Higher is better: a reward, or a loss with its sign reversed.
    private readonly record struct Score(string Name, double Goodness);
}
