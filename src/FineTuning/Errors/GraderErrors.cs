using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using FineTuning.Core.Datasets;
using FineTuning.Core.Grading;
using FineTuning.Core.Grading.Linting;

namespace FineTuning.Errors;

/// <summary>Errors of grading.</summary>
internal static class GraderErrors
{
    private const string NameSample =
        "Name the property that has the model's text, such as with -SampleProperty answer; or give all rows the same "
        + "text with -ModelSample.";

    private static readonly ErrorDefinition s_noGrader = new(
        "NoGrader",
        ErrorCategory.InvalidArgument,
        "-Grader is no grader.",
        "Make one with New-Grader."
    );

    private static readonly ErrorDefinition s_notLocal = new(
        "GraderNotLocal",
        ErrorCategory.InvalidArgument,
        "The grader cannot work here: {reason} ({place})",
        "{fix} Without -Local the service grades."
    );

    private static readonly ErrorDefinition s_invalidSample = new(
        "InvalidSample",
        ErrorCategory.InvalidArgument,
        "-ModelSample is the text for all rows, and -SampleProperty the property that has the text of each.",
        "Give one of them."
    );

    private static readonly ErrorDefinition s_sampleNotRead = new(
        "SampleNotRead",
        ErrorCategory.InvalidData,
        "Row {row} cannot be graded. {reason}",
        NameSample
    );

    /// <summary>-Grader is no grader.</summary>
    public static ErrorRecord NoGrader(PSArgumentException e, object grader) =>
        (s_noGrader with { Message = e.Message }).Make(grader);

    /// <summary>A grader does not work on this machine.</summary>
    public static ErrorRecord NotLocal(GraderException e, JsonElement definition) =>
        s_notLocal.Make(definition, ("reason", e.Message), ("place", e.JsonPath), ("fix", e.Fix));

    /// <summary>Two parameters say where the sample is.</summary>
    public static ErrorRecord InvalidSample(string property) => s_invalidSample.Make(property);

    /// <summary>-Item is no item.</summary>
    public static ErrorRecord InvalidItem(Exception e, object? item) =>
        (
            GraderDefinitionErrors.ItemInvalid with
            {
                Message = e.Message,
                Action = "Give -Item a hashtable, an object, or the text of a JSON object.",
            }
        ).Make(item);

    /// <summary>A row has no sample.</summary>
    /// <param name="row">Its number, from 1.</param>
    /// <param name="source">The row, or the text of its place.</param>
    /// <param name="e">Why.</param>
    public static ErrorRecord SampleNotRead(long row, object source, Exception e)
    {
        ErrorDefinition error = e.Message.Contains("JSON")
            ? s_sampleNotRead with
            {
                Action = "Write each line as one JSON object, with the model's text as 'model_sample'.",
            }
            : s_sampleNotRead;
        return error.Make(
            source,
            ("row", row.ToString(CultureInfo.InvariantCulture) + (source is string text ? $" ({text})" : string.Empty)),
            ("reason", e.Message)
        );
    }

    /// <summary>None of the first rows has a sample.</summary>
    public static ErrorRecord NoRowFits(Exception e) =>
        ConversionErrors.NoRowFits(
            DatasetLimits.FirstRows,
            "None of the first {count} rows can be graded, so the rest was not tried. {reason}",
            NameSample,
            e.Message
        );

    /// <summary>The record of a grader that has errors; null if it has none.</summary>
    /// <param name="problems">All that was found.</param>
    /// <param name="target">The target of the record.</param>
    /// <param name="outcome">What has become of the command, as a further sentence.</param>
    public static ErrorRecord? Refuse(IReadOnlyList<GraderProblem> problems, object? target, string outcome = "")
    {
        GraderProblem[] errors = [.. problems.Where(problem => problem.Severity == ProblemSeverity.Error)];
        return errors.Length == 0
            ? null
            : GraderDefinitionErrors.HasErrors(Message(errors) + outcome, errors[0].Fix, target);
    }

    /// <summary>One sentence for one error; of several, a line each with what to do.</summary>
    public static string Message(GraderProblem[] errors) =>
        errors.Length == 1
            ? $"The grader has an error at {errors[0].JsonPath}: {errors[0].Message} ({errors[0].Code})"
            : FormattableString.Invariant($"The grader has {errors.Length} errors:")
                + string.Concat(errors.Select(e => $"\n  {e.JsonPath}: {e.Message} {e.Fix} ({e.Code})"));
}
