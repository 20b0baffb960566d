using FineTuning.Core.Datasets;
using FineTuning.Core.Grading.Formulas;
using FineTuning.Core.Grading.Reading;

namespace FineTuning.Core.Grading.Kinds;

/// <summary>Works out a score from those of other graders.</summary>
internal sealed class MultiGrader(string name, IReadOnlyList<KeyValuePair<string, Grader>> parts, Formula formula)
    : Grader(name, TypeName)
{
    internal static readonly ProblemCode UnusedPart = ProblemCode.Warning(
        "FT2052",
        "Grader that the formula does not use"
    );

    public const string TypeName = "multi";

    public static MultiGrader Read(Definition definition, string name)
    {
        definition.CheckNames("graders", "calculate_output");
        List<KeyValuePair<string, Grader>> parts = [];
        IReadOnlyList<(string Name, Definition Definition)> read = definition.Parts("graders");
        foreach ((string key, Definition part) in read)
        {
            if (GraderReader.ReadPart(part, key) is { } grader)
            {
                parts.Add(new KeyValuePair<string, Grader>(key, grader));
            }
        }

        return new MultiGrader(name, parts, ReadFormula(definition, read));
    }

    public override async Task<double> GradeAsync(GradeRun run, CancellationToken cancellationToken)
    {
        Dictionary<string, double> scores = new(StringComparer.Ordinal);
        GradeErrors errors = GradeErrors.None;
        foreach (KeyValuePair<string, Grader> part in parts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                scores[part.Key] = await part.Value.GradeAsync(run, cancellationToken).ConfigureAwait(false);
            }
            catch (GradingException e)
            {
                // The others are graded all the same, so that one run shows all that is wrong.
                scores[part.Key] = 0;
                errors = errors.And(e.Errors);
            }
        }

        run.SubRewards = scores;
        return errors.Any ? throw new GradingException(errors) : formula.Evaluate(scores);
    }

    private static Formula ReadFormula(Definition definition, IReadOnlyList<(string Name, Definition Definition)> parts)
    {
        if (definition.Text("calculate_output") is not { } text)
        {
            return Formula.Nothing;
        }

        var formula = Formula.Parse(
            text,
            [.. parts.Select(part => part.Name)],
            definition.PathOf("calculate_output"),
            definition.Reading
        );
        foreach (
            (string unused, Definition part) in formula.IsWhole
                ? parts.Where(part => !formula.Names.Contains(part.Name))
                : []
        )
        {
            definition.Reading.Report(
                UnusedPart,
                part.Path,
                $"The formula does not use the grader \"{Definition.Shorten(unused)}\": it is run, and costs what it "
                    + $"costs, for nothing.",
                $"Use \"{Definition.Shorten(unused)}\" in calculate_output, or remove it."
            );
        }

        return formula;
    }
}
