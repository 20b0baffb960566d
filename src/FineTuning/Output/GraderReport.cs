using System.Text.Json;
using FineTuning.Core.Credentials;
using FineTuning.Core.Datasets;
using FineTuning.Core.Grading.Linting;

namespace FineTuning.Output;

/// <summary>What a check found in a grader.</summary>
public sealed class GraderReport
{
    internal GraderReport(JsonElement definition, IEnumerable<GraderProblem> problems, string? path, bool isValidated)
    {
        Name = Text(definition, "name");
        Type = Text(definition, "type");
        Path = path;
        IsServiceValidated = isValidated;

        // They quote the definition, and somebody may have put a key into it.
        Problems =
        [
            .. problems.Select(problem =>
                problem with
                {
                    JsonPath = Redaction.Scrub(problem.JsonPath),
                    Message = Redaction.Scrub(problem.Message),
                    Fix = Redaction.Scrub(problem.Fix),
                }
            ),
        ];
    }

    /// <summary>The grader's name; null if it has none.</summary>
    public string? Name { get; }

    /// <summary>string_check, text_similarity, score_model, label_model, python or multi; null if it has
    /// none.</summary>
    public string? Type { get; }

    /// <summary>The file that it came from; null if it was none.</summary>
    public string? Path { get; }

    /// <summary>Whether it has no error.</summary>
    public bool IsValid => ErrorCount == 0;

    /// <summary>How many problems make it useless.</summary>
    public int ErrorCount => Problems.Count(problem => problem.Severity == ProblemSeverity.Error);

    /// <summary>How many problems are legal, and surely mistakes.</summary>
    public int WarningCount => Problems.Length - ErrorCount;

    /// <summary>Whether the service was asked, and takes it.</summary>
    public bool IsServiceValidated { get; }

    /// <summary>Everything that was found.</summary>
    public GraderProblem[] Problems { get; }

    private static string? Text(JsonElement definition, string name) =>
        definition.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? Redaction.Scrub(value.GetString()!)
            : null;
}
