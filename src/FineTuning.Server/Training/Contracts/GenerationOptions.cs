namespace FineTuning.Server.Training.Contracts;

/// <summary>How an answer is drawn from a model.</summary>
public sealed record GenerationOptions
{
    /// <summary>0 takes the most likely token each time; 1 draws from the model's own distribution.</summary>
    public double Temperature { get; init; }

    /// <summary>Only the likeliest tokens that together have this probability are drawn from; 1 is all. Not used at
    /// temperature 0.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>The most tokens of an answer.</summary>
    public int MaxTokens { get; init; } = 1024;

    /// <summary>Seeds the drawing: the same seed gives the same answer.</summary>
    public int Seed { get; init; }

    /// <summary>The answer ends before the first of these texts.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];
}
