using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Core.Grading.Formulas;
using FineTuning.Core.Grading.Reading;

namespace FineTuning.Core.Grading.Kinds;

/// <summary>Works out a score from those of other graders.</summary>
internal sealed class MultiGrader(string name, IReadOnlyList<KeyValuePair<string, Grader>> parts, Formula formula) : Grader(name, TypeName)
{
    public const string TypeName = "multi";

    public static MultiGrader Read(Definition definition, string name, GraderServices services)
    {
        definition.CheckNames("graders", "calculate_output");
        List<KeyValuePair<string, Grader>> parts = [];
        foreach ((string key, Definition part) in definition.Parts("graders"))
        {
            parts.Add(new KeyValuePair<string, Grader>(key, GraderReader.ReadPart(part, key, services)));
        }

        string path = definition.PathOf("calculate_output");
        return new MultiGrader(name, parts, Formula.Parse(definition.Text("calculate_output"), [.. parts.Select(part => part.Key)], path));
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
}
