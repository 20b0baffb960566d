using System.Text.Json;
using FineTuning.Core.Datasets;
using FineTuning.Core.Grading.Kinds;

namespace FineTuning.Core.Grading.Reading;

/// <summary>Makes graders of their definitions, and tells the reading what is wrong with them.</summary>
internal static class GraderReader
{
    internal static readonly ProblemCode NestedMulti = ProblemCode.Error("FT2015", "Multi grader within another");
    internal static readonly ProblemCode SampleNotNamed = ProblemCode.Warning(
        "FT2051",
        "The model's answer plays no part"
    );

    private static readonly string[] s_types =
    [
        StringCheckGrader.TypeName,
        TextSimilarityGrader.TypeName,
        ScoreModelGrader.TypeName,
        LabelModelGrader.TypeName,
        PythonGrader.TypeName,
        MultiGrader.TypeName,
    ];

    /// <returns>Null if it is not even clear what it should be; of use only if the reading has no error.</returns>
    public static Grader? Read(JsonElement value, GraderReading reading)
    {
        if (
            Definition.Of(value, "$", reading) is not { } definition
            || definition.Choice("type", s_types) is not { } type
        )
        {
            return null;
        }

        string name = definition.Text("name") ?? string.Empty;
        return type == MultiGrader.TypeName ? MultiGrader.Read(definition, name) : ReadSingle(definition, type, name);
    }

    /// <summary>A part of a multi grader: its name there serves for its own, and it cannot be multi itself.</summary>
    public static Grader? ReadPart(Definition definition, string key)
    {
        if (definition.Choice("type", s_types) is not { } type)
        {
            return null;
        }

        if (type != MultiGrader.TypeName)
        {
            return ReadSingle(definition, type, definition.OptionalText("name") ?? key);
        }

        definition.Report(
            NestedMulti,
            "type",
            "A multi grader cannot be a part of another.",
            "Put all graders into one multi grader, and the whole calculation into its calculate_output."
        );
        return null;
    }

    private static Grader ReadSingle(Definition definition, string type, string name)
    {
        GraderReading reading = definition.Reading;
        (int problems, int names) = (reading.Problems.Count, reading.SampleNames);
        Grader grader = type switch
        {
            StringCheckGrader.TypeName => StringCheckGrader.Read(definition, name),
            TextSimilarityGrader.TypeName => TextSimilarityGrader.Read(definition, name),
            ScoreModelGrader.TypeName => ScoreModelGrader.Read(definition, name),
            LabelModelGrader.TypeName => LabelModelGrader.Read(definition, name),
            _ => PythonGrader.Read(definition, name),
        };

        // A misspelt template was reported already and explains why nothing names the sample.
        if (type != PythonGrader.TypeName && reading.SampleNames == names && reading.Problems.Count == problems)
        {
            definition.Report(
                SampleNotNamed,
                "input",
                "No template names the sample: whatever the model answers, the score is the same.",
                "Write {{ sample.output_text }} where the model's answer belongs."
            );
        }

        return grader;
    }
}
