namespace FineTuning.Core.Datasets.Repairing;

/// <summary>What came of a repair.</summary>
public sealed record RepairResult
{
    /// <summary>The full path of the file that was repaired.</summary>
    public required string SourcePath { get; init; }

    /// <summary>The full path of the new file; null if none was written, because there was nothing to mend.</summary>
    public string? DestinationPath { get; init; }

    /// <summary>How many changes there are, also beyond the cap of <see cref="Changes"/>.</summary>
    public long ChangeCount { get; init; }

    /// <summary>The changes, those of the whole file first and then in line order, capped per code.</summary>
    public required IReadOnlyList<DatasetChange> Changes { get; init; }

    /// <summary>How often each code was mended, also beyond the cap.</summary>
    public required IReadOnlyDictionary<string, long> CountsByCode { get; init; }

    /// <summary>What a check finds in the result: what is left to mend by hand. One example is enough for it.</summary>
    public required DatasetReport Remaining { get; init; }
}
