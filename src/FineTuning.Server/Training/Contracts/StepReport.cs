namespace FineTuning.Server.Training.Contracts;

/// <summary>
/// The metrics of one step. Losses are mean negative log likelihood per trained token in nats; accuracies are the
/// share, 0 to 1, of trained tokens whose most likely prediction was right. Null: not measured at this step.
/// </summary>
public sealed record StepReport
{
    public required int Step { get; init; }
    public required int TotalSteps { get; init; }

    /// <summary>Completed share of the plan in epochs, such as 1.25.</summary>
    public required double Epoch { get; init; }

    /// <summary>On the step's batch. With dpo the preference loss; not measured by reinforcement.</summary>
    public double? TrainLoss { get; init; }

    /// <summary>On the step's batch. With dpo the share of pairs whose preferred answer gained more; not measured by
    /// reinforcement.</summary>
    public double? TrainAccuracy { get; init; }

    /// <summary>On one batch of the validation data.</summary>
    public double? ValidLoss { get; init; }
    public double? ValidAccuracy { get; init; }

    /// <summary>On the whole validation data, at the end of an epoch.</summary>
    public double? FullValidLoss { get; init; }
    public double? FullValidAccuracy { get; init; }

    /// <summary>Further numbers under the names the service gives them, such as <c>train_reward_mean</c>; null if there
    /// are none.</summary>
    public IReadOnlyDictionary<string, double>? Extra { get; init; }

    /// <summary>What the user should know about the step, in sentences; each becomes an event of the job.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Tokens trained on so far, over all epochs.</summary>
    public required long TrainedTokens { get; init; }
}
