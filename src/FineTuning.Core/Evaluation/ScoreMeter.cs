using FineTuning.Core.Grading;

namespace FineTuning.Core.Evaluation;

/// <summary>Adds up the rewards of many samples without keeping them. For one thread at a time.</summary>
public sealed class ScoreMeter
{
    private readonly SortedDictionary<string, double> _parts = new(StringComparer.Ordinal);
    private double _squares;

    /// <summary>Samples that have a reward.</summary>
    public long Count { get; private set; }

    /// <summary>Those of them that were graded with errors; their reward counts as the grader gave it.</summary>
    public long Errors { get; private set; }

    /// <summary>The mean reward; NaN without any.</summary>
    public double Mean { get; private set; } = double.NaN;

    /// <summary>The standard error of the mean: how far it is uncertain because there are only so many samples; NaN
    /// below two.</summary>
    public double StandardError => Count < 2 ? double.NaN : Math.Sqrt(_squares / (Count - 1) / Count);

    /// <summary>The least reward; NaN without any.</summary>
    public double Min { get; private set; } = double.NaN;

    /// <summary>The greatest reward; NaN without any.</summary>
    public double Max { get; private set; } = double.NaN;

    /// <summary>The mean rewards of a multi grader's parts, by name; null for other graders.</summary>
    public IReadOnlyDictionary<string, double>? Parts =>
        _parts.Count == 0 ? null : _parts.ToDictionary(part => part.Key, part => part.Value / Count);

    /// <summary>Adds a sample.</summary>
    public void Add(GradeResult result)
    {
        _ = result ?? throw new ArgumentNullException(nameof(result));
        Count++;
        Errors += result.Errors.Any ? 1 : 0;

        // Welford's method: a sum of squares would lose the small differences of large numbers.
        double mean = Count == 1 ? 0 : Mean,
            distance = result.Reward - mean;
        mean += distance / Count;
        _squares += distance * (result.Reward - mean);
        Mean = mean;
        Min = Count == 1 ? result.Reward : Math.Min(Min, result.Reward);
        Max = Count == 1 ? result.Reward : Math.Max(Max, result.Reward);
        foreach (KeyValuePair<string, double> part in result.SubRewards ?? new Dictionary<string, double>())
        {
            _parts.TryGetValue(part.Key, out double sum);
            _parts[part.Key] = sum + part.Value;
        }
    }
}
