namespace FineTuning.Core.Datasets;

/// <summary>What a check found.</summary>
public sealed record DatasetReport
{
    /// <summary>The full path of the file, or null when a stream was checked.</summary>
    public string? Path { get; init; }

    /// <summary>The name of the dataset: of the file, or as given.</summary>
    public required string Name { get; init; }

    /// <summary>What kind of examples the dataset holds.</summary>
    public DatasetFormat Format { get; init; }

    /// <summary>The size in bytes, as far as it was read.</summary>
    public long Bytes { get; init; }

    /// <summary>The lines, blank ones included.</summary>
    public long LineCount { get; init; }

    /// <summary>The lines that are not blank.</summary>
    public long ExampleCount { get; init; }

    /// <summary>All errors of this file, also those beyond the cap of <see cref="Problems"/>.</summary>
    public long ErrorCount { get; init; }

    /// <summary>All warnings of this file, also those beyond the cap of <see cref="Problems"/>.</summary>
    public long WarningCount { get; init; }

    /// <summary>Whether the service should take it: no errors, neither here nor in the validation file that was checked
    /// with it.</summary>
    public bool IsValid => ErrorCount == 0 && Validation is not { IsValid: false };

    /// <summary>The problems in line order, those of the whole file first, capped per code.</summary>
    public required IReadOnlyList<DatasetProblem> Problems { get; init; }

    /// <summary>How often each code was found, also beyond the cap.</summary>
    public required IReadOnlyDictionary<string, long> CountsByCode { get; init; }

    /// <summary>The encoding that the file most likely has where it is not UTF-8, by the name that .NET and iconv know,
    /// such as <c>windows-1252</c>; null where it is UTF-8 or nothing can be said.</summary>
    public string? LikelyEncoding { get; init; }

    /// <summary>What separates the columns where the file is a table of text, such as the comma of CSV; otherwise
    /// null.</summary>
    public char? Delimiter { get; init; }

    /// <summary>How long the check took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The report of the validation file when a pair was checked, otherwise null.</summary>
    public DatasetReport? Validation { get; init; }

    /// <summary>Returns the name with what was found, such as <c>train.jsonl: 2 errors, 1 warning</c>.</summary>
    public override string ToString()
    {
        string found =
            ErrorCount + WarningCount == 0
                ? "valid"
                : $"{Count(ErrorCount, "error")}, {Count(WarningCount, "warning")}";
        return Name + ": " + found;

        static string Count(long count, string noun) =>
            FormattableString.Invariant($"{count} {noun}{(count == 1 ? string.Empty : "s")}");
    }
}
