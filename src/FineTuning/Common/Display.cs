using System;
using System.Globalization;

namespace FineTuning.Common;

/// <summary>Short forms for the format views.</summary>
public static class Display
{
    /// <summary>How long ago, such as 45s, 12m, 3h, 5d.</summary>
    public static string Age(DateTime since)
    {
        TimeSpan age = DateTime.Now - since;
        return age < TimeSpan.Zero ? "0s" : Span(age);
    }

    /// <summary>How long, such as 45s, 12m, 3h, 5d.</summary>
    public static string Span(TimeSpan span) => FormattableString.Invariant(span switch
    {
        { TotalSeconds: < 100 } => $"{span.TotalSeconds:0}s",
        { TotalMinutes: < 100 } => $"{span.TotalMinutes:0}m",
        { TotalHours: < 48 } => $"{span.TotalHours:0}h",
        _ => $"{span.TotalDays:0}d",
    });

    /// <summary>The end of an id, by which a few ids can be told apart.</summary>
    public static string End(string id) => id?.Length > 9 ? "…" + id.Substring(id.Length - 8) : id ?? string.Empty;

    /// <summary>What a job gave: its model, or why it failed, or when it is expected.</summary>
    public static string Result(FineTuningJob job)
    {
        if (job?.FineTunedModel is string model)
        {
            return model;
        }

        if (job?.Error?.Message is string why)
        {
            return why;
        }

        return job?.EstimatedFinish is DateTime finish && finish > DateTime.Now ? "in about " + Span(finish - DateTime.Now) : string.Empty;
    }

    /// <summary>The number by which a checkpoint is the best, with its name.</summary>
    public static string Best(FineTuningCheckpoint checkpoint)
    {
        object? value = checkpoint?.BestBy switch
        {
            "full_valid_loss" => checkpoint.FullValidLoss,
            "valid_loss" => checkpoint.ValidLoss,
            "train_loss" => checkpoint.TrainLoss,
            string name when checkpoint.Metrics?.TryGetValue(name, out object? number) == true => number,
            _ => null,
        };
        return value is IConvertible plain ? $"{checkpoint!.BestBy} {Number(plain.ToDouble(CultureInfo.InvariantCulture))}" : checkpoint?.BestBy ?? string.Empty;
    }

    /// <summary>A loss or accuracy with four digits; tiny ones in exponent form.</summary>
    public static string Number(double? value) => value switch
    {
        null => string.Empty,
        double v when v != 0 && Math.Abs(v) < 0.0001 => v.ToString("0.0E+0", CultureInfo.CurrentCulture),
        double v => v.ToString("0.0000", CultureInfo.CurrentCulture),
    };
}
