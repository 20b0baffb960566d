using FineTuning.Core.Grading.Reading;
using FineTuning.Core.Grading.Templates;

namespace FineTuning.Core.Grading.Kinds;

/// <summary>Compares two texts: 1 or 0.</summary>
internal sealed class StringCheckGrader(string name, Template input, Template reference, string operation)
    : Grader(name, TypeName)
{
    public const string TypeName = "string_check";
    private static readonly string[] s_operations = ["eq", "ne", "like", "ilike"];

    public static StringCheckGrader Read(Definition definition, string name)
    {
        definition.CheckNames("input", "reference", "operation");
        return new StringCheckGrader(
            name,
            definition.ReadTemplate("input"),
            definition.ReadTemplate("reference"),
            definition.Choice("operation", s_operations) ?? string.Empty
        );
    }

    public override Task<double> GradeAsync(GradeRun run, CancellationToken cancellationToken)
    {
        string text = input.Render(run.Scope),
            wanted = reference.Render(run.Scope);
        bool passes = operation switch
        {
            "eq" => string.Equals(text, wanted, StringComparison.Ordinal),
            "ne" => !string.Equals(text, wanted, StringComparison.Ordinal),
            "like" => text.IndexOf(wanted, StringComparison.Ordinal) >= 0,
            _ => text.IndexOf(wanted, StringComparison.OrdinalIgnoreCase) >= 0,
        };
        return Task.FromResult(passes ? 1.0 : 0.0);
    }
}
