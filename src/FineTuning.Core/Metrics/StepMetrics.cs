using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Metrics;

/// <summary>
/// The numbers of one training step, as an event tells them. Losses are in nats per token, accuracies are shares of
/// tokens from 0 to 1; null where the service did not send one.
/// </summary>
public sealed record StepMetrics
{
    // The service's sentence, for providers whose events bring no data: "Step 88/91: training loss=0.04, validation
    // loss=0.10".
    private static readonly Regex s_sentence = new(
        @"^Step (?<step>\d{1,9})(?:/(?<total>\d{1,9}))?: training loss=(?<train>[-+0-9.eE]{1,30})(?:, validation loss=(?<valid>[-+0-9.eE]{1,30}))?",
        RegexOptions.CultureInvariant,
        TimeSpan.FromSeconds(1)
    );

    /// <summary>The step, from 1.</summary>
    public int Step { get; init; }

    /// <summary>How many steps the job will have.</summary>
    public int? TotalSteps { get; init; }

    /// <summary>Loss on the step's batch.</summary>
    public double? TrainLoss { get; init; }

    /// <summary>Accuracy on the step's batch.</summary>
    public double? TrainAccuracy { get; init; }

    /// <summary>Loss on a batch of the validation data.</summary>
    public double? ValidLoss { get; init; }

    /// <summary>Loss on all of the validation data.</summary>
    public double? FullValidLoss { get; init; }

    /// <summary>Reads the numbers of a metrics event.</summary>
    /// <param name="source">Any event.</param>
    /// <returns>The numbers, or null if the event has none.</returns>
    public static StepMetrics? FromEvent(EventResource source)
    {
        if (
            source?.Data is { ValueKind: JsonValueKind.Object } data
            && Number(data, "step") is double step and >= 0 and <= int.MaxValue
        )
        {
            return new StepMetrics
            {
                Step = (int)step,
                TotalSteps = Number(data, "total_steps") is double total and >= 0 and <= int.MaxValue
                    ? (int)total
                    : null,
                TrainLoss = Number(data, "train_loss"),
                TrainAccuracy = Number(data, "train_mean_token_accuracy") ?? Number(data, "train_accuracy"),
                ValidLoss = Number(data, "valid_loss"),
                FullValidLoss = Number(data, "full_valid_loss"),
            };
        }

        Match match = s_sentence.Match(source?.Message ?? string.Empty);
        if (!match.Success)
        {
            return null;
        }

        return new StepMetrics
        {
            Step = int.Parse(match.Groups["step"].Value, CultureInfo.InvariantCulture),
            TotalSteps = Parse(match.Groups["total"]) is double all ? (int)all : null,
            TrainLoss = Parse(match.Groups["train"]),
            ValidLoss = Parse(match.Groups["valid"]),
        };
    }

    private static double? Number(JsonElement data, string name) =>
        data.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            ? value.GetDouble()
            : null;

    private static double? Parse(Group group) =>
        double.TryParse(group.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : null;
}
