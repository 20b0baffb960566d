using System.Globalization;

namespace FineTuning.Core.Datasets.Measuring;

/// <summary>What a service takes for training, as its user knows it. Prices change: none is built in.</summary>
public sealed record TrainingPrice
{
    /// <summary>The base model, with or without the day of its version.</summary>
    public required string Model { get; init; }

    /// <summary>The price of a million trained tokens, at least 0.</summary>
    public required decimal PerMillionTokens { get; init; }

    /// <summary>The currency, such as USD.</summary>
    public string Currency { get; init; } = "USD";

    /// <summary>The day on which the price was given, without a time.</summary>
    public DateTime AsOf { get; init; }

    /// <summary>How old the price is, in whole days.</summary>
    public TimeSpan Age => DateTime.Today - AsOf.Date;

    /// <summary>Returns the price with its day, such as <c>3 USD per million tokens (as of 2026-11-24)</c>.</summary>
    public override string ToString() =>
        string.Format(
            CultureInfo.InvariantCulture,
            "{0:0.######} {1} per million tokens (as of {2:yyyy-MM-dd})",
            PerMillionTokens,
            Currency,
            AsOf
        );
}
