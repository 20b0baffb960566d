using System.Text.Json;
using FineTuning.Core.Wire;

namespace FineTuning.Server.Training.Contracts;

/// <summary>What is to be trained.</summary>
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

    /// <summary>What was asked for; 'auto', and what is null, is for the trainer to choose.</summary>
    public Hyperparameters Hyperparameters { get; init; } = new();

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
