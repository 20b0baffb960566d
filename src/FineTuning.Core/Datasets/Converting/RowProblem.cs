namespace FineTuning.Core.Datasets.Converting;

/// <summary>Why a row did not become an example.</summary>
public sealed record RowProblem
{
    /// <summary>The row, counted from 1; of rows that are grouped, the first one of the group where all of it is at
    /// fault.</summary>
    public required long Row { get; init; }

    /// <summary>
    /// A stable name of the problem: PropertyMissing, PropertyNotNamed, RowIsExample, TextEmpty, ValueNotRead,
    /// ValueNotJson, RoleUnknown, NoAnswer, ItemMissing or ExampleTooLong; of a row of a file also ShapeUnknown,
    /// RowNotRead, PromptMissing, AnswerNotOne, TextPlain, CallUnnamed, ToolResultAlone, ToolsNotList, ImageMissing or
    /// ExampleRefused.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>The property at fault, or null.</summary>
    public string? Property { get; init; }

    /// <summary>The name of the option that would help, such as UserProperty, or null.</summary>
    public string? Option { get; init; }

    /// <summary>What is wrong, in sentences.</summary>
    public required string Message { get; init; }

    /// <summary>Whether no row can become an example before an option is set.</summary>
    public bool IsSetUp { get; init; }
}
