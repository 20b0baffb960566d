using FineTuning.Core.Metrics;
using FineTuning.Core.Wire;

namespace FineTuning.Output;

/// <summary>A model as it was at a step of a job, ready to use.</summary>
public sealed class FineTuningCheckpoint : ServiceObject
{
    internal FineTuningCheckpoint(CheckpointResource source)
    {
        Id = source.Id;
        JobId = source.FineTuningJobId;
        Model = source.FineTunedModelCheckpoint;
        Step = source.StepNumber;
        CreatedAt = Display.LocalTime(source.CreatedAt);
        TrainLoss = source.Metrics?.TrainLoss;
        TrainAccuracy = source.Metrics?.TrainMeanTokenAccuracy;
        ValidLoss = source.Metrics?.ValidLoss;
        ValidAccuracy = source.Metrics?.ValidMeanTokenAccuracy;
        FullValidLoss = source.Metrics?.FullValidLoss;
        FullValidAccuracy = source.Metrics?.FullValidMeanTokenAccuracy;
        TrainReward = MeanReward.OfTraining(source.Metrics)?.Value;
        ValidReward = MeanReward.OfValidation(source.Metrics)?.Value;
        FullValidReward = MeanReward.OfFullValidation(source.Metrics)?.Value;
        Metrics = JsonValues.ToDictionary(source.Metrics?.AdditionalFields);
        AdditionalProperties = JsonValues.ToDictionary(source.AdditionalFields);
    }

    /// <summary>Such as <c>ftckpt_abc123</c>.</summary>
    public string Id { get; }

    /// <summary>The job that made it.</summary>
    public string JobId { get; }

    /// <summary>The model's name.</summary>
    public string Model { get; }

    /// <summary>The step it was made at.</summary>
    public long Step { get; }

    /// <summary>When, in local time.</summary>
    public DateTime? CreatedAt { get; }

    /// <summary>Loss on the step's batch, in nats per token.</summary>
    public double? TrainLoss { get; }

    /// <summary>Share of the batch's tokens that were right, 0 to 1.</summary>
    public double? TrainAccuracy { get; }

    /// <summary>Loss on a batch of the validation data.</summary>
    public double? ValidLoss { get; }

    /// <summary>Accuracy on a batch of the validation data.</summary>
    public double? ValidAccuracy { get; }

    /// <summary>Loss on all the validation data.</summary>
    public double? FullValidLoss { get; }

    /// <summary>Accuracy on all the validation data.</summary>
    public double? FullValidAccuracy { get; }

    /// <summary>Reinforcement: mean reward of the samples of the step's batch, usually 0 to 1.</summary>
    public double? TrainReward { get; }

    /// <summary>Reinforcement: mean reward on a batch of the validation data.</summary>
    public double? ValidReward { get; }

    /// <summary>Reinforcement: mean reward on all the validation data.</summary>
    public double? FullValidReward { get; }

    /// <summary>All metrics beyond the losses and accuracies, under the service's names.</summary>
    public IDictionary<string, object?>? Metrics { get; }

    /// <summary>Which loss or reward chose it, where it was asked for as the best.</summary>
    public string? BestBy { get; internal set; }

    /// <summary>What the service sent beyond these.</summary>
    public IDictionary<string, object?>? AdditionalProperties { get; }

    /// <summary>Whether it was judged by rewards, and not by losses.</summary>
    internal bool IsRewarded => (TrainReward ?? ValidReward ?? FullValidReward) is not null;

    /// <summary>The model's name.</summary>
    public override string ToString() => Model;
}
