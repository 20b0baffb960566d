using System.Text.Json;
using FineTuning.Core.Errors;

namespace FineTuning.Core.Grading;

/// <summary>Grades samples, here or at a service. Safe for use by many threads.</summary>
public interface ISampleGrader
{
    /// <summary>Grades one sample. A sample that cannot be graded gives a result with errors, not an
    /// exception.</summary>
    /// <param name="modelSample">The model's text.</param>
    /// <param name="item">The dataset item, an object; null if there is none.</param>
    /// <param name="cancellationToken">Ends the grading.</param>
    /// <exception cref="FineTuningApiException">The service failed, or refused the request.</exception>
    Task<GradeResult> GradeAsync(string modelSample, JsonElement? item, CancellationToken cancellationToken);
}
