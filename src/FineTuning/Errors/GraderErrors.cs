using System.Management.Automation;
using System.Text.Json;
using FineTuning.Core.Datasets;
using FineTuning.Core.Errors;
using FineTuning.Core.Evaluation;
using FineTuning.Core.Grading;
using FineTuning.Core.Grading.Linting;
using FineTuning.Runtime;

namespace FineTuning.Errors;

/// <summary>A grader's problems as texts and error records.</summary>
internal static class GraderErrors
{
    private const string NameSample =
        "Name the property that has the model's text, such as with -SampleProperty answer; or give all rows the same "
        + "text with -ModelSample.";

    /// <summary>-Grader is no grader.</summary>
    public static ErrorRecord NoGrader(PSArgumentException e, object grader) =>
        ErrorRecords.Invalid("NoGrader", e.Message, "Make one with New-Grader.", grader);

    /// <summary>A grader does not work on this machine.</summary>
    public static ErrorRecord NotLocal(GraderException e, JsonElement definition) =>
        ErrorRecords.Invalid(
            "GraderNotLocal",
            $"The grader cannot work here: {e.Message} ({e.JsonPath})",
            $"{e.Fix} Without -Local the service grades.",
            definition
        );

    /// <summary>Two parameters say where the sample is.</summary>
    public static ErrorRecord InvalidSample(string property) =>
        ErrorRecords.Invalid(
            "InvalidSample",
            "-ModelSample is the text for all rows, and -SampleProperty the property that has the text of each.",
            "Give one of them.",
            property
        );

    /// <summary>-Item is no item.</summary>
    public static ErrorRecord InvalidItem(Exception e, object? item) =>
        ErrorRecords.Invalid(
            "InvalidItem",
            e.Message,
            "Give -Item a hashtable, an object, or the text of a JSON object.",
            item
        );

    /// <summary>A row has no sample.</summary>
    /// <param name="row">Its number, from 1.</param>
    /// <param name="source">The row, or the text of its place.</param>
    /// <param name="e">Why.</param>
    public static ErrorRecord SampleNotRead(long row, object source, Exception e)
    {
        string place = source is string text ? $" ({text})" : string.Empty;
        return ErrorRecords.Invalid(
            "SampleNotRead",
            FormattableString.Invariant($"Row {row}{place} cannot be graded. {e.Message}"),
            e.Message.Contains("JSON")
                ? "Write each line as one JSON object, with the model's text as 'model_sample'."
                : NameSample,
            source,
            ErrorCategory.InvalidData
        );
    }

    /// <summary>None of the first rows has a sample.</summary>
    public static ErrorRecord NoRowFits(Exception e) =>
        ErrorRecords.Invalid(
            "NoRowFits",
            FormattableString.Invariant(
                $"None of the first {FirstRows.Max} rows can be graded, so the rest was not tried. {e.Message}"
            ),
            NameSample,
            null,
            ErrorCategory.InvalidData
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
            : ErrorRecords.Invalid(
                "InvalidGrader",
                Message(errors) + outcome,
                errors[0].Fix,
                target,
                ErrorCategory.InvalidData
            );
    }

    /// <summary>Compares a grader with the rows of a dataset that it is to grade.</summary>
    /// <param name="cmdlet">Shows the progress.</param>
    /// <param name="grader">The grader.</param>
    /// <param name="path">The dataset.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidDataException">The dataset has no row.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static async Task<IReadOnlyList<GraderProblem>> CheckRowsAsync(
        AsyncCmdlet cmdlet,
        JsonElement grader,
        string path,
        CancellationToken cancellationToken
    )
    {
        using var line = new ProgressLine(cmdlet, $"Comparing the grader with {Path.GetFileName(path)}");
        line.Report("Every row must have the fields that the templates name");
        return await GraderRows.CheckAsync(grader, path, cancellationToken);
    }

    /// <summary>One sentence for one error; of several, a line each with what to do.</summary>
    public static string Message(GraderProblem[] errors) =>
        errors.Length == 1
            ? $"The grader has an error at {errors[0].JsonPath}: {errors[0].Message} ({errors[0].Code})"
            : FormattableString.Invariant($"The grader has {errors.Length} errors:")
                + string.Concat(errors.Select(e => $"\n  {e.JsonPath}: {e.Message} {e.Fix} ({e.Code})"));

    /// <summary>Checks a grader that is about to be used.</summary>
    /// <param name="grader">The grader.</param>
    /// <param name="warn">Where the warnings go, before the errors are thrown: a misspelt name says why another is
    /// missing.</param>
    /// <exception cref="PSArgumentException">It has errors.</exception>
    public static void Check(JsonElement grader, Action<string> warn)
    {
        IReadOnlyList<GraderProblem> problems = GraderLinter.Check(grader);
        Warn(problems, warn);
        GraderProblem[] errors = [.. problems.Where(problem => problem.Severity == ProblemSeverity.Error)];
        if (errors.Length > 0)
        {
            throw new PSArgumentException(Message(errors) + (errors.Length == 1 ? " " + errors[0].Fix : string.Empty));
        }
    }

    /// <summary>Tells of all warnings.</summary>
    public static void Warn(IEnumerable<GraderProblem> problems, Action<string> warn)
    {
        foreach (GraderProblem problem in problems.Where(problem => problem.Severity != ProblemSeverity.Error))
        {
            warn($"{problem.Message} {problem.Fix} ({problem.JsonPath}, {problem.Code})");
        }
    }

    /// <summary>What the service has against a grader.</summary>
    public static GraderProblem OfService(FineTuningApiException e)
    {
        // The service's own place begins at the request: "grader.reference".
        string param = e.Param ?? string.Empty;
        string path =
            param.StartsWith("grader", StringComparison.Ordinal) ? param.Substring("grader".Length)
            : param.Length > 0 ? "." + param
            : string.Empty;
        string request = e.RequestId is null ? string.Empty : $" (request {e.RequestId})";
        return new GraderProblem
        {
            Code = GraderProblemCodes.RefusedByService.Code,
            Severity = ProblemSeverity.Error,
            JsonPath = "$" + path,
            Message = e.Message + request,
            Fix = "Correct it as the service says; its own rules can be stricter than those that are checked here.",
        };
    }
}
