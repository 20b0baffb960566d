using System.Text.Json;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Metrics;

/// <summary>
/// A mean reward of reinforcement among a checkpoint's metrics. It is in no specification, and services spell it in two
/// ways:
/// <c>train_reward_mean</c> and <c>train_mean_reward</c>.
/// </summary>
/// <param name="Name">The name that the service gives it.</param>
/// <param name="Value">The mean of the rewards, usually 0 to 1.</param>
public readonly record struct MeanReward(string Name, double Value)
{
    /// <summary>Of the samples of the step's batch; null if it is not known.</summary>
    public static MeanReward? OfTraining(CheckpointMetrics? metrics) => Find(metrics, "train");

    /// <summary>Of samples of a batch of the validation data; null if it is not known.</summary>
    public static MeanReward? OfValidation(CheckpointMetrics? metrics) => Find(metrics, "valid");

    /// <summary>Of samples of all the validation data; null if it is not known.</summary>
    public static MeanReward? OfFullValidation(CheckpointMetrics? metrics) => Find(metrics, "full_valid");

    private static MeanReward? Find(CheckpointMetrics? metrics, string of)
    {
        foreach (string name in (ReadOnlySpan<string>)[of + "_reward_mean", of + "_mean_reward"])
        {
            if (
                metrics?.AdditionalFields is { } fields
                && fields.TryGetValue(name, out JsonElement value)
                && value.ValueKind == JsonValueKind.Number
            )
            {
                return new MeanReward(name, value.GetDouble());
            }
        }

        return null;
    }
}
