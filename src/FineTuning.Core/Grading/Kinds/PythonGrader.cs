using FineTuning.Core.Grading.Linting;
using FineTuning.Core.Grading.Reading;

namespace FineTuning.Core.Grading.Kinds;

/// <summary>Lets a script give a score.</summary>
internal sealed class PythonGrader(string name, IGraderPython service, string source) : Grader(name, TypeName)
{
    public const string TypeName = "python";

    // The service's own limit.
    private const int MaxSource = 256 * 1024;

    public static PythonGrader Read(Definition definition, string name)
    {
        GraderReading reading = definition.Reading;
        definition.CheckNames("source", "image_tag");
        string? source = definition.Text("source", MaxSource);
        definition.OptionalText("image_tag");

        // Only Python knows for sure what a script defines, so a grader for use waits for what it says.
        if (source is not null && reading.IsLint)
        {
            PythonOutline.Check(source, definition.PathOf("source"), reading);
        }

        if (reading.Services.Python is null)
        {
            reading.NotHere(
                definition.PathOf("type"),
                "The grader runs a Python script, which is not allowed here.",
                reading.Services.PythonFix
                    ?? "Use string_check, text_similarity or multi, or let a service run the grader."
            );
        }

        return new PythonGrader(name, reading.Services.Python!, source ?? string.Empty);
    }

    public override async Task<double> GradeAsync(GradeRun run, CancellationToken cancellationToken)
    {
        double score = await service
            .GradeAsync(source, run.Scope.Sample, run.Scope.Item, cancellationToken)
            .ConfigureAwait(false);
        return !double.IsNaN(score) && !double.IsInfinity(score)
            ? score
            : throw new GradingException(
                new GradeErrors
                {
                    PythonGraderRuntimeError = true,
                    PythonGraderRuntimeErrorDetails = "The script returned a number that is not finite.",
                    Message = $"The script of the grader \"{Name}\" returned a number that is not finite.",
                }
            );
    }
}
