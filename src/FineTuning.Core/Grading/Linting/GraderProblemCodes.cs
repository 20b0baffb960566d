using FineTuning.Core.Datasets;

namespace FineTuning.Core.Grading.Linting;

/// <summary>
/// The catalogue of every problem of a grader, collected from what reads and checks graders. FT200x and FT201x are
/// about the fields of the definition, FT202x about templates, FT203x about formulas, FT204x about scripts, FT205x are
/// legal but surely mistakes or go wrong for some rows, FT206x come from the service. Unknown fields (FT2003) and
/// values (FT2006) are warnings: services learn new ones, and say themselves what they do not take.
/// </summary>
public static class GraderProblemCodes
{
    private const string Prefix = "FT2";

    /// <summary>All of them, by code.</summary>
    public static IReadOnlyList<ProblemCode> All => field ??= ProblemRegistry.All(Prefix);

    /// <summary>The service was asked, and refused the grader.</summary>
    public static ProblemCode RefusedByService { get; } = ProblemCode.Error("FT2060", "Refused by the service");

    /// <summary>Finds a code.</summary>
    /// <param name="code">Such as <c>FT2021</c>.</param>
    /// <returns>Null if there is none.</returns>
    public static ProblemCode? Find(string code) =>
        code?.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) == true ? ProblemRegistry.Find(code) : null;
}
