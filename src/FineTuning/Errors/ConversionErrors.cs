using System.Globalization;
using System.Management.Automation;
using FineTuning.Core.Datasets.Converting;

namespace FineTuning.Errors;

/// <summary>Errors of rows that became no example.</summary>
internal static class ConversionErrors
{
    private static readonly ErrorDefinition[] s_rows =
    [
        Define("PropertyNotNamed", "It is not known which property has the text.", "Name it with -{option}."),
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

    private const string MendRow = "Mend the row.";

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
