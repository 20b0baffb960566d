using System.Management.Automation;
using FineTuning.Core.Datasets.Converting;

namespace FineTuning.Errors;

/// <summary>Error records of rows that became no example.</summary>
internal static class RowErrors
{
    public static ErrorRecord Make(RowProblem problem, PSObject? input) =>
        ErrorRecords.Make(
            new InvalidDataException(problem.Message),
            problem.Id,
            problem.IsSetUp ? ErrorCategory.InvalidArgument : ErrorCategory.InvalidData,
            input,
            problem.Message,
            Action(problem)
        );

    private static string Action(RowProblem problem) =>
        problem.Id switch
        {
            "PropertyNotNamed" or "ItemMissing" => $"Name it with -{problem.Option}.",
            "PropertyMissing" when problem.Option is string option => $"Name another with -{option}, or mend the row.",
            "TextEmpty" => "Fill it in, or leave the row out with Where-Object.",
            "ValueNotRead" => "Choose the properties with Select-Object first, or mend the row.",
            "RoleUnknown" => "Write user, assistant, system or developer.",
            "NoAnswer" => "Add the answer as a row with the role assistant.",
            "ExampleTooLong" => "Shorten the texts.",
            _ => "Mend the row.",
        };
}
