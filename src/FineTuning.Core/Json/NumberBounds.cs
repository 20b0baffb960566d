namespace FineTuning.Core.Json;

/// <summary>Which numbers a field takes.</summary>
/// <param name="Min">The least number.</param>
/// <param name="Max">The greatest number; <see cref="double.MaxValue"/> where there is no bound.</param>
public sealed record NumberBounds(double Min, double Max)
{
    /// <summary>Whether <see cref="Min"/> itself is not allowed.</summary>
    public bool IsMinExcluded { get; init; }

    /// <summary>Whether numbers with a fraction are not allowed.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Whether the string <c>auto</c> may stand for a number.</summary>
    public bool AllowsAuto { get; init; }

    /// <summary>Whole numbers from a least to a greatest one.</summary>
    /// <param name="min">The least number.</param>
    /// <param name="max">The greatest number.</param>
    public static NumberBounds Whole(double min, double max) => new(min, max) { IsWhole = true };

    /// <summary>Whether a number is too small.</summary>
    /// <param name="number">Any number.</param>
    public bool IsBelow(double number) => IsMinExcluded ? number <= Min : number < Min;

    /// <summary>Whether a number is in the bounds, and whole where it must be.</summary>
    /// <param name="number">Any number.</param>
    public bool Contains(double number) =>
        !IsBelow(number) && number <= Max && (!IsWhole || number == Math.Truncate(number));
}
