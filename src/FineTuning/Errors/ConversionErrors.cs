using System.Globalization;
using System.Management.Automation;
using FineTuning.Core.Datasets.Converting;

namespace FineTuning.Errors;

/// <summary>Errors of rows that became no example.</summary>
internal static class ConversionErrors
{
    private static readonly ErrorDefinition[] s_rows =
    [
        Define(
            "PropertyNotNamed",
            "It is not known which property has the text.",
            "Name it with -{option}. A file in the format of another trainer is converted with -SourcePath."
        ),
        Define(
            "RowIsExample",
            "The row is an example already.",
            "Write it as it is: ... | ForEach-Object { ConvertTo-Json -InputObject $_ -Depth 20 -Compress } | "
                + "Set-Content train.jsonl."
        ),
        Define("ItemMissing", "Nothing says what belongs to the item of the row.", "Name it with -{option}."),
        Define(
            "PropertyMissing",
            "The row has no property of the name.",
            "Name another with -{option}, or mend the row."
        ),
        Define("TextEmpty", "The text is empty.", "Fill it in, or leave the row out with Where-Object."),
        Define(
            "ValueNotRead",
            "The value of a property could not be read.",
            "Choose the properties with Select-Object first, or mend the row."
        ),
        Define("ValueNotJson", "The value is not the JSON that is wanted.", MendRow),
        Define("RoleUnknown", "The role is none that there is.", "Write user, assistant, system or developer."),
        Define("NoAnswer", "The conversation has no answer.", "Add the answer as a row with the role assistant."),
        Define("ShapeUnknown", "The row has another shape than the rows of the format.", "Name another with -From."),
        Define("RowNotRead", "The row is no JSON in UTF-8.", MendRow),
        Define("PromptMissing", "It is not known what the answers of the row are to.", MendRow),
        Define("AnswerNotOne", "There is not one answer to learn.", MendRow),
        Define("TextPlain", "The text does not say what is asked and what is answered.", PlainText),
        Define("CallUnnamed", "A call does not say which function it is of.", MendRow),
        Define("ToolResultAlone", "The answer of a function belongs to no call.", MendRow),
        Define("ToolsNotList", "The functions that may be called are no list.", MendRow),
        Define("ImageMissing", "An image cannot be taken.", "Put the image beside the file, or give its address."),
        Define("ExampleRefused", "What the row would become is not in order.", MendRow),
        Define("ExampleTooLong", "The example is over the limit of a line.", "Shorten the texts."),
    ];

    private static readonly ErrorDefinition s_notARow = new(
        "NotARow",
        ErrorCategory.InvalidType,
        "A {type} has no properties to make an example of.",
        "Pipe objects, such as those of Import-Csv or ConvertFrom-Json."
    );

    private static readonly ErrorDefinition s_noRowFits = new(
        "NoRowFits",
        ErrorCategory.InvalidData,
        "None of the first {count} rows could become an example, so the rest was not tried.",
        "Look at the errors before this one: the names of the properties, or the rows themselves, are not what was "
            + "meant."
    );

    private static readonly ErrorDefinition s_formatUnknown = new(
        "FormatUnknown",
        ErrorCategory.InvalidData,
        "It is not known in which format the rows of '{path}' are. {reason}",
        "Name the format with -From; Test-FineTuningDataset checks a file that is a dataset already."
    );

    private static readonly ErrorDefinition s_notRows = new(
        "NotRows",
        ErrorCategory.InvalidData,
        "The rows of '{path}' cannot be read: {reason}",
        "Give JSON lines or one JSON array, as text in UTF-8. Test-FineTuningDataset names the command that makes rows "
            + "of other files, such as CSV."
    );

    private static readonly ErrorDefinition s_otherKind = new(
        "OtherKind",
        ErrorCategory.InvalidData,
        "'{path}' becomes examples of the kind {kind}, and those before it were of the kind {other}.",
        "Convert it to a file of its own."
    );

    private static readonly ErrorDefinition s_ontoItself = new(
        "OntoItself",
        ErrorCategory.InvalidArgument,
        "'{path}' is the file to convert itself.",
        "Choose another place with -Path."
    );

    private static readonly ErrorDefinition s_columnOfFile = new(
        "ColumnOfFile",
        ErrorCategory.InvalidArgument,
        "-{parameter} is for rows that are piped; the format of a file says what its fields are.",
        "Leave it out, or pipe the rows."
    );

    private const string MendRow = "Mend the row.";
    private const string PlainText = "Make rows with a question and an answer of the text first.";

    /// <summary>A row of a file that became no example.</summary>
    public static ErrorRecord SourceRow(RowProblem problem, string path) =>
        (s_rows.First(error => error.Id == problem.Id) with { Message = problem.Message }).Wrap(
            new InvalidDataException(problem.Message),
            path
        );

    /// <summary>A file whose rows are of no known format.</summary>
    public static ErrorRecord FormatUnknown(string path, string? reason) =>
        s_formatUnknown.Make(path, ("path", path), ("reason", reason));

    /// <summary>A file that has no rows to read.</summary>
    public static ErrorRecord NotRows(Exception e, string path) =>
        s_notRows.Wrap(e, path, ("path", path), ("reason", e.Message));

    /// <summary>A file that becomes another kind of examples than those before it.</summary>
    public static ErrorRecord OtherKind(string path, string kind, string other) =>
        s_otherKind.Make(path, ("path", path), ("kind", kind), ("other", other));

    /// <summary>A parameter that names a property, where a format has names of its own.</summary>
    public static ErrorRecord ColumnOfFile(string parameter) =>
        s_columnOfFile.Make(parameter, ("parameter", parameter));

    /// <summary>A file that would be converted onto itself.</summary>
    public static ErrorRecord OntoItself(string path) => s_ontoItself.Make(path, ("path", path));

    /// <summary>A row that became no example. What it says is the converter's own message.</summary>
    public static ErrorRecord Row(RowProblem problem, PSObject? input)
    {
        ErrorDefinition error = s_rows.First(error => error.Id == problem.Id);
        string action = problem.Option is null && error.Id == "PropertyMissing" ? MendRow : error.Action;
        return (
            error with
            {
                Category = problem.IsSetUp ? ErrorCategory.InvalidArgument : error.Category,
                Message = problem.Message,
                Action = action.Replace("{option}", problem.Option),
            }
        ).Wrap(new InvalidDataException(problem.Message), input);
    }

    /// <summary>An object without properties.</summary>
    public static ErrorRecord NotARow(PSObject input) =>
        s_notARow.Make(input, ("type", input.BaseObject.GetType().Name));

    /// <summary>None of the first rows became an example.</summary>
    /// <param name="count">How many were tried.</param>
    public static ErrorRecord NoRowFits(int count) =>
        s_noRowFits.Make(null, ("count", count.ToString(CultureInfo.InvariantCulture)));

    /// <summary>None of the first rows could be used for something else.</summary>
    /// <param name="count">How many were tried.</param>
    /// <param name="message">What is said, with the fields count and reason.</param>
    /// <param name="action">The next step.</param>
    /// <param name="reason">What the last row lacked.</param>
    public static ErrorRecord NoRowFits(int count, string message, string action, string reason) =>
        (s_noRowFits with { Message = message, Action = action }).Make(
            null,
            ("count", count.ToString(CultureInfo.InvariantCulture)),
            ("reason", reason)
        );

    private static ErrorDefinition Define(string id, string message, string action) =>
        new(id, ErrorCategory.InvalidData, message, action);
}
