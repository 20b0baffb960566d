using System;
using System.Collections.Generic;
using System.Text.Json;
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

    /// <summary>Opens a model that this trainer wrote, to answer conversations.</summary>
    /// <exception cref="System.IO.InvalidDataException">The file is damaged or no model of this trainer.</exception>
    /// <exception cref="System.IO.FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ModelUnavailableException">What is to hold the model failed; another try may work.</exception>
    Task<IChatModel> OpenAsync(string modelPath, CancellationToken cancellationToken);
}

/// <summary>A trained model in memory. Its methods may be called by several threads at a time.</summary>
public interface IChatModel : IAsyncDisposable
{
    /// <summary>About how many bytes of memory it holds.</summary>
    long Size { get; }

    /// <summary>Answers a conversation, handing over the text as it is made.</summary>
    /// <exception cref="ModelUnavailableException">What holds the model failed; another try may work.</exception>
    /// <exception cref="AnswerRefusedException">The model cannot answer this conversation, such as one that is too long for it.</exception>
    /// <param name="messages">The conversation so far.</param>
    /// <param name="options">How the answer is drawn.</param>
    /// <param name="onText">Gets each piece of the answer, in order, none of them empty.</param>
    /// <param name="cancellationToken">Ends the answer early.</param>
    /// <returns>Why it ended, and what it used.</returns>
    Task<ChatOutcome> AnswerAsync(
        IReadOnlyList<ChatTurn> messages,
        GenerationOptions options,
        Func<string, ValueTask> onText,
        CancellationToken cancellationToken);
}

/// <summary>How an answer ended.</summary>
/// <param name="FinishReason">"stop", or "length" if it had its most tokens.</param>
/// <param name="PromptTokens">Tokens of all messages, as the model counts them.</param>
/// <param name="CompletionTokens">Tokens of the answer.</param>
public sealed record ChatOutcome(string FinishReason, int PromptTokens, int CompletionTokens);

/// <summary>Scores the samples of a reinforcement job. May be called by several threads at a time.</summary>
public interface IRewardSource
{
    /// <summary>Grades one sample.</summary>
    /// <param name="sample">The text that the model made.</param>
    /// <param name="item">The line of the dataset it answers.</param>
    /// <param name="cancellationToken">Ends the grading.</param>
    Task<SampleReward> GradeAsync(string sample, JsonElement item, CancellationToken cancellationToken);
}

/// <summary>The score of a sample.</summary>
/// <param name="Reward">Usually 0 to 1; 0 if the grader failed.</param>
/// <param name="Error">Why the grader could not score it; null if it could.</param>
public sealed record SampleReward(double Reward, string? Error = null);

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

    /// <summary>dpo: strength of the reference, above 0 to 2; null is 'auto'.</summary>
    public double? Beta { get; init; }

    /// <summary>reinforcement: factor on the samples drawn a step, above 0.00001 to 10; null is 'auto'.</summary>
    public double? ComputeMultiplier { get; init; }

    /// <summary>reinforcement: steps between two evaluations, at least 1; null is 'auto'.</summary>
    public int? EvalInterval { get; init; }

    /// <summary>reinforcement: samples an item in an evaluation, at least 1; null is 'auto'.</summary>
    public int? EvalSamples { get; init; }

    /// <summary>reinforcement: default, low, medium or high; null is default.</summary>
    public string? ReasoningEffort { get; init; }

    /// <summary>reinforcement: the job's grader, as the service takes it; for trainers that grade by themselves.</summary>
    public JsonElement? Grader { get; init; }

    /// <summary>reinforcement: scores samples with <see cref="Grader"/>.</summary>
    public IRewardSource? Rewards { get; init; }

    /// <summary>Path of the model to go on from, written by the same trainer; null starts from nothing.</summary>
    public string? BaseModelPath { get; init; }

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
    int TotalSteps)
{
    /// <summary>dpo only.</summary>
    public double? Beta { get; init; }

    /// <summary>reinforcement only.</summary>
    public double? ComputeMultiplier { get; init; }

    /// <summary>reinforcement only: steps.</summary>
    public int? EvalInterval { get; init; }

    /// <summary>reinforcement only: samples an item.</summary>
    public int? EvalSamples { get; init; }
}

/// <summary>What the trainer reports while it works. Calls come from one thread at a time and must be cheap.</summary>
public interface ITrainingSink
{
    /// <summary>A step was done.</summary>
    void Step(StepMetrics metrics);

    /// <summary>A usable model was written to <see cref="CheckpointInfo.ModelPath"/>.</summary>
    void Checkpoint(CheckpointInfo checkpoint);

    /// <summary>
    /// The optimiser's state was written whole to <paramref name="path"/>, a file or a folder; a later run can go on from it.
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

    /// <summary>On the step's batch. With dpo the preference loss; not measured by reinforcement.</summary>
    public double? TrainLoss { get; init; }

    /// <summary>On the step's batch. With dpo the share of pairs whose preferred answer gained more; not measured by reinforcement.</summary>
    public double? TrainAccuracy { get; init; }

    /// <summary>On one batch of the validation data.</summary>
    public double? ValidLoss { get; init; }
    public double? ValidAccuracy { get; init; }

    /// <summary>On the whole validation data, at the end of an epoch.</summary>
    public double? FullValidLoss { get; init; }
    public double? FullValidAccuracy { get; init; }

    /// <summary>Further numbers under the names the service gives them, such as <c>train_reward_mean</c>; null if there are none.</summary>
    public IReadOnlyDictionary<string, double>? Extra { get; init; }

    /// <summary>What the user should know about the step, in sentences; each becomes an event of the job.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Tokens trained on so far, over all epochs.</summary>
    public required long TrainedTokens { get; init; }
}

/// <summary>A model as it was after a step, a file or a folder; written at the end of each of the last three epochs.</summary>
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
    private readonly TaskCompletionSource _pause = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool PauseRequested => _pause.Task.IsCompleted;

    /// <summary>Ends when a pause is asked for.</summary>
    public Task Pause => _pause.Task;

    public void RequestPause() => _pause.TrySetResult();
}

/// <summary>The data or the parameters cannot be trained on; the message is shown to the user.</summary>
public sealed class TrainingException(string message, string code = "invalid_training_file", string? param = "training_file", Exception? inner = null)
    : Exception(message, inner)
{
    public string Code { get; } = code;

    public string? Param { get; } = param;
}

/// <summary>A model cannot answer now because what holds it failed; the message is shown to the user.</summary>
public sealed class ModelUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A model cannot answer a conversation; the message is shown to the user.</summary>
public sealed class AnswerRefusedException(string message, string? code = null, string? param = null) : Exception(message)
{
    public string? Code { get; } = code;

    public string? Param { get; } = param;
}
