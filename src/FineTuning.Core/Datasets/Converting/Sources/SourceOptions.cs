namespace FineTuning.Core.Datasets.Converting.Sources;

/// <summary>How rows of another trainer's format become examples.</summary>
public sealed record SourceOptions
{
    /// <summary>The format of the rows.</summary>
    public required SourceFormat From { get; init; }

    /// <summary>
    /// The kind of example to make; null for the one that the format is for: preference examples of
    /// <see cref="SourceFormat.Trl"/>, what the text holds of <see cref="SourceFormat.JsonText"/>, chat examples of the
    /// others. Of <see cref="SourceFormat.Completion"/>, completion examples can be made too.
    /// </summary>
    public DatasetFormat? Format { get; init; }

    /// <summary>The system message of the examples that have none of their own; null for none.</summary>
    public string? SystemMessage { get; init; }

    /// <summary>Whether white space around texts is left out.</summary>
    public bool Trim { get; init; }

    /// <summary>The longest row, and the largest example, in bytes of UTF-8. 64 MB by default, as much as a check
    /// reads.</summary>
    public int MaxLineBytes { get; init; } = 64 * 1024 * 1024;

    // The kind that is made of the format, if it is not up to the rows.
    internal DatasetFormat? Target =>
        Format
        ?? From switch
        {
            SourceFormat.Trl => DatasetFormat.Preference,
            SourceFormat.JsonText => null,
            _ => DatasetFormat.Chat,
        };

    internal void Validate()
    {
        bool fits =
            Format is null or DatasetFormat.Unknown
            || From == SourceFormat.JsonText
            || Format == (this with { Format = null }).Target
            || (From == SourceFormat.Completion && Format == DatasetFormat.Completion);
        if (!fits || Format == DatasetFormat.Unknown)
        {
            throw new ArgumentException($"Rows of the format {From} do not become examples of the kind {Format}.");
        }

        if (MaxLineBytes < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(MaxLineBytes), "A row has at least one byte.");
        }
    }
}
