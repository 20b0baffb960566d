using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Repairing;

namespace FineTuning.Output;

/// <summary>A dataset that was repaired, or that needed no repair.</summary>
public sealed class DatasetRepair
{
    internal DatasetRepair(RepairResult source)
    {
        SourcePath = source.SourcePath;
        Path = source.DestinationPath ?? source.SourcePath;
        IsWritten = source.DestinationPath is not null;
        ExampleCount = source.Remaining.ExampleCount;
        ChangeCount = source.ChangeCount;

        // A plain array: the list that a collection expression makes cannot be indexed in PowerShell.
        Changes = source.Changes.ToArray();
        CountsByCode = new SortedDictionary<string, long>(
            source.CountsByCode.ToDictionary(count => count.Key, count => count.Value),
            StringComparer.Ordinal
        );
        Remaining = source.Remaining;
    }

    /// <summary>The full path of the file that was repaired.</summary>
    public string SourcePath { get; }

    /// <summary>The full path of the file to go on with: the repaired one, or the source where there was nothing to
    /// mend.</summary>
    public string Path { get; }

    /// <summary>Whether a file was written.</summary>
    public bool IsWritten { get; }

    /// <summary>The examples in the result.</summary>
    public long ExampleCount { get; }

    /// <summary>How many changes there are, also beyond those that are kept.</summary>
    public long ChangeCount { get; }

    /// <summary>The changes in line order, those of the whole file first, at most 100 of each code.</summary>
    public IReadOnlyList<DatasetChange> Changes { get; }

    /// <summary>How often each problem was mended.</summary>
    public IDictionary<string, long> CountsByCode { get; }

    /// <summary>What a check finds in the result: what is left to mend by hand.</summary>
    public DatasetReport Remaining { get; }

    /// <summary>The path of the file to go on with.</summary>
    public override string ToString() => Path;
}
