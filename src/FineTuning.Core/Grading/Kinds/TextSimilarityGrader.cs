using FineTuning.Core.Grading.Reading;
using FineTuning.Core.Grading.Templates;

namespace FineTuning.Core.Grading.Kinds;

/// <summary>Measures how much two texts have in common: 0 to 1.</summary>
internal sealed class TextSimilarityGrader(string name, Template input, Template reference, string metric)
    : Grader(name, TypeName)
{
    public const string TypeName = "text_similarity";
    private const string Embedding = "cosine";
    private static readonly string[] s_metrics = [Embedding, .. TextSimilarity.Metrics];

    public static TextSimilarityGrader Read(Definition definition, string name)
    {
        definition.CheckNames("input", "reference", "evaluation_metric");
        Template input = definition.ReadTemplate("input"),
            reference = definition.ReadTemplate("reference");
        string? metric = definition.Choice("evaluation_metric", s_metrics);
        if (metric == Embedding)
        {
            definition.Reading.NotHere(
                definition.PathOf("evaluation_metric"),
                "The metric \"cosine\" compares embeddings, and there is no embedding model here.",
                $"Use one of {string.Join(", ", TextSimilarity.Metrics)}."
            );
        }

        return new TextSimilarityGrader(name, input, reference, metric ?? string.Empty);
    }

    public override Task<double> GradeAsync(GradeRun run, CancellationToken cancellationToken)
    {
        string text = input.Render(run.Scope),
            wanted = reference.Render(run.Scope);
        int longest = Math.Max(text.Length, wanted.Length);
        if (longest > TextSimilarity.MaxLength)
        {
            throw new GradingException(
                new GradeErrors
                {
                    OtherError = true,
                    Message =
                        $"The grader \"{Name}\" compares texts of up to "
                        + FormattableString.Invariant($"{TextSimilarity.MaxLength} characters; one has {longest}."),
                }
            );
        }

        return Task.FromResult(TextSimilarity.Score(metric, text, wanted));
    }
}
