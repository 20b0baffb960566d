using System.Globalization;

namespace FineTuning.Core.Datasets;

/// <summary>What the code of a dataset's or a grader's problem stands for: the entry of the catalogue, from which the
/// documentation of dataset checks is made. A rule declares its codes as static fields, which is all that the catalogue
/// needs.</summary>
public sealed class ProblemCode
{
    private ProblemCode(
        string code,
        ProblemSeverity severity,
        string title,
        string explanation,
        string fix,
        string example
    )
    {
        Code = code;
        Severity = severity;
        Title = title;
        Explanation = explanation;
        Fix = fix;
        Example = example;

        // The number is the place in the tables of counts: an array is cheaper than a dictionary where millions are
        // counted.
        Index = int.Parse(code.Substring(2), NumberStyles.None, CultureInfo.InvariantCulture) - FirstNumber;
    }

    internal const int FirstNumber = 1000;
    internal const int IndexCount = 700;

    /// <summary>The stable code, such as <c>FT1207</c>.</summary>
    public string Code { get; }

    /// <summary>Error where the service would refuse the file, or the grader cannot work; warning where it would not,
    /// but surely does not do what was meant.</summary>
    public ProblemSeverity Severity { get; }

    /// <summary>A few words that name the problem.</summary>
    public string Title { get; }

    /// <summary>Why it is a problem; empty for those of graders, whose findings say it themselves.</summary>
    public string Explanation { get; }

    /// <summary>What to do about it, in one sentence; empty for those of graders.</summary>
    public string Fix { get; }

    /// <summary>A line (or a description of a file) that has the problem; empty for those of graders.</summary>
    public string Example { get; }

    /// <summary>Whether Repair-FineTuningDataset mends it, as a rule: not where it would have to decide what was
    /// meant.</summary>
    public bool IsRepairable { get; private set; }

    /// <summary>The format that ConvertTo-FineTuningDataset converts a file with the problem from; null where it has
    /// nothing to convert.</summary>
    public SourceFormat? Source { get; private set; }

    internal int Index { get; }

    internal static ProblemCode Error(
        string code,
        string title,
        string explanation = "",
        string fix = "",
        string example = ""
    ) => ProblemRegistry.Add(new(code, ProblemSeverity.Error, title, explanation, fix, example));

    internal static ProblemCode Warning(
        string code,
        string title,
        string explanation = "",
        string fix = "",
        string example = ""
    ) => ProblemRegistry.Add(new(code, ProblemSeverity.Warning, title, explanation, fix, example));

    /// <summary>A code for what is no problem of the thing that is checked, and so is in no catalogue.</summary>
    internal static ProblemCode Unlisted(string code, string title) =>
        new(code, ProblemSeverity.Error, title, string.Empty, string.Empty, string.Empty);

    /// <summary>The code with an index; it must have been used.</summary>
    internal static ProblemCode AtIndex(int index) =>
        ProblemCodes.Find("FT" + (index + FirstNumber).ToString(CultureInfo.InvariantCulture))!;

    // Called where the code is declared, before another thread can see it.
    internal ProblemCode Mended()
    {
        IsRepairable = true;
        return this;
    }

    // As with Mended.
    internal ProblemCode ConvertedFrom(SourceFormat source)
    {
        Source = source;
        return this;
    }

    /// <summary>Returns the code and its title.</summary>
    public override string ToString() => Code + " " + Title;
}
