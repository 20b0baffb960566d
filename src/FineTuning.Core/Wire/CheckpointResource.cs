using System.Text.Json.Serialization;

namespace FineTuning.Core.Wire;

/// <summary>A model as it was at a step of a job, ready to use.</summary>
public sealed record CheckpointResource : Resource
{
    /// <summary>Always <c>fine_tuning.job.checkpoint</c>.</summary>
    [JsonPropertyName("object")]
    public string Kind
    {
        get;
        init => field = value ?? "fine_tuning.job.checkpoint";
    } = "fine_tuning.job.checkpoint";

    /// <summary>Such as <c>ftckpt_abc123</c>.</summary>
    public string Id
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The model's name; the last one's has no <c>:ckpt-step-N</c> part.</summary>
    public string FineTunedModelCheckpoint
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>The job that made it.</summary>
    public string FineTuningJobId
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>Loss and accuracy at the checkpoint's step.</summary>
    public CheckpointMetrics? Metrics { get; init; }

    /// <summary>The step it was made at.</summary>
    public long StepNumber { get; init; }
}

/// <summary>
/// The metrics at a step. Losses are in nats per token, accuracies are shares of tokens from 0 to 1. Any can be
/// missing; others, such as the mean rewards of reinforcement, are in <see cref="Resource.AdditionalFields"/>.
/// </summary>
public sealed record CheckpointMetrics : Resource
{
    /// <summary>The step that the metrics are of.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Step { get; init; }

    /// <summary>Loss on the step's batch.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? TrainLoss { get; init; }

    /// <summary>Accuracy on the step's batch.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? TrainMeanTokenAccuracy { get; init; }

    /// <summary>Loss on a batch of the validation data.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ValidLoss { get; init; }

    /// <summary>Accuracy on a batch of the validation data.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ValidMeanTokenAccuracy { get; init; }

    /// <summary>Loss on all the validation data.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? FullValidLoss { get; init; }

    /// <summary>Accuracy on all the validation data.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? FullValidMeanTokenAccuracy { get; init; }
}
