using System.Management.Automation;

namespace FineTuning.Errors;

/// <summary>Errors of what is given as a grader, or for one.</summary>
internal static class GraderDefinitionErrors
{
    private static readonly ErrorDefinition s_invalid = new(
        "InvalidGrader",
        ErrorCategory.InvalidArgument,
        "The grader has an error.",
        "Correct the parameters and repeat the command."
    );

    private static readonly ErrorDefinition s_notGrader = new(
        "NotGrader",
        ErrorCategory.InvalidType,
        "What was given is no grader.",
        "Get-Help Test-Grader -Parameter Grader shows the forms."
    );

    /// <summary>An item that is no row, of whichever parameter.</summary>
    public static readonly ErrorDefinition ItemInvalid = new(
        "InvalidItem",
        ErrorCategory.InvalidArgument,
        "The item is no row of a dataset.",
        "Give a row of the dataset as a hashtable, an object or JSON text."
    );

    private static readonly ErrorDefinition s_noRows = new(
        "NoRows",
        ErrorCategory.InvalidData,
        "The dataset has no rows.",
        DatasetErrors.GiveDataset
    );

    /// <summary>Parameters of which no grader can be made.</summary>
    public static ErrorRecord Invalid(PSArgumentException e, string? name) =>
        (s_invalid with { Message = e.Message }).Make(name);

    /// <summary>A grader in which the check found errors.</summary>
    /// <param name="message">All of them.</param>
    /// <param name="fix">What to do about the first.</param>
    /// <param name="target">What was checked.</param>
    public static ErrorRecord HasErrors(string message, string fix, object? target) =>
        (s_invalid with { Category = ErrorCategory.InvalidData, Message = message, Action = fix }).Make(target);

    /// <summary>An object that is no grader.</summary>
    public static ErrorRecord NotGrader(PSArgumentException e, object? given) =>
        (s_notGrader with { Message = e.Message }).Make(given);

    /// <summary>An item that is no row.</summary>
    public static ErrorRecord InvalidItem(PSArgumentException e, object? item) =>
        (ItemInvalid with { Message = e.Message }).Make(item);

    /// <summary>A dataset without rows.</summary>
    public static ErrorRecord NoRows(InvalidDataException e, string? path) =>
        (s_noRows with { Message = e.Message }).Make(path);
}
