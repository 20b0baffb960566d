using System.Text.Json;

namespace FineTuning.Core.Grading;

/// <summary>Runs the scripts of <c>python</c> graders. May be called by several threads at a time.</summary>
public interface IGraderPython
{
    /// <summary>Calls the script's <c>grade(sample, item)</c>.</summary>
    /// <param name="source">The script.</param>
    /// <param name="sample">The model's answer: <c>output_text</c>, <c>output_json</c>, <c>output_tools</c>,
    /// <c>choices</c>.</param>
    /// <param name="item">The dataset item; an empty object if there is none.</param>
    /// <param name="cancellationToken">Ends the script.</param>
    /// <returns>What the script returned, as a number.</returns>
    /// <exception cref="GradingException">The script failed, took too long, or gave no number.</exception>
    Task<double> GradeAsync(string source, JsonElement sample, JsonElement item, CancellationToken cancellationToken);
}
