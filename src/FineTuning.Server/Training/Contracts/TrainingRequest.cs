using System.Text.Json;

namespace FineTuning.Server.Training.Contracts;

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

    /// <summary>reinforcement: the job's grader, as the service takes it; for trainers that grade by
    /// themselves.</summary>
    public JsonElement? Grader { get; init; }

    /// <summary>reinforcement: scores samples with <see cref="Grader"/>.</summary>
    public IRewardSource? Rewards { get; init; }

    /// <summary>Path of the model to go on from, written by the same trainer; null starts from nothing.</summary>
    public string? BaseModelPath { get; init; }

    /// <summary>Seeds initialisation, shuffling and sampling.</summary>
    public required int Seed { get; init; }

    /// <summary>A folder of the job's own, for state and checkpoints. It exists.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>State file written by an earlier <see cref="TrainingOutcome"/> or <see
    /// cref="ITrainingSink.StateSaved"/>, to go on from.</summary>
    public string? ResumeFrom { get; init; }
}
