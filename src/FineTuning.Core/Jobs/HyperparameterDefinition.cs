using FineTuning.Core.Json;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Jobs;

/// <summary>What is known of one hyperparameter: its names, the methods that have it, and what it may be.</summary>
public sealed record HyperparameterDefinition
{
    private readonly Func<Hyperparameters, object?> _read;
    private readonly Func<Hyperparameters, object?, Hyperparameters> _write;

    internal HyperparameterDefinition(
        Func<Hyperparameters, object?> read,
        Func<Hyperparameters, object?, Hyperparameters> write
    ) => (_read, _write) = (read, write);

    /// <summary>The name of the property and of the cmdlet's parameter, such as <c>EpochCount</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The name in requests and answers, such as <c>n_epochs</c>.</summary>
    public required string WireName { get; init; }

    /// <summary>The name in a sentence, such as <c>epochs</c>.</summary>
    public required string Label { get; init; }

    /// <summary>The methods that have it.</summary>
    public required IReadOnlyList<string> Methods { get; init; }

    /// <summary>Whether all methods have it.</summary>
    public bool IsShared => Methods.Count == HyperparameterTable.Methods.Count;

    /// <summary>The numbers that it may be; null if it is a word.</summary>
    public NumberBounds? Bounds { get; init; }

    /// <summary>The numbers that the local server takes, where it takes fewer than the service; null if it is a
    /// word.</summary>
    public NumberBounds? LocalBounds
    {
        get => field ?? Bounds;
        init;
    }

    /// <summary>The words that it may be, the usual one first; empty if it is a number.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>What the service uses where nothing is given: 'auto', or the usual word.</summary>
    public required object Default { get; init; }

    /// <summary>Reads the value from a set of hyperparameters.</summary>
    /// <param name="source">Any hyperparameters; null for none.</param>
    /// <returns>An <see cref="AutoOr{T}"/> or a string; null if it is not set.</returns>
    public object? Get(Hyperparameters? source) => source is null ? null : _read(source);

    /// <summary>Returns a set of hyperparameters with the value.</summary>
    /// <param name="source">The others.</param>
    /// <param name="value">An <see cref="AutoOr{T}"/> of its type, or a string; null for none.</param>
    /// <returns>The others with it.</returns>
    /// <exception cref="InvalidCastException">The value is of another type.</exception>
    public Hyperparameters Set(Hyperparameters source, object? value) => _write(source, value);

    /// <summary>Reads it as a number.</summary>
    /// <param name="source">Any hyperparameters; null for none.</param>
    /// <returns>The number; null if it is 'auto', a word, or not set.</returns>
    public double? GetNumber(Hyperparameters? source) =>
        Get(source) switch
        {
            AutoOr<int> whole => whole.Value,
            AutoOr<double> real => real.Value,
            _ => null,
        };

    /// <summary>Sets it to a number.</summary>
    /// <param name="source">The others.</param>
    /// <param name="number">The number, whole where it must be.</param>
    /// <returns>The others with it.</returns>
    /// <exception cref="InvalidCastException">It is a word.</exception>
    public Hyperparameters SetNumber(Hyperparameters source, double number) =>
        Set(source, Bounds is { IsWhole: true } ? (object)new AutoOr<int>((int)number) : new AutoOr<double>(number));
}
