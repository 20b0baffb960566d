using System.Globalization;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Measuring;

namespace FineTuning.Output;

/// <summary>A measure as people read it: what is in the file, how long its examples are, what training on it would
/// take.</summary>
public static class DatasetMeasureView
{
    private const int LabelWidth = 13;
    private const int BarWidth = 30;
    private const int OldPriceDays = 90;

    /// <summary>Returns the lines of a measure.</summary>
    /// <param name="measure">The measure.</param>
    /// <param name="width">The columns of the window; 0 where that is not known.</param>
    public static string[] Lines(DatasetMeasure measure, int width)
    {
        _ = measure ?? throw new ArgumentNullException(nameof(measure));
        List<string> lines = [Style.Bold(measure.Name) + "  " + Summary(measure), string.Empty];
        Add(lines, "Messages", Messages(measure), width);
        Add(
            lines,
            "Tokens",
            Text(
                $"{measure.Tokens:N0}, of which {measure.ContentTokens:N0} text and {measure.AnswerTokens:N0} to learn"
            ),
            width
        );
        Add(lines, "Per example", measure.Examples == 0 ? "no examples" : measure.TokensPerExample.ToString(), width);
        lines.AddRange(Bars(measure.TokensPerExample.Histogram));
        Add(lines, "Too long", TooLong(measure), width);
        Add(
            lines,
            "Training",
            Text($"{Plural(measure.EpochCount, "epoch")}, batch size {measure.BatchSize}: ")
                + Text($"{Plural(measure.Steps, "step")}, {measure.BillableTokens:N0} billable tokens"),
            width
        );
        Add(lines, "Cost", Cost(measure), width);
        return [.. lines];
    }

    /// <summary>Says how many lines were left out of a measure; null if none was.</summary>
    internal static string? SkippedLines(DatasetMeasure measure)
    {
        if (measure.SkippedLines == 0)
        {
            return null;
        }

        string what =
            measure.SkippedLines == 1
                ? "1 line is no example and was"
                : Text($"{measure.SkippedLines:N0} lines are no examples and were");
        return $"{measure.Name}: {what} left out. Test-FineTuningDataset says what is wrong.";
    }

    private static string Summary(DatasetMeasure measure) =>
        Text($"{measure.Format.ToString().ToLowerInvariant()}, {Plural(measure.Examples, "example")}, ")
        + Text($"{ByteSize.Text(measure.Bytes)}, for {measure.Model} ({measure.Encoding})");

    private static string Messages(DatasetMeasure measure)
    {
        if (measure.Messages == 0)
        {
            return "none";
        }

        string roles = string.Join(", ", measure.Roles.Select(role => Text($"{role.Value:N0} {role.Key}")));
        string images =
            measure.Images == 0
                ? string.Empty
                : Text($"; {Plural(measure.Images, "image")}, whose tokens are not counted");
        return Text($"{measure.Messages:N0}: {roles}{images}");
    }

    private static IEnumerable<string> Bars(IReadOnlyList<HistogramBin> bins)
    {
        if (bins.Count < 2)
        {
            yield break;
        }

        long most = bins.Max(bin => bin.Count);
        int width = Text($"{bins[bins.Count - 1].To:N0}").Length;
        foreach (HistogramBin bin in bins)
        {
            // What is there is seen, however little it is.
            int length = bin.Count == 0 ? 0 : (int)Math.Max(1, Math.Round((double)bin.Count / most * BarWidth));
            string to = Text($"{bin.To:N0}").PadLeft(width);
            yield return new string(' ', LabelWidth)
                + (bin.From == bin.To ? to : Text($"{bin.From:N0}").PadLeft(width) + " - " + to)
                + "  "
                + new string('█', length).PadRight(BarWidth)
                + " "
                + Text($"{bin.Count:N0}");
        }
    }

    private static string TooLong(DatasetMeasure measure) =>
        measure.ContextLength is not { } limit ? $"the longest example that {measure.Model} learns from is not known"
        : measure.TruncatedExamples == 0
            ? Text($"none; {measure.Model} learns from up to {limit:N0} tokens of an example")
        : Style.Yellow(
            Text(
                $"{Plural(measure.TruncatedExamples, "example")} of more than {limit:N0} tokens, which the service cuts"
            )
        );

    private static string Cost(DatasetMeasure measure)
    {
        if (measure.Format == DatasetFormat.Reinforcement)
        {
            return "reinforcement is paid by the time it takes, which is not known before";
        }

        if (measure.EstimatedCost is not { } cost)
        {
            return "unknown; give the price of a million trained tokens with -Price, and keep it with -SavePrice";
        }

        int days = Math.Max(0, (int)measure.Price!.Age.TotalDays);
        string age = days == 0 ? "a price of today" : Text($"a price of {Plural(days, "day")} ago");
        string line =
            Text($"about {cost:N2} {measure.Price.Currency}, ")
            + Text($"at {measure.Price.PerMillionTokens:0.######} a million tokens, {age}");
        return days > OldPriceDays ? line + Style.Yellow(": look whether it still holds") : line;
    }

    private static void Add(List<string> lines, string label, string text, int width)
    {
        string[] wrapped = [.. TextBlock.Wrap(text, LabelWidth, width)];
        lines.Add(label.PadRight(LabelWidth) + wrapped[0].Substring(LabelWidth));
        lines.AddRange(wrapped.Skip(1));
    }

    private static string Plural(long count, string what) =>
        Text($"{count:N0} {what}{(count == 1 ? string.Empty : "s")}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
