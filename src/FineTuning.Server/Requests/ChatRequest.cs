using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Requests;

/// <summary>A request for answers, checked.</summary>
internal sealed record ChatRequest
{
    /// <summary>The name of the model; whether it exists was not looked at.</summary>
    public required string Model { get; init; }

    public required IReadOnlyList<ChatTurn> Messages { get; init; }

    /// <summary>How the first answer is drawn; the others are drawn with the seeds that follow.</summary>
    public required GenerationOptions Options { get; init; }

    /// <summary>How many answers are wanted.</summary>
    public int Count { get; init; } = 1;

    public bool IsStream { get; init; }

    /// <summary>The stream ends with what was used.</summary>
    public bool IncludesUsage { get; init; }

    /// <summary>How the answer of this index, from 0, is drawn.</summary>
    public GenerationOptions OptionsOf(int index) => Options with { Seed = unchecked(Options.Seed + index) };
}
