using System.Text.Json;
using FineTuning.Core.Grading.Reading;

namespace FineTuning.Core.Grading.Linting;

/// <summary>
/// Finds every problem of a grader's definition, without a network and without running anything. What this machine
/// lacks (models, Python, an embedding model) is no problem: the definition may be for a service that has it. A type, a
/// field, a metric and the like that are unknown here are warnings: the service may know them.
/// </summary>
public static class GraderLinter
{
    /// <summary>Checks a definition.</summary>
    /// <param name="definition">The grader, as the service takes it; any JSON.</param>
    /// <param name="item">An item of the dataset, an object: templates that name a field it does not have are errors.
    /// Null if there is none.</param>
    /// <returns>The problems in the order of reading; empty if there are none. Without an error, <see
    /// cref="LocalGrader.Create"/> takes the definition wherever the services for it are, unless something in it is
    /// unknown; and a script is not judged there before it runs.</returns>
    /// <exception cref="ArgumentException">The item is no object.</exception>
    public static IReadOnlyList<GraderProblem> Check(JsonElement definition, JsonElement? item = null)
    {
        if (item is { ValueKind: not JsonValueKind.Object })
        {
            throw new ArgumentException("An item is an object.", nameof(item));
        }

        var reading = GraderReading.ForLint(item);
        GraderReader.Read(definition, reading);
        return reading.Problems;
    }
}
