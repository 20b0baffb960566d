using System.Globalization;
using FineTuning.Core.Datasets;

namespace FineTuning.Output;

/// <summary>Short forms of a repair for the format view.</summary>
public static class DatasetRepairView
{
    /// <summary>What was mended, such as <c>FT1008 blank line x3</c>, one a line.</summary>
    public static string Mended(DatasetRepair repair) =>
        repair?.CountsByCode is { Count: > 0 } counts ? List(counts) : "nothing";

    /// <summary>What is left to mend by hand, one a line.</summary>
    public static string Remaining(DatasetRepair repair) =>
        repair?.Remaining.CountsByCode is { Count: > 0 } counts ? List(counts) : "nothing";

    private static string List(IEnumerable<KeyValuePair<string, long>> counts) =>
        string.Join(
            Environment.NewLine,
            counts
                .OrderBy(count => count.Key, StringComparer.Ordinal)
                .Select(count =>
                    $"{count.Key} {ProblemCodes.Find(count.Key)?.Title}"
                    + (
                        count.Value == 1
                            ? string.Empty
                            : string.Format(CultureInfo.InvariantCulture, " x{0}", count.Value)
                    )
                )
        );
}
