using System.Management.Automation;
using System.Text.Json;
using FineTuning.Core.Client;
using FineTuning.Core.Datasets;
using FineTuning.Core.Errors;
using FineTuning.Core.Grading.Linting;
using FineTuning.Errors;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>Checks graders before they are used, and tells what is wrong with them.</summary>
internal static class GraderCheck
{
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
            throw new PSArgumentException(
                GraderErrors.Message(errors) + (errors.Length == 1 ? " " + errors[0].Fix : string.Empty)
            );
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

    /// <summary>Asks the service whether it takes a grader. What it says of the grader is a finding; that it cannot say
    /// anything is an error.</summary>
    /// <returns>What it has against the grader; null if it takes it.</returns>
    /// <exception cref="FineTuningApiException">It could not be asked.</exception>
    public static async Task<GraderProblem?> AskAsync(
        FineTuningClient client,
        JsonElement grader,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await client.ValidateGraderAsync(grader, cancellationToken);
            return null;
        }
        catch (FineTuningApiException e) when (e.Kind is ApiErrorKind.InvalidRequest or ApiErrorKind.ModelNotAvailable)
        {
            return OfService(e);
        }
    }

    private static GraderProblem OfService(FineTuningApiException e)
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
