using FineTuning.Core.Datasets;
using FineTuning.Core.Grading.Reading;
using FineTuning.Core.Json;

namespace FineTuning.Core.Grading.Kinds;

/// <summary>Lets a model choose a label: 1 if it is one that passes, or else 0.</summary>
internal sealed class LabelModelGrader(
    string name,
    ModelGraderPrompt question,
    IReadOnlyList<string> labels,
    IReadOnlyList<string> passing
) : Grader(name, TypeName)
{
    internal static readonly ProblemCode StrayLabel = ProblemCode.Error("FT2012", "Passing label that is no label");
    internal static readonly ProblemCode LabelTwice = ProblemCode.Warning("FT2053", "Label given twice");
    internal static readonly ProblemCode EveryLabelPasses = ProblemCode.Warning("FT2054", "Every label passes");

    public const string TypeName = "label_model";
    private const int MaxLabels = 1000;

    public static LabelModelGrader Read(Definition definition, string name)
    {
        definition.CheckNames("model", "input", "labels", "passing_labels", "sampling_params");
        IReadOnlyList<string> labels = ReadLabels(definition, "labels"),
            passing = ReadLabels(definition, "passing_labels");
        string[] strays = [.. passing.Where(label => !labels.Contains(label))];
        foreach (string stray in labels.Count == 0 || definition.Reading.IsFull ? [] : strays)
        {
            definition.Report(
                StrayLabel,
                "passing_labels",
                $"\"{Definition.Shorten(stray)}\" is one of the passing_labels but not of the labels.",
                $"{NearestName.Question(stray, labels)}Name only labels that are in \"labels\"."
            );
        }

        if (strays.Length == 0 && labels.Count > 0 && labels.All(passing.Contains))
        {
            definition.Report(
                EveryLabelPasses,
                "passing_labels",
                "Every label passes: whatever the model chooses, the score is 1.",
                "Leave out the labels that should score 0."
            );
        }

        return new LabelModelGrader(name, ModelGraderPrompt.Read(definition), labels, passing);
    }

    public override async Task<double> GradeAsync(GradeRun run, CancellationToken cancellationToken)
    {
        string answer = await question.AskAsync(run, cancellationToken).ConfigureAwait(false);
        string label =
            labels.FirstOrDefault(known => known == answer)
            ?? labels.FirstOrDefault(known => string.Equals(known, answer, StringComparison.OrdinalIgnoreCase))
            ?? throw question.Unreadable(answer, "one of the labels");
        return passing.Contains(label) ? 1 : 0;
    }

    private static List<string> ReadLabels(Definition definition, string name)
    {
        List<string> labels = [];
        foreach ((string label, string path) in definition.Texts(name, MaxLabels))
        {
            if (labels.Contains(label))
            {
                definition.Reading.Report(
                    LabelTwice,
                    path,
                    $"The label \"{Definition.Shorten(label)}\" is there twice.",
                    "Remove one of them."
                );
            }

            labels.Add(label);
        }

        return labels;
    }
}
