using System;
using System.Collections.Generic;
using System.Linq;
using FineTuning.Core.Models;

namespace FineTuning.Core.Metrics;

/// <summary>Picks the best of a job's checkpoints.</summary>
public static class CheckpointRanking
{
    private static readonly (string Name, Func<CheckpointMetrics, double?> Loss)[] s_losses =
    [
        ("full_valid_loss", m => m.FullValidLoss),
        ("valid_loss", m => m.ValidLoss),
        ("train_loss", m => m.TrainLoss),
    ];

    /// <summary>
    /// The checkpoint with the least loss, by the first of full validation, validation batch and training that every checkpoint has: numbers of
    /// different kinds do not compare. Of equals the latest.
    /// </summary>
    /// <param name="checkpoints">A job's checkpoints, in any order.</param>
    /// <returns>The best with the name of the loss that chose it; null if no loss is known of all.</returns>
    public static (CheckpointResource Checkpoint, string By)? Best(IReadOnlyCollection<CheckpointResource> checkpoints)
    {
        _ = checkpoints ?? throw new ArgumentNullException(nameof(checkpoints));
        foreach ((string name, Func<CheckpointMetrics, double?> loss) in s_losses)
        {
            if (checkpoints.Count > 0 && checkpoints.All(c => c.Metrics is not null && loss(c.Metrics) is double number && !double.IsNaN(number)))
            {
                return (checkpoints.OrderBy(c => loss(c.Metrics!)).ThenByDescending(c => c.StepNumber).First(), name);
            }
        }

        return null;
    }
}
