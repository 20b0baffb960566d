using System.Globalization;
using System.Management.Automation;

namespace FineTuning.Output;

/// <summary>Short forms for the format views.</summary>
public static class Display
{
    /// <summary>How long ago, such as 45s, 12m, 3h, 5d; nothing where the time is not known.</summary>
    public static string Age(DateTime? since)
    {
        if (since is not DateTime time)
        {
            return string.Empty;
        }

        TimeSpan age = DateTime.Now - time;
        return age < TimeSpan.Zero ? "0s" : Span(age);
    }

    /// <summary>A time of a service in local time; null where it sent none.</summary>
    internal static DateTime? LocalTime(DateTimeOffset time) => time == default ? null : time.LocalDateTime;

    /// <summary>How long, such as 45s, 12m, 3h, 5d.</summary>
    public static string Span(TimeSpan span) =>
        FormattableString.Invariant(
            span switch
            {
                { TotalSeconds: < 100 } => $"{span.TotalSeconds:0}s",
                { TotalMinutes: < 100 } => $"{span.TotalMinutes:0}m",
                { TotalHours: < 48 } => $"{span.TotalHours:0}h",
                _ => $"{span.TotalDays:0}d",
            }
        );

    /// <summary>A score with three places; nothing where there is none.</summary>
    public static string Score(double? score) =>
        score is double value ? value.ToString("0.000", CultureInfo.InvariantCulture) : string.Empty;

    /// <summary>A difference of scores, with its sign; nothing where there is none.</summary>
    public static string Difference(double? difference) =>
        difference is double value ? value.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture) : string.Empty;

    /// <summary>Scores by name in one line; nothing where there are none.</summary>
    public static string Scores(PSObject? scores) =>
        scores is null
            ? string.Empty
            : string.Join(
                ", ",
                scores.Properties.Select(score =>
                    $"{score.Name} {(score.Value is double value ? Score(value) : score.Value)}"
                )
            );

    /// <summary>A text in one line.</summary>
    public static string Line(string? text) =>
        text is null
            ? string.Empty
            : string.Join(" ", text.Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries));

    /// <summary>What a model answered, or what it did instead.</summary>
    public static string Answer(ModelAnswer? answer) =>
        answer switch
        {
            null => string.Empty,
            { Refusal: string refusal } => $"(refused) {refusal}",
            { Text.Length: 0, ToolCalls: not null } => "(calls tools)",
            { FinishReason: "length" } => answer.Text + " … (cut off: -MaxTokens)",
            _ => answer.Text,
        };

    /// <summary>What is left to say of an answer that was shown while it came.</summary>
    public static string Streamed(PSObject? streamed) =>
        (streamed?.BaseObject) switch
        {
            ModelAnswer answer => Facts(answer),
            ModelComparison both => $"{Facts(both.Answer)}\n{Facts(both.ComparedAnswer)}",
            _ => string.Empty,
        };

    /// <summary>The end of an id, by which a few ids can be told apart.</summary>
    public static string End(string id) => id?.Length > 9 ? "…" + id.Substring(id.Length - 8) : id ?? string.Empty;

    private static string Facts(ModelAnswer answer)
    {
        string end = answer.FinishReason is null or "stop" ? string.Empty : $", ended by {answer.FinishReason}";
        string tokens = answer.CompletionTokens is null
            ? string.Empty
            : FormattableString.Invariant($"{answer.PromptTokens} + {answer.CompletionTokens} tokens, ");
        return FormattableString.Invariant($"({answer.Model}: {tokens}{answer.Duration.TotalSeconds:0.0} s{end})");
    }

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

        return job?.EstimatedFinish is DateTime finish && finish > DateTime.Now
            ? "in about " + Span(finish - DateTime.Now)
            : string.Empty;
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
        return value is IConvertible plain
            ? $"{checkpoint!.BestBy} {Number(plain.ToDouble(CultureInfo.InvariantCulture))}"
            : checkpoint?.BestBy ?? string.Empty;
    }

    /// <summary>A loss, an accuracy or a reward with four digits; tiny ones in exponent form.</summary>
    public static string Number(double? value) =>
        value switch
        {
            null => string.Empty,
            double v when v != 0 && Math.Abs(v) < 0.0001 => v.ToString("0.0E+0", CultureInfo.CurrentCulture),
            double v => v.ToString("0.0000", CultureInfo.CurrentCulture),
        };
}
