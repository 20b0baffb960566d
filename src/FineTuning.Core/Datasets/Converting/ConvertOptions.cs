namespace FineTuning.Core.Datasets.Converting;

/// <summary>What to make of rows, and which of their properties to make it of. A property that is not named is found by
/// its usual names.</summary>
public sealed record ConvertOptions
{
    /// <summary>The kind of example to make; Unknown is not one. Chat by default.</summary>
    public DatasetFormat Format { get; init; } = DatasetFormat.Chat;

    /// <summary>What the user says, or the prompt. Several are put together with a blank line between them; empty ones
    /// are left out.</summary>
    public IReadOnlyList<string>? UserProperty { get; init; }

    /// <summary>What the assistant answers, or the completion.</summary>
    public string? AssistantProperty { get; init; }

    /// <summary>The system message of each row; where it is empty, <see cref="SystemMessage"/> is used.</summary>
    public string? SystemProperty { get; init; }

    /// <summary>The system message of all examples.</summary>
    public string? SystemMessage { get; init; }

    /// <summary>The better answer, for preference examples.</summary>
    public string? PreferredProperty { get; init; }

    /// <summary>The worse answer, for preference examples.</summary>
    public string? NonPreferredProperty { get; init; }

    /// <summary>The fields for a grader, for reinforcement examples; all properties that are not used otherwise if
    /// null.</summary>
    public IReadOnlyList<string>? ItemProperty { get; init; }

    /// <summary>Rows that follow each other and have the same value here are the messages of one chat
    /// example.</summary>
    public string? GroupProperty { get; init; }

    /// <summary>Who says the message of a row, where rows are grouped.</summary>
    public string? RoleProperty { get; init; }

    /// <summary>What the message of a row says, where rows are grouped.</summary>
    public string? ContentProperty { get; init; }

    /// <summary>Whether white space around texts is left out.</summary>
    public bool Trim { get; init; }

    /// <summary>The largest example in bytes of UTF-8. 64 MB by default, as much as a check reads.</summary>
    public int MaxExampleBytes { get; init; } = 64 * 1024 * 1024;
}
