namespace FineTuning.Core.Json;

/// <summary>Which numbers a field takes.</summary>
/// <param name="Least">The least number.</param>
/// <param name="Most">The greatest number; <see cref="double.MaxValue"/> where there is no bound.</param>
public sealed record NumberBounds(double Least, double Most)
{
    /// <summary>Whether <see cref="Least"/> itself is not allowed.</summary>
    public bool IsLeastExcluded { get; init; }

    /// <summary>Whether numbers with a fraction are not allowed.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Whether the string <c>auto</c> may stand for a number.</summary>
    public bool AllowsAuto { get; init; }

    /// <summary>Whole numbers from a least to a greatest one.</summary>
    /// <param name="least">The least number.</param>
    /// <param name="most">The greatest number.</param>
    public static NumberBounds Whole(double least, double most) => new(least, most) { IsWhole = true };

    /// <summary>Whether a number is too small.</summary>
    /// <param name="number">Any number.</param>
    public bool IsBelow(double number) => IsLeastExcluded ? number <= Least : number < Least;

    /// <summary>Whether a number is in the bounds, and whole where it must be.</summary>
    /// <param name="number">Any number.</param>
    public bool Contains(double number) =>
        !IsBelow(number) && number <= Most && (!IsWhole || number == Math.Truncate(number));
}
