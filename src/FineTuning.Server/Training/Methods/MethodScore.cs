namespace FineTuning.Server.Training.Methods;

/// <summary>What a method measured on some examples.</summary>
internal sealed record MethodScore
{
    /// <summary>The method's loss, if it has one.</summary>
    public double? Loss { get; init; }

    /// <summary>A share, 0 to 1, if the method has one.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Tokens of the answers.</summary>
    public required int Tokens { get; init; }

    /// <summary>No longer finite once the training has diverged.</summary>
    public required double Health { get; init; }

    /// <summary>Further numbers, by their names without <c>train_</c>, <c>valid_</c> or <c>full_valid_</c>.</summary>
    public IReadOnlyList<(string Name, double Value)> Further { get; init; } = [];

    /// <summary>What the user should know, in sentences.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
