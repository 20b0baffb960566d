using System.Management.Automation;
using FineTuning.Core.Datasets;

namespace FineTuning.Errors;

/// <summary>Tells when none of the first rows of an input can be used: then it is not the rows, and the rest need not
/// be tried.</summary>
internal sealed class FirstRows
{
    /// <summary>How many are tried.</summary>
    public const int Max = DatasetLimits.FirstRows;

    /// <summary>What to do about a file that is no dataset.</summary>
    public const string DatasetAdvice =
        "Give a dataset as JSONL, one JSON object a line; ConvertTo-FineTuningDataset makes one of a table.";

    private int _unusable;
    private bool _isOver;

    /// <summary>A row could be used.</summary>
    public void Used() => _isOver = true;

    /// <summary>A row could not be used.</summary>
    /// <returns>True once: with the last of the first rows, if none could be.</returns>
    public bool AreHopeless() => !_isOver && ++_unusable == Max;

    /// <summary>The record for a file none of whose first lines is an example.</summary>
    public static ErrorRecord NoExamples(string path) =>
        ErrorRecords.Invalid(
            "NoExamples",
            FormattableString.Invariant(
                $"None of the first {Max} lines of '{path}' can be asked, so the rest was not tried."
            ),
            DatasetAdvice,
            path,
            ErrorCategory.InvalidData
        );
}
