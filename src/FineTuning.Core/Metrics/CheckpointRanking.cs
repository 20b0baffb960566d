using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using FineTuning.Core.Models;

namespace FineTuning.Core.Metrics;

/// <summary>Picks the best of a job's checkpoints.</summary>
public static class CheckpointRanking
{
    private sealed record Measure(string Name, Func<CheckpointMetrics, double?> Value, bool IsReward = false);

    // A job that has rewards learns from them: its training loss, if it has one, says nothing.
    private static readonly Measure[] s_measures =
    [
        new("full_valid_loss", m => m.FullValidLoss),
        new("valid_loss", m => m.ValidLoss),
        Reward("full_valid_reward_mean"),
        Reward("valid_reward_mean"),
        Reward("train_reward_mean"),
        new("train_loss", m => m.TrainLoss),
    ];

    /// <summary>
    /// The checkpoint with the least loss, or of reinforcement the highest mean reward, by the first of full validation, validation batch and training
    /// that every checkpoint has: numbers of different kinds do not compare. Of equals the latest.
    /// </summary>
    /// <param name="checkpoints">A job's checkpoints, in any order.</param>
    /// <returns>The best with the name of the number that chose it; null if no such number is known of all.</returns>
    public static (CheckpointResource Checkpoint, string By)? Best(IReadOnlyCollection<CheckpointResource> checkpoints)
    {
        _ = checkpoints ?? throw new ArgumentNullException(nameof(checkpoints));
        foreach (Measure measure in s_measures)
        {
            if (checkpoints.Count > 0 && checkpoints.All(c => Of(c, measure) is double number && !double.IsNaN(number)))
            {
                IOrderedEnumerable<CheckpointResource> order = measure.IsReward
                    ? checkpoints.OrderByDescending(c => Of(c, measure))
                    : checkpoints.OrderBy(c => Of(c, measure));
                return (order.ThenByDescending(c => c.StepNumber).First(), measure.Name);
            }
        }

        return null;
    }

    private static double? Of(CheckpointResource checkpoint, Measure measure) => checkpoint.Metrics is null ? null : measure.Value(checkpoint.Metrics);

    private static Measure Reward(string name) => new(name, metrics => Number(metrics, name), IsReward: true);

    private static double? Number(CheckpointMetrics metrics, string name) =>
        metrics.AdditionalFields is not null && metrics.AdditionalFields.TryGetValue(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            ? value.GetDouble()
            : null;
}
