using System.Globalization;
using FineTuning.Core.Grading.Reading;

namespace FineTuning.Core.Grading.Kinds;

/// <summary>Lets a model give a score within a range.</summary>
internal sealed class ScoreModelGrader(string name, ModelGraderPrompt question, double min, double max)
    : Grader(name, TypeName)
{
    public const string TypeName = "score_model";

    public static ScoreModelGrader Read(Definition definition, string name)
    {
        definition.CheckNames("model", "input", "range", "sampling_params");
        (double min, double max) = definition.Range("range");
        return new ScoreModelGrader(name, ModelGraderPrompt.Read(definition), min, max);
    }

    public override async Task<double> GradeAsync(GradeRun run, CancellationToken cancellationToken)
    {
        string answer = await question.AskAsync(run, cancellationToken).ConfigureAwait(false);
        return
            double.TryParse(answer, NumberStyles.Float, CultureInfo.InvariantCulture, out double score)
            && score >= min
            && score <= max
            ? score
            : throw question.Unreadable(answer, FormattableString.Invariant($"a number from {min} to {max}"));
    }
}
