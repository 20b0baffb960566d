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
    private static readonly List<GraderProblemCode> s_all = [];

    /// <summary>All of them, by code.</summary>
    public static IReadOnlyList<GraderProblemCode> All => s_all;

    /// <summary>The service was asked, and refused the grader.</summary>
    public static GraderProblemCode RefusedByService { get; } = Error("FT2060", "Refused by the service");

    internal static GraderProblemCode WrongKind { get; } = Error("FT2001", "Wrong kind of value");

    internal static GraderProblemCode Missing { get; } = Error("FT2002", "Missing field");

    internal static GraderProblemCode UnknownField { get; } = Warning("FT2003", "Unknown field");

    internal static GraderProblemCode GivenTwice { get; } = Error("FT2004", "Field given twice");

    internal static GraderProblemCode Empty { get; } = Error("FT2005", "Empty text");

    internal static GraderProblemCode UnknownValue { get; } = Warning("FT2006", "Unknown value");

    internal static GraderProblemCode OutOfBounds { get; } = Error("FT2007", "Number out of bounds");

    internal static GraderProblemCode WrongLength { get; } = Error("FT2008", "Too few, too many or too long");

    internal static GraderProblemCode EmptyRange { get; } = Error("FT2011", "Range without room");

    internal static GraderProblemCode StrayLabel { get; } = Error("FT2012", "Passing label that is no label");

    internal static GraderProblemCode UnusableName { get; } = Error("FT2013", "Name that a formula cannot use");

    internal static GraderProblemCode NameTwice { get; } = Error("FT2014", "Two graders of one name");

    internal static GraderProblemCode NestedMulti { get; } = Error("FT2015", "Multi grader within another");

    internal static GraderProblemCode UnbalancedBraces { get; } = Error("FT2021", "Unbalanced braces");

    internal static GraderProblemCode UnknownTemplateName { get; } = Error("FT2022", "Unknown name in a template");

    internal static GraderProblemCode UnknownSampleField { get; } =
        Error("FT2023", "Field that a sample does not have");

    internal static GraderProblemCode NotInItem { get; } = Error("FT2024", "Field that the item does not have");

    internal static GraderProblemCode TooManyPlaceholders { get; } = Error("FT2025", "Too many placeholders");

    internal static GraderProblemCode FormulaSyntax { get; } = Error("FT2031", "Formula not well-formed");

    internal static GraderProblemCode UnknownPart { get; } = Error("FT2032", "Unknown grader in the formula");

    internal static GraderProblemCode UnknownFunction { get; } = Error("FT2033", "Unknown function in the formula");

    internal static GraderProblemCode NoGradeFunction { get; } = Error("FT2041", "Script without grade(sample, item)");

    internal static GraderProblemCode WrongParameters { get; } = Error("FT2042", "grade with other parameters");

    internal static GraderProblemCode SampleNotNamed { get; } = Warning("FT2051", "The model's answer plays no part");

    internal static GraderProblemCode UnusedPart { get; } = Warning("FT2052", "Grader that the formula does not use");

    internal static GraderProblemCode LabelTwice { get; } = Warning("FT2053", "Label given twice");

    internal static GraderProblemCode EveryLabelPasses { get; } = Warning("FT2054", "Every label passes");

    internal static GraderProblemCode SingleBraces { get; } = Warning("FT2055", "Single braces");

    internal static GraderProblemCode FieldOfText { get; } = Warning("FT2056", "Field of a text");

    internal static GraderProblemCode NotInSomeRows { get; } = Warning("FT2057", "Field that some rows do not have");

    /// <summary>A service is not there on this machine; no problem of the definition, and so not in the
    /// catalogue.</summary>
    internal static GraderProblemCode NotHere { get; } = new("FT2099", ProblemSeverity.Error, "Not available here");

    /// <summary>Finds a code.</summary>
    /// <param name="code">Such as <c>FT2021</c>.</param>
    /// <returns>Null if there is none.</returns>
    public static GraderProblemCode? Find(string code) =>
        s_all.FirstOrDefault(known => string.Equals(known.Code, code, StringComparison.OrdinalIgnoreCase));

    private static GraderProblemCode Error(string code, string title) =>
        Add(new GraderProblemCode(code, ProblemSeverity.Error, title));

    private static GraderProblemCode Warning(string code, string title) =>
        Add(new GraderProblemCode(code, ProblemSeverity.Warning, title));

    private static GraderProblemCode Add(GraderProblemCode code)
    {
        s_all.Add(code);
        return code;
    }
}
