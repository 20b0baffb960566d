using System;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Core.Grading.Reading;
using FineTuning.Core.Grading.Templates;

namespace FineTuning.Core.Grading.Kinds;

/// <summary>Measures how much two texts have in common: 0 to 1.</summary>
internal sealed class TextSimilarityGrader(string name, Template input, Template reference, string metric) : Grader(name, TypeName)
{
    public const string TypeName = "text_similarity";

    public static TextSimilarityGrader Read(Definition definition, string name)
    {
        definition.CheckNames("input", "reference", "evaluation_metric");
        string metric = definition.Choice("evaluation_metric", ["cosine", .. TextSimilarity.Metrics]);
        if (metric == "cosine")
        {
            throw new GraderException(
                "The metric \"cosine\" compares embeddings, and there is no embedding model here.",
                definition.PathOf("evaluation_metric"),
                $"Use one of {string.Join(", ", TextSimilarity.Metrics)}.");
        }

        return new TextSimilarityGrader(name, definition.Template("input"), definition.Template("reference"), metric);
    }

    public override Task<double> GradeAsync(GradeRun run, CancellationToken cancellationToken)
    {
        string text = input.Render(run.Scope), wanted = reference.Render(run.Scope);
        int longest = Math.Max(text.Length, wanted.Length);
        if (longest > TextSimilarity.MaxLength)
        {
            throw new GradingException(new GradeErrors
            {
                OtherError = true,
                Message = FormattableString.Invariant(
                    $"The grader \"{Name}\" compares texts of up to {TextSimilarity.MaxLength} characters; one has {longest}."),
            });
        }

        return Task.FromResult(TextSimilarity.Score(metric, text, wanted));
    }
}
