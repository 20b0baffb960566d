using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace FineTuning.Server.Training;

/// <summary>The port behind which a job's model is optimised. One call trains, or goes on training, one job.</summary>
public interface ITrainer
{
    /// <summary>A short name for logs and for the model's <c>owned_by</c>.</summary>
    string Name { get; }

    /// <summary>Settles every 'auto' of the request from the data, before the first step. Reads the whole training file.</summary>
    /// <exception cref="OperationCanceledException">The job was cancelled.</exception>
    /// <exception cref="TrainingException">The data or the parameters cannot be trained on.</exception>
    TrainingPlan Plan(TrainingRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Trains until the plan is done, <paramref name="control"/> asks for a pause, or <paramref name="cancellationToken"/>
    /// is cancelled. Runs on the caller's thread between its awaits; calls the sink in step order.
    /// </summary>
    /// <exception cref="OperationCanceledException">The job was cancelled.</exception>
    /// <exception cref="TrainingException">The data or the parameters cannot be trained on.</exception>
    Task<TrainingOutcome> TrainAsync(
        TrainingRequest request,
        TrainingPlan plan,
        ITrainingSink sink,
        TrainingControl control,
        CancellationToken cancellationToken);
}

/// <summary>What is to be trained. A null number means 'auto'.</summary>
public sealed record TrainingRequest
{
    /// <summary>The job's id, for messages only: it never influences the result.</summary>
    public required string JobId { get; init; }

    /// <summary>The base model's public name.</summary>
    public required string BaseModel { get; init; }

    /// <summary>supervised, dpo or reinforcement.</summary>
    public required string Method { get; init; }

    /// <summary>Path of the checked training file (JSONL).</summary>
    public required string TrainingPath { get; init; }

    /// <summary>Path of the checked validation file (JSONL), if there is one.</summary>
    public string? ValidationPath { get; init; }

    /// <summary>Passes over the training data, 1 to 50; null is 'auto'.</summary>
    public int? EpochCount { get; init; }

    /// <summary>Examples a step, 1 to 256; null is 'auto'.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Factor on the trainer's own base rate, above 0; null is 'auto'.</summary>
    public double? LearningRateMultiplier { get; init; }

    /// <summary>Strength of the reference in preference training, above 0 to 2; null is 'auto'.</summary>
    public double? Beta { get; init; }

    /// <summary>Seeds initialisation, shuffling and sampling.</summary>
    public required int Seed { get; init; }

    /// <summary>A folder of the job's own, for state and checkpoints. It exists.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>State file written by an earlier <see cref="TrainingOutcome"/> or <see cref="ITrainingSink.StateSaved"/>, to go on from.</summary>
    public string? ResumeFrom { get; init; }
}

/// <summary>The settled parameters of a run.</summary>
public sealed record TrainingPlan(
    int EpochCount,
    int BatchSize,
    double LearningRateMultiplier,
    int ExampleCount,
    int TotalSteps);

/// <summary>What the trainer reports while it works. Calls come from one thread at a time and must be cheap.</summary>
public interface ITrainingSink
{
    /// <summary>A step was done.</summary>
    void Step(StepMetrics metrics);

    /// <summary>A usable model was written to <see cref="CheckpointInfo.ModelPath"/>.</summary>
    void Checkpoint(CheckpointInfo checkpoint);

    /// <summary>
    /// The optimiser's state was written whole to <paramref name="path"/>; a later run can go on from it.
    /// The state told of before is deleted after this returns, so remember the new one before returning. A run that goes on from a state
    /// reports the steps and checkpoints after it again, with the same numbers.
    /// </summary>
    void StateSaved(string path, int step);
}

/// <summary>
/// The metrics of one step. Losses are mean negative log likelihood per trained token in nats; accuracies are the share, 0 to 1, of
/// trained tokens whose most likely prediction was right. Null: not measured at this step.
/// </summary>
public sealed record StepMetrics
{
    public required int Step { get; init; }
    public required int TotalSteps { get; init; }

    /// <summary>Completed share of the plan in epochs, such as 1.25.</summary>
    public required double Epoch { get; init; }
    public required double TrainLoss { get; init; }
    public required double TrainAccuracy { get; init; }

    /// <summary>On one batch of the validation data.</summary>
    public double? ValidLoss { get; init; }
    public double? ValidAccuracy { get; init; }

    /// <summary>On the whole validation data, at the end of an epoch.</summary>
    public double? FullValidLoss { get; init; }
    public double? FullValidAccuracy { get; init; }

    /// <summary>Tokens trained on so far, over all epochs.</summary>
    public required long TrainedTokens { get; init; }
}

/// <summary>A model as it was after a step; written at the end of each of the last three epochs.</summary>
public sealed record CheckpointInfo(int Step, string ModelPath, StepMetrics Metrics, bool IsLast);

/// <summary>How a run ended.</summary>
/// <param name="IsPaused">The run stopped because it was asked to pause; <paramref name="StatePath"/> goes on from here.</param>
/// <param name="ModelPath">The finished model, unless paused.</param>
/// <param name="StatePath">The optimiser's state, if paused.</param>
/// <param name="TrainedTokens">Tokens trained on so far.</param>
public sealed record TrainingOutcome(bool IsPaused, string? ModelPath, string? StatePath, long TrainedTokens);

/// <summary>Lets the owner of a run ask it to pause at the next step.</summary>
public sealed class TrainingControl
{
    private volatile bool _pauseRequested;

    public bool PauseRequested => _pauseRequested;

    public void RequestPause() => _pauseRequested = true;
}

/// <summary>The data or the parameters cannot be trained on; the message is shown to the user.</summary>
public sealed class TrainingException(string message, string code = "invalid_training_file", string? param = "training_file", Exception? inner = null)
    : Exception(message, inner)
{
    public string Code { get; } = code;

    public string? Param { get; } = param;
}
