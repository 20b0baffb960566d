using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Core.Grading.Reading;

namespace FineTuning.Core.Grading.Kinds;

/// <summary>Lets a model choose a label: 1 if it is one that passes, or else 0.</summary>
internal sealed class LabelModelGrader(string name, ModelQuestion question, IReadOnlyList<string> labels, IReadOnlyList<string> passing)
    : Grader(name, TypeName)
{
    public const string TypeName = "label_model";
    private const int MaxLabels = 1000;

    public static LabelModelGrader Read(Definition definition, string name, GraderServices services)
    {
        definition.CheckNames("model", "input", "labels", "passing_labels", "sampling_params");
        IReadOnlyList<string> labels = definition.Texts("labels", MaxLabels), passing = definition.Texts("passing_labels", MaxLabels);
        if (passing.FirstOrDefault(label => !labels.Contains(label)) is { } stray)
        {
            throw new GraderException(
                $"\"{Definition.Shorten(stray)}\" is one of the passing_labels but not of the labels.",
                definition.PathOf("passing_labels"),
                "Name only labels that are in \"labels\".");
        }

        return new LabelModelGrader(name, ModelQuestion.Read(definition, services), labels, passing);
    }

    public override async Task<double> GradeAsync(GradeRun run, CancellationToken cancellationToken)
    {
        string answer = await question.AskAsync(run, cancellationToken).ConfigureAwait(false);
        string label = labels.FirstOrDefault(known => known == answer)
            ?? labels.FirstOrDefault(known => string.Equals(known, answer, StringComparison.OrdinalIgnoreCase))
            ?? throw question.Unreadable(answer, "one of the labels");
        return passing.Contains(label) ? 1 : 0;
    }
}
