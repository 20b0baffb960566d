using System.Text.Json;
using FineTuning.Core.Grading.Kinds;

namespace FineTuning.Core.Grading.Reading;

/// <summary>Makes graders of their definitions.</summary>
internal static class GraderReader
{
    private static readonly string[] s_types =
    [
        StringCheckGrader.TypeName, TextSimilarityGrader.TypeName, ScoreModelGrader.TypeName, LabelModelGrader.TypeName,
        PythonGrader.TypeName, MultiGrader.TypeName,
    ];

    public static Grader Read(JsonElement value, GraderServices services)
    {
        Definition definition = Definition.Of(value, "$");
        string type = definition.Choice("type", s_types);
        string name = definition.Text("name");
        return type == MultiGrader.TypeName ? MultiGrader.Read(definition, name, services) : ReadSingle(definition, type, name, services);
    }

    /// <summary>A part of a multi grader: its name there serves for its own, and it cannot be multi itself.</summary>
    public static Grader ReadPart(Definition definition, string key, GraderServices services)
    {
        string type = definition.Choice("type", s_types);
        return type != MultiGrader.TypeName
            ? ReadSingle(definition, type, definition.OptionalText("name") ?? key, services)
            : throw new GraderException(
                "A multi grader cannot be a part of another.",
                definition.PathOf("type"),
                "Put all graders into one multi grader, and the whole calculation into its calculate_output.");
    }

    private static Grader ReadSingle(Definition definition, string type, string name, GraderServices services) => type switch
    {
        StringCheckGrader.TypeName => StringCheckGrader.Read(definition, name),
        TextSimilarityGrader.TypeName => TextSimilarityGrader.Read(definition, name),
        ScoreModelGrader.TypeName => ScoreModelGrader.Read(definition, name, services),
        LabelModelGrader.TypeName => LabelModelGrader.Read(definition, name, services),
        _ => PythonGrader.Read(definition, name, services),
    };
}
