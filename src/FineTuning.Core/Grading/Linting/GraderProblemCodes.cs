using FineTuning.Core.Datasets;

namespace FineTuning.Core.Grading.Linting;

/// <summary>
/// The catalogue of every problem of a grader. FT200x and FT201x are about the fields of the definition, FT202x about
/// templates, FT203x about formulas, FT204x about scripts, FT205x are legal but surely mistakes or go wrong for some
/// rows, FT206x come from the service. Unknown fields (FT2003) and values (FT2006) are warnings: services learn new
/// ones, and say themselves what they do not take.
/// </summary>
public static class GraderProblemCodes
{
    private static readonly ProblemGroup s_group = new();

    /// <summary>All of them, by code.</summary>
    public static IReadOnlyList<ProblemCode> All => s_group.All;

    /// <summary>The service was asked, and refused the grader.</summary>
    public static ProblemCode RefusedByService { get; } = s_group.Error("FT2060", "Refused by the service");

    internal static ProblemCode WrongKind { get; } = s_group.Error("FT2001", "Wrong kind of value");

    internal static ProblemCode Missing { get; } = s_group.Error("FT2002", "Missing field");

    internal static ProblemCode UnknownField { get; } = s_group.Warning("FT2003", "Unknown field");

    internal static ProblemCode GivenTwice { get; } = s_group.Error("FT2004", "Field given twice");

    internal static ProblemCode Empty { get; } = s_group.Error("FT2005", "Empty text");

    internal static ProblemCode UnknownValue { get; } = s_group.Warning("FT2006", "Unknown value");

    internal static ProblemCode OutOfBounds { get; } = s_group.Error("FT2007", "Number out of bounds");

    internal static ProblemCode WrongLength { get; } = s_group.Error("FT2008", "Too few, too many or too long");

    internal static ProblemCode EmptyRange { get; } = s_group.Error("FT2011", "Range without room");

    internal static ProblemCode StrayLabel { get; } = s_group.Error("FT2012", "Passing label that is no label");

    internal static ProblemCode UnusableName { get; } = s_group.Error("FT2013", "Name that a formula cannot use");

    internal static ProblemCode NameTwice { get; } = s_group.Error("FT2014", "Two graders of one name");

    internal static ProblemCode NestedMulti { get; } = s_group.Error("FT2015", "Multi grader within another");

    internal static ProblemCode UnbalancedBraces { get; } = s_group.Error("FT2021", "Unbalanced braces");

    internal static ProblemCode UnknownTemplateName { get; } = s_group.Error("FT2022", "Unknown name in a template");

    internal static ProblemCode UnknownSampleField { get; } =
        s_group.Error("FT2023", "Field that a sample does not have");

    internal static ProblemCode NotInItem { get; } = s_group.Error("FT2024", "Field that the item does not have");

    internal static ProblemCode TooManyPlaceholders { get; } = s_group.Error("FT2025", "Too many placeholders");

    internal static ProblemCode FormulaSyntax { get; } = s_group.Error("FT2031", "Formula not well-formed");

    internal static ProblemCode UnknownPart { get; } = s_group.Error("FT2032", "Unknown grader in the formula");

    internal static ProblemCode UnknownFunction { get; } = s_group.Error("FT2033", "Unknown function in the formula");

    internal static ProblemCode NoGradeFunction { get; } =
        s_group.Error("FT2041", "Script without grade(sample, item)");

    internal static ProblemCode WrongParameters { get; } = s_group.Error("FT2042", "grade with other parameters");

    internal static ProblemCode SampleNotNamed { get; } = s_group.Warning("FT2051", "The model's answer plays no part");

    internal static ProblemCode UnusedPart { get; } = s_group.Warning("FT2052", "Grader that the formula does not use");

    internal static ProblemCode LabelTwice { get; } = s_group.Warning("FT2053", "Label given twice");

    internal static ProblemCode EveryLabelPasses { get; } = s_group.Warning("FT2054", "Every label passes");

    internal static ProblemCode SingleBraces { get; } = s_group.Warning("FT2055", "Single braces");

    internal static ProblemCode FieldOfText { get; } = s_group.Warning("FT2056", "Field of a text");

    internal static ProblemCode NotInSomeRows { get; } = s_group.Warning("FT2057", "Field that some rows do not have");

    /// <summary>A service is not there on this machine; no problem of the definition, and so not in the
    /// catalogue.</summary>
    internal static ProblemCode NotHere { get; } =
        new("FT2099", ProblemSeverity.Error, "Not available here", string.Empty, string.Empty, string.Empty);

    /// <summary>Finds a code.</summary>
    /// <param name="code">Such as <c>FT2021</c>.</param>
    /// <returns>Null if there is none.</returns>
    public static ProblemCode? Find(string code) =>
        All.FirstOrDefault(known => string.Equals(known.Code, code, StringComparison.OrdinalIgnoreCase));
}
